import * as Work from "./Work.js"

await Work.attach(128)
