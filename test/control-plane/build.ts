/**
 * `npm run control-plane`: builds etcd and the Kubernetes control plane that go.mod pins into the user's cache folder.
 */
import { Command, FileSystem, Path } from "@effect/platform"
import { NodeContext, NodeRuntime } from "@effect/platform-node"
import { Console, Effect, Schema } from "effect"
import { cacheFolder, kubernetesVersion, locateBinaries, type Missing, moduleFolder } from "./Binaries.js"

class BuildFailed extends Schema.TaggedError<BuildFailed>("effect-os-builder/test/control-plane/BuildFailed")(
  "BuildFailed",
  { problem: Schema.String, cause: Schema.optional(Schema.Defect) }
) {
  override get message(): string {
    return `No control plane was built: ${this.problem}. Only "npm run test:cluster" needs one; all else works without.`
  }
}

/** What `GET /version` answers; Kubernetes' own build sets the same variables. */
const linkerFlags = (version: string) => {
  const [major = "", minor = ""] = version.replace(/^v/, "").split(".")
  const variables = { gitVersion: version, gitMajor: major, gitMinor: minor, gitCommit: "", gitTreeState: "archive" }
  return [
    "-s",
    "-w",
    ...Object.entries(variables).map(([name, value]) => `-X k8s.io/component-base/version.${name}=${value}`)
  ]
}

/** Builds go.mod's `tool` programs into the folder; Go's own words about a failure go to the terminal. */
const goBuild = (folder: string, version: string) =>
  Command.make(
    "go",
    "build",
    "-trimpath",
    "-buildvcs=false",
    "-tags=grpcnotrace,notest", // as in Kubernetes' own build: without request traces the linker drops a lot of dead code
    `-ldflags=${linkerFlags(version).join(" ")}`,
    "-o",
    `${folder}/`,
    "tool"
  ).pipe(
    Command.env({ CGO_ENABLED: "0", GOFLAGS: "", GOWORK: "off" }),
    Command.stdout("inherit"),
    Command.stderr("inherit")
  )

const build = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const folder = yield* cacheFolder
  const version = yield* kubernetesVersion
  yield* fs.makeDirectory(path.dirname(folder), { recursive: true })
  const workFolder = yield* fs.makeTempDirectoryScoped({ directory: path.dirname(folder), prefix: ".building-" })
  const built = path.join(workFolder, "programs")
  yield* Console.log(`Building Kubernetes ${version} and etcd with Go: the first time takes many minutes.`)
  const command = goBuild(built, version).pipe(Command.workingDirectory(yield* moduleFolder))
  const exitCode = yield* Command.exitCode(command).pipe(
    Effect.mapError((cause) =>
      new BuildFailed({ problem: "Go (https://go.dev/dl) is not installed or not in PATH", cause })
    )
  )
  if (exitCode !== 0) {
    return yield* new BuildFailed({ problem: `"go build" ended with exit code ${exitCode}, see above` })
  }
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
