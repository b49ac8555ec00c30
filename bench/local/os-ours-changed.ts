import * as Work from "./Work.js"

// Builds in the cache that os-ours-cached has left.
await Work.ours("os-ours-changed", Work.system("2"), { keep: true })
