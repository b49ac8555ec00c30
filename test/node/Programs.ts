/**
 * Where the programs of a real node are, and what to do when they are not there.
 *
 * The folder holds `kubelet`; `bin`, with containerd, its shim, ctr and runc; `cni`; and `images`, with an archive of each image.
 */
import { FileSystem, Path } from "@effect/platform"
import { Effect, Schema } from "effect"
import { cacheFolder } from "../control-plane/Binaries.js"

/** The programs are not on this machine. */
export class Missing extends Schema.TaggedError<Missing>("effect-os-builder/test/node/Missing")("Missing", {
  folder: Schema.String
}) {
  override get message(): string {
    return `${this.folder} is not there: run "npm run node-programs" (it needs Go, and Debian's apt and dpkg)`
  }
}

/** Debian's release that has them; its buildah is of the series of the default builder image. */
export const suite = "forky"

/** The folder outside the checkout that keeps them, by the release of Kubernetes and that of Debian. */
export const folder = Effect.gen(function*() {
  const path = yield* Path.Path
  const controlPlane = yield* cacheFolder
  return path.join(controlPlane, "..", "..", "node", `${path.basename(controlPlane)}-${suite}`)
})

/** The folder, if `npm run node-programs` has filled it. */
export const locate = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const found = yield* folder
  return (yield* fs.exists(found)) ? found : yield* new Missing({ folder: found })
})
