import * as Work from "./Work.js"

await Work.buildah(512)
