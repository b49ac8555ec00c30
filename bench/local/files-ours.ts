import * as Work from "./Work.js"

await Work.ours("files-ours", Work.copy("files"))
