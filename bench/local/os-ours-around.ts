import * as Around from "./Around.js"
import * as Work from "./Work.js"

// Builds in the cache that os-ours-cached has left, with a buildah that notes its times.
await Work.ours("os-ours-around", Work.system("3"), { keep: true, around: Around.make() })
