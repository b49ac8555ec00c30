/**
 * `npm run control-plane`: builds etcd and the Kubernetes control plane that go.mod pins into the user's cache folder.
 */
import { FileSystem, Path } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Effect } from "effect"
import { cacheFolder, kubernetesVersion, locateBinaries, type Missing } from "./Binaries.js"
import * as GoBuild from "./GoBuild.js"

/** The programs, by their packages in go.mod. */
const packages = [
  "go.etcd.io/etcd/server/v3",
  ...["kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"].map((name) =>
    `k8s.io/kubernetes/cmd/${name}`
  )
]

const build = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* cacheFolder
  const version = yield* kubernetesVersion
  yield* fs.makeDirectory(path.dirname(folder), { recursive: true })
  const workFolder = yield* fs.makeTempDirectoryScoped({ directory: path.dirname(folder), prefix: ".building-" })
  const built = path.join(workFolder, "programs")
  yield* Console.log(`Building Kubernetes ${version} and etcd with Go: the first time takes many minutes.`)
  yield* GoBuild.build({ folder: built, packages, purpose: "npm run test:cluster" })
  yield* fs.rename(path.join(built, "server"), path.join(built, "etcd"))
  yield* fs.remove(folder, { recursive: true, force: true })
  yield* fs.rename(built, folder)
}).pipe(Effect.scoped)

const program = locateBinaries.pipe(
  Effect.catchIf(
    (error): error is Missing => error._tag === "Missing" && error.source === "cache",
    () => Effect.andThen(build, locateBinaries)
  ),
  Effect.flatMap((binaries) =>
    Effect.flatMap(Path.Path, (path) => Console.log(`Control plane: ${path.dirname(binaries.etcd)}`))
  ),
  Effect.tapError((error) => Console.error(error.message)),
  Effect.provide(NodeContext.layer)
)

NodeRuntime.runMain(program, { disableErrorReporting: true })
