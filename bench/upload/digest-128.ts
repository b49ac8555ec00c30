import * as Work from "./Work.js"

await Work.digest(128)
