/**
 * The backend that the configuration names, with all settings of the environment: `auto`, a backend on a cluster, or `local`.
 *
 * The variables are those of the command `os-builder`, read from the same table ({@link variables}).
 *
 * A program passes the layer of a cluster, and, for the local backend, the layer of its platform's services. Only the layer that the
 * chosen backend needs is built: with `OS_BUILDER_BACKEND=local` no kubeconfig is read.
 *
 * @since 0.1.0
 */
import type * as CommandExecutor from "@effect/platform/CommandExecutor"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { LocalSettings } from "../backends/local/LocalSettings.js"
import * as LocalBuildBackend from "../backends/LocalBuildBackend.js"
import type * as SingleNodeBuildBackend from "../backends/SingleNodeBuildBackend.js"
import type { BuildBackend } from "../core/BuildBackend.js"
import type { Cluster } from "../kubernetes/Cluster.js"
import * as BackendSelection from "./BackendSelection.js"
import * as BackendVariables from "./BackendVariables.js"
import * as BuiltInCandidates from "./BuiltInCandidates.js"

export { type Variable, variables } from "./BackendVariables.js"

/**
 * All settings, each optional. `backend` (default: `auto`) is the backend that builds. The others are settings of the backends; each
 * backend uses those that it has.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings extends
  Omit<SingleNodeBuildBackend.Settings, "patience">,
  Pick<
    LocalSettings,
    | "stateDirectory"
    | "workDirectory"
    | "cacheDirectory"
    | "registriesDirectory"
    | "secretsDirectory"
    | "configMapsDirectory"
  >
{
  readonly backend?: "auto" | BuiltInCandidates.Name | "local" | undefined
}

/**
 * The services that the local backend needs, such as those of `NodeContext.layer`.
 *
 * @since 0.1.0
 * @category models
 */
export type LocalServices = CommandExecutor.CommandExecutor | FileSystem.FileSystem | Path.Path

/**
 * Where builds can run. `cluster` is built if a backend on a cluster is chosen, `local` if the local backend is. Without
 * `local`, a configuration that names it is a `ConfigError`.
 *
 * @since 0.1.0
 * @category models
 */
export interface Platforms<E = never, R = never, E2 = never, R2 = never> {
  readonly cluster: Layer.Layer<Cluster, E, R>
  readonly local?: Layer.Layer<LocalServices, E2, R2> | undefined
}

/**
 * Why the configured backend cannot be used.
 *
 * @since 0.1.0
 * @category errors
 */
export type Unavailable =
  | ConfigError.ConfigError
  | BackendSelection.NoBackendAvailable
  | BackendSelection.ProbeError

/**
 * The settings of the environment; each is undefined if its variable is not set.
 *
 * @since 0.1.0
 * @category configuration
 */
export const config: Config.Config<Settings> = Config.map(
  Config.all([BackendVariables.optionConfig, BackendVariables.clusterConfig, BackendVariables.localConfig]),
  ([options, cluster, local]) => ({ ...options, ...cluster, ...local })
)

/**
 * The backend of these settings; a new layer for each call.
 *
 * @example
 * ```ts
 * import { BackendConfig } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 *
 * const backend = BackendConfig.layerWith({ backend: "custom", storage: "vfs" }, { cluster: KubernetesCluster.layer })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = <E, R, E2 = never, R2 = never>(
  settings: Settings,
  { cluster, local }: Platforms<E, R, E2, R2>
): Layer.Layer<BuildBackend, Unavailable | E | E2, R | R2> => {
  const { backend = "auto" } = settings
  if (backend !== "local") {
    return Layer.provide(BackendSelection.layerOf(backend, BuiltInCandidates.all(clusterSettings(settings))), cluster)
  }
  return local === undefined
    ? Layer.fail(
      ConfigError.InvalidData([BackendVariables.variables.backend.variable], "this program has no local backend")
    )
    : Layer.provide(LocalBuildBackend.layerWith(localSettings(settings)), local)
}

const clusterSettings = (settings: Settings): SingleNodeBuildBackend.Settings => ({
  namespace: settings.namespace,
  builderImage: settings.builderImage,
  gitImage: settings.gitImage,
  serviceAccount: settings.serviceAccount,
  security: settings.security,
  storage: settings.storage,
  cacheClaimName: settings.cacheClaimName,
  defaultPullSecretName: settings.defaultPullSecretName,
  registriesConfigMapName: settings.registriesConfigMapName,
  insecureRegistries: settings.insecureRegistries,
  deliverToNode: settings.deliverToNode,
  outageTimeout: settings.outageTimeout
})

const localSettings = (settings: Settings): LocalSettings => ({
  namespace: settings.namespace,
  storage: settings.storage,
  insecureRegistries: settings.insecureRegistries,
  stateDirectory: settings.stateDirectory,
  workDirectory: settings.workDirectory,
  cacheDirectory: settings.cacheDirectory,
  registriesDirectory: settings.registriesDirectory,
  secretsDirectory: settings.secretsDirectory,
  configMapsDirectory: settings.configMapsDirectory
})

/**
 * The backend of settings of which each is a `Config`, read when the layer is built.
 *
 * @example
 * ```ts
 * import { BackendConfig } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Config } from "effect"
 *
 * const backend = BackendConfig.layerConfig(
 *   { builderImage: Config.string("BUILDER"), namespace: Config.succeed("builds") },
 *   { cluster: KubernetesCluster.layer }
 * )
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = <E, R, E2 = never, R2 = never>(
  config: Config.Config.Wrap<Settings>,
  platforms: Platforms<E, R, E2, R2>
): Layer.Layer<BuildBackend, Unavailable | E | E2, R | R2> =>
  Layer.unwrapEffect(Effect.map(Config.unwrap(config), (settings) => layerWith(settings, platforms)))

/**
 * The backend of the environment: `OS_BUILDER_BACKEND`, by default `auto`, and the other {@link variables}.
 *
 * @example
 * ```ts
 * import { NodeContext } from "@effect/platform-node"
 * import { BackendConfig } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 *
 * const backend = BackendConfig.layerFromEnv({ cluster: KubernetesCluster.layer, local: NodeContext.layer })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerFromEnv = <E, R, E2 = never, R2 = never>(
  platforms: Platforms<E, R, E2, R2>
): Layer.Layer<BuildBackend, Unavailable | E | E2, R | R2> =>
  Layer.unwrapEffect(Effect.map(config, (settings) => layerWith(settings, platforms)))
