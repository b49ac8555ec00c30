import * as Work from "./Work.js"

await Work.plain("files-plain", Work.copy("files"))
