import * as Work from "./Work.js"

await Work.ours("os-ours-cached", Work.system("1"), { keep: false })
