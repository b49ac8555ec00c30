/**
 * The backends that `--backend` can name, one row each. Each is loaded when it is used, so that help prints sooner.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { BuildBackend } from "../core/BuildBackend.js"
import type { BackendError } from "../core/BuildError.js"
import type { BuildRef } from "../core/BuildRef.js"
import type { ConfigurationError } from "../kubernetes/kubeconfig/ConfigurationError.js"
import { variables } from "../selection/BackendVariables.js"
import type { Name } from "../selection/BuiltInCandidates.js"
import type { ProbeError } from "../selection/Probe.js"
import type { NoBackendAvailable } from "../selection/Report.js"
import type { BackendSettings } from "./BackendSettings.js"
import type * as Checker from "./Checker.js"
import { UsageError } from "./CliError.js"
import type * as Description from "./Description.js"
import { ClusterAccess, type NodeServices } from "./NodeServices.js"

/**
 * Why no backend can be used.
 *
 * @since 0.1.0
 * @category models
 */
export type Unavailable = ConfigError | ConfigurationError | NoBackendAvailable | ProbeError

/**
 * @since 0.1.0
 * @category models
 */
export interface Backend {
  readonly name: string
  /** Whether a build continues after the process that started it has ended. */
  readonly outlivesProcess: boolean
  /** Whether it stores the context on a cluster, which limits its size. */
  readonly storesContext: boolean
  readonly layer: (settings: BackendSettings) => Layer.Layer<BuildBackend, Unavailable, NodeServices>
  /** The checks of inputs that need no cluster: of the backend itself, or of each candidate of a selection. */
  readonly checkers: (settings: BackendSettings) => Effect.Effect<ReadonlyArray<Checker.Checker>, ConfigError>
  /** The objects of a build on a cluster; none for a backend that is on no cluster. */
  readonly objects: (
    ref: BuildRef,
    settings: BackendSettings
  ) => Effect.Effect<Description.Objects, Unavailable | BackendError, NodeServices>
  /** Fails if the cluster does not serve the API of the backend, which `layer` does not check for a backend by name. */
  readonly requireApi: (settings: BackendSettings) => Effect.Effect<void, Unavailable, NodeServices>
}

/**
 * A backend that needs no cluster, neither for builds nor to check inputs.
 *
 * @since 0.1.0
 * @category constructors
 */
export const offline = (
  backend: Pick<Backend, "name" | "outlivesProcess"> & {
    readonly layer: (settings: BackendSettings) => Layer.Layer<BuildBackend, ConfigError, NodeServices>
  }
): Backend => ({
  ...backend,
  storesContext: false,
  checkers: (settings) =>
    Effect.map(Effect.promise(() => import("./Checker.js")), (Checker) => [
      Checker.make(backend.name, backend.layer(settings))
    ]),
  objects: () => Effect.map(Effect.promise(() => import("./Description.js")), ({ noObjects }) => noObjects),
  requireApi: () => Effect.void
})

/**
 * @since 0.1.0
 * @category tags
 */
export class Backends extends Context.Tag("effect-os-builder/cli/Backends")<Backends, ReadonlyArray<Backend>>() {}

// -----------------------------------------------------------------------------
// local
// -----------------------------------------------------------------------------

const local = offline({
  name: "local",
  outlivesProcess: false,
  // Options take precedence over the environment.
  layer: ({ builder, local }) =>
    Layer.unwrapEffect(Effect.gen(function*() {
      const { localConfig } = yield* Effect.promise(() => import("../selection/BackendVariables.js"))
      const LocalBuildBackend = yield* Effect.promise(() => import("../backends/LocalBuildBackend.js"))
      return LocalBuildBackend.layerWith({ ...yield* localConfig, ...builder, ...local })
    }))
})

// -----------------------------------------------------------------------------
// on a cluster
// -----------------------------------------------------------------------------

const onCluster = (name: "auto" | Name): Backend => ({
  name,
  outlivesProcess: true,
  storesContext: true,
  layer: (settings) =>
    Layer.unwrapEffect(
      Effect.map(
        Effect.all([ClusterAccess, load]),
        ([cluster, ClusterBackends]) => Layer.provide(ClusterBackends.layer(name, settings), cluster(settings.cluster))
      )
    ),
  checkers: (settings) =>
    Effect.flatMap(load, (ClusterBackends) =>
      ClusterBackends.checkers(
        name,
        settings,
        Effect.flatMap(
          ClusterAccess,
          (cluster) => Effect.provide(ClusterBackends.uploads(settings), cluster(settings.cluster))
        )
      )),
  objects: (ref, settings) =>
    Effect.flatMap(
      Effect.all([ClusterAccess, Effect.promise(() => import("./BuildObjects.js"))]),
      ([cluster, BuildObjects]) => Effect.provide(BuildObjects.read(ref), cluster(settings.cluster))
    ),
  requireApi: (settings) =>
    Effect.flatMap(
      Effect.all([ClusterAccess, load]),
      ([cluster, ClusterBackends]) =>
        Effect.provide(ClusterBackends.requireApi(name, settings), cluster(settings.cluster))
    )
})

const load = Effect.promise(() => import("./ClusterBackends.js"))

// -----------------------------------------------------------------------------
// table
// -----------------------------------------------------------------------------

/**
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Backends> = Layer.succeed(Backends, [
  onCluster("auto"),
  onCluster("single-node"),
  onCluster("openshift"),
  onCluster("custom"),
  local
])

const named = (
  name: string,
  command: string | undefined,
  source: Effect.Effect<string>
): Effect.Effect<Backend, UsageError, Backends> =>
  Effect.flatMap(Backends, (backends) => {
    const found = backends.find((backend) => backend.name === name)
    if (found !== undefined) return Effect.succeed(found)
    const names = backends.map((backend) => backend.name).join(", ")
    return Effect.flatMap(source, (source) =>
      new UsageError({
        command,
        problems: [`${source}: there is no backend ${JSON.stringify(name)} here; use one of ${names}`]
      }))
  })

/**
 * The backend that `--backend` of a command names, or its variable.
 *
 * @since 0.1.0
 * @category accessors
 */
export const find = (name: string, command: string): Effect.Effect<Backend, UsageError, Backends> =>
  named(
    name,
    command,
    Config.string(variables.backend.variable).pipe(
      Effect.map((value) => value === name ? variables.backend.variable : "--backend"),
      Effect.orElseSucceed(() => "--backend")
    )
  )

/**
 * The backend of a build.
 *
 * @since 0.1.0
 * @category accessors
 */
export const ofBuild = (ref: BuildRef): Effect.Effect<Backend, UsageError, Backends> =>
  named(ref.backend, undefined, Effect.succeed("REF"))
