import * as Work from "./Work.js"

await Work.plain("os-plain-cached", Work.system("1"), { keep: false })
