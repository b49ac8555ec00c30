/**
 * Where the programs of a Kubernetes control plane, and kubectl, are found, and what to do when they are not.
 */
import { FileSystem, Path } from "@effect/platform"
import type { PlatformError } from "@effect/platform/Error"
import { Config, type ConfigError, Effect, Option, Schema } from "effect"

/** The names under which Kubernetes' own archives hold the programs. */
export const programs = ["etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kubectl"] as const

/** Absolute paths of the programs. */
export type Binaries = Readonly<Record<typeof programs[number], string>>

/** No complete control plane on this machine. */
export class Missing extends Schema.TaggedError<Missing>("effect-os-builder/test/control-plane/Missing")("Missing", {
  source: Schema.Literal("KUBEBUILDER_ASSETS", "cache"),
  folder: Schema.String,
  programs: Schema.Array(Schema.String)
}) {
  override get message(): string {
    const what = `${this.folder} holds no ${this.programs.join(", ")}`
    return this.source === "cache"
      ? `${what}: run "npm run control-plane" (it needs Go), or set KUBEBUILDER_ASSETS to a folder with them`
      : `${what}, though KUBEBUILDER_ASSETS names it: add them (Kubernetes' server archive has all but etcd), ` +
        `or unset it and run "npm run control-plane"`
  }
}

/** The folder of the Go module that pins the versions. */
export const moduleFolder = Effect.map(Path.Path, (path) => path.resolve(import.meta.dirname))

/** A version as go.mod pins it, such as `v1.37.1`. */
const pinned = (module: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const goMod = yield* fs.readFileString(path.join(yield* moduleFolder, "go.mod"))
    const line = goMod.split("\n").map((text) => text.trim().split(" ")).find(([name]) => name === module)
    return line?.[1] ?? (yield* Effect.dieMessage(`test/control-plane/go.mod does not require ${module}`))
  })

/** The release of Kubernetes that `npm run control-plane` builds. */
export const kubernetesVersion = pinned("k8s.io/kubernetes")

/** The folder outside the checkout that keeps the built programs of that release. */
export const cacheFolder = Effect.gen(function*() {
  const path = yield* Path.Path
  const home = Config.map(Config.string("HOME"), (folder) => path.join(folder, ".cache"))
  const caches = yield* Config.orElse(Config.nonEmptyString("XDG_CACHE_HOME"), () => home)
  const version = yield* kubernetesVersion
  return path.join(caches, "effect-os-builder", "control-plane", `${version}-${process.platform}-${process.arch}`)
})

/** The folder that `KUBEBUILDER_ASSETS` names, else the one of `npm run control-plane`. */
const programFolder = Effect.gen(function*() {
  const path = yield* Path.Path
  const assets = yield* Config.option(Config.nonEmptyString("KUBEBUILDER_ASSETS"))
  return Option.isSome(assets)
    ? { source: "KUBEBUILDER_ASSETS", folder: path.resolve(assets.value) } as const
    : { source: "cache", folder: path.resolve(yield* cacheFolder) } as const
})

type Failure = Missing | ConfigError.ConfigError | PlatformError

/** The folder, if it holds these programs. */
const folderWith = (
  names: ReadonlyArray<string>
): Effect.Effect<string, Failure, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const { folder, source } = yield* programFolder
    const missing = yield* Effect.filter(names, (name) => fs.exists(path.join(folder, name)), { negate: true })
    return missing.length > 0 ? yield* new Missing({ source, folder, programs: missing }) : folder
  })

/** The programs in `KUBEBUILDER_ASSETS` when that is set, else those that `npm run control-plane` built. */
export const locateBinaries: Effect.Effect<Binaries, Failure, FileSystem.FileSystem | Path.Path> = Effect.gen(
  function*() {
    const path = yield* Path.Path
    const folder = yield* folderWith(programs)
    return {
      "etcd": path.join(folder, "etcd"),
      "kube-apiserver": path.join(folder, "kube-apiserver"),
      "kube-controller-manager": path.join(folder, "kube-controller-manager"),
      "kube-scheduler": path.join(folder, "kube-scheduler"),
      "kubectl": path.join(folder, "kubectl")
    }
  }
)

/** kubectl of the same release; it needs no control plane. */
export const locateKubectl: Effect.Effect<string, Failure, FileSystem.FileSystem | Path.Path> = Effect.flatMap(
  Path.Path,
  (path) => Effect.map(folderWith(["kubectl"]), (folder) => path.join(folder, "kubectl"))
)
