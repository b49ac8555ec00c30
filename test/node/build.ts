/**
 * `npm run node-programs`: puts what a real node runs into the user's cache folder: a kubelet, built with Go, and Debian's containerd,
 * runc, plugins of CNI and images, made of packages that are unpacked and not installed. Needs root, for the owners of files.
 */
import { FileSystem, Path } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { kubernetesVersion } from "../control-plane/Binaries.js"
import * as GoBuild from "../control-plane/GoBuild.js"
import * as DebianPackages from "../support/DebianPackages.js"
import * as Images from "./Images.js"
import * as Programs from "./Programs.js"

const nodePackages = ["containerd", "runc", "containernetworking-plugins", "busybox-static", "patchelf"]

const purpose = "npm run test:node"

const plugins = ["bridge", "host-local", "loopback"]

/** Debian's part: `bin`, `cni`, `images` and the libraries below `root`, which have to stay where they are. */
const unpack = (folder: string, work: string): void => {
  const root = path.join(folder, "root")
  fs.mkdirSync(root)
  DebianPackages.unpack(root, {
    suites: [Programs.suite],
    packages: [...nodePackages, ...Images.builderPackages]
  })
  fs.mkdirSync(path.join(folder, "images"))
  Images.write(root, path.join(folder, "images"), work)

  const programs = [
    ...["bin/containerd", "bin/containerd-shim-runc-v2", "bin/ctr", "sbin/runc"].map((name) => path.join("usr", name)),
    ...plugins.map((name) => path.join("usr/lib/cni", name))
  ]
  DebianPackages.relocate(root, programs)
  for (const program of programs) {
    const target = path.join(folder, program.startsWith("usr/lib/cni") ? "cni" : "bin", path.basename(program))
    fs.mkdirSync(path.dirname(target), { recursive: true })
    fs.symlinkSync(path.relative(path.dirname(target), path.join(root, program)), target)
  }
}

const build = Effect.gen(function*() {
  const fileSystem = yield* FileSystem.FileSystem
  const folder = yield* Programs.folder
  const version = yield* kubernetesVersion
  yield* fileSystem.makeDirectory(folder, { recursive: true })
  // A folder that is not complete does not stay, and its place matters: programs name their libraries by it.
  yield* Effect.gen(function*() {
    const work = yield* fileSystem.makeTempDirectoryScoped({ directory: path.dirname(folder), prefix: ".building-" })
    yield* Console.log(`Unpacking Debian ${Programs.suite}'s containerd and buildah.`)
    yield* Effect.try({
      try: () => unpack(folder, work),
      catch: (cause) => new GoBuild.BuildFailed({ purpose, problem: String(cause), cause })
    })
    yield* Console.log(`Building kubelet ${version} with Go: the first time takes many minutes.`)
    yield* GoBuild.build({ folder, packages: ["k8s.io/kubernetes/cmd/kubelet"], purpose })
  }).pipe(
    Effect.scoped,
    Effect.onError(() => Effect.orDie(fileSystem.remove(folder, { recursive: true })))
  )
})

const program = Programs.locate.pipe(
  Effect.catchTag("Missing", () => Effect.andThen(build, Programs.locate)),
  Effect.flatMap((folder) => Effect.flatMap(Path.Path, (path) => Console.log(`Real node: ${path.resolve(folder)}`))),
  Effect.tapError((error) => Console.error(error.message)),
  Effect.provide(NodeContext.layer)
)

NodeRuntime.runMain(program, { disableErrorReporting: true })
