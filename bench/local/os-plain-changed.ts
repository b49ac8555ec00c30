import * as Work from "./Work.js"

// Builds in the storage that os-plain-cached has left.
await Work.plain("os-plain-changed", Work.system("2"), { keep: true })
