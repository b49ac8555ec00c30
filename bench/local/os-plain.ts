import * as Work from "./Work.js"

await Work.plain("os-plain", Work.system("1"))
