import * as Work from "./Work.js"

await Work.plain("bytes-plain", Work.copy("bytes"))
