import * as Work from "./Work.js"

await Work.ours("bytes-ours", Work.copy("bytes"))
