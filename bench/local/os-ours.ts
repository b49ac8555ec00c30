import * as Work from "./Work.js"

await Work.ours("os-ours", Work.system("1"))
