/**
 * Layers for a real cluster, found by kubectl's rules for kubeconfigs.
 *
 * Kubeconfig files are read as kubectl reads them: which file wins, which cluster and user a context means, client
 * certificates, tokens, token files, impersonation, exec plugins, `auth-provider: oidc`, proxies (HTTPS_PROXY and NO_PROXY
 * too), and a pod's service account. Each field of an entry in use is honoured, or the layer fails and names the file, the
 * entry and the field. Requests and watches share one pool of keep-alive connections, closed with the layer.
 *
 * `layerFromKubeConfig` takes a `KubeConfig` of `@kubernetes/client-node`, for its authenticators. Nothing else needs that
 * package.
 *
 * The layers fail with {@link ConfigurationError} when the kubeconfig cannot be used. They send no request: an unreachable
 * server shows as a ClusterError of the first request.
 *
 * @example
 * ```ts
 * import { Cluster, Resources } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Config, Console, Effect } from "effect"
 *
 * const program = Effect.gen(function*() {
 *   const { items } = yield* Cluster.list(Resources.Pod)
 *   yield* Console.log(items.map(({ metadata }) => metadata.name))
 * })
 *
 * const current = KubernetesCluster.layer
 * const chosen = KubernetesCluster.layerWith({ context: "staging", namespace: "builds" })
 * const configured = KubernetesCluster.layerConfig({ kubeconfig: Config.string("APP_KUBECONFIG") })
 *
 * Effect.runPromise(Effect.provide(program, chosen))
 * ```
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import type { ConfigError } from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Waits from "./client/Waits.js"
import * as Cluster from "./Cluster.js"
import type { ConfigurationError } from "./kubeconfig/ConfigurationError.js"
import * as FileSource from "./kubeconfig/FileSource.js"
import type { KubeConfigLike } from "./kubeconfig/KubeConfigLike.js"
import * as KubeConfigSource from "./kubeconfig/KubeConfigSource.js"
import * as KubeCredentials from "./kubeconfig/KubeCredentials.js"
import type { Source } from "./kubeconfig/Source.js"
import * as HttpDriver from "./transport/HttpDriver.js"

export { ConfigurationError } from "./kubeconfig/ConfigurationError.js"
export type { KubeCluster, KubeConfigLike } from "./kubeconfig/KubeConfigLike.js"

/**
 * Options of a cluster for any source of the kubeconfig.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** Default namespace; default: that of the context, else `default`. */
  readonly namespace?: string | undefined
  /** Limit for the time until a response begins; default: 30 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * Options of a cluster, with the source of the kubeconfig. All are optional.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings extends Options {
  /** Path of a kubeconfig; default: kubectl's rules (KUBECONFIG, ~/.kube/config, the pod's service account). */
  readonly kubeconfig?: string | undefined
  /** Name of a context of the kubeconfig; default: its current context. */
  readonly context?: string | undefined
}

/**
 * Makes a cluster service with connections of its own, which are closed with the scope.
 *
 * @example
 * ```ts
 * import { Resources } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Effect } from "effect"
 *
 * const namespaces = Effect.scoped(Effect.gen(function*() {
 *   const cluster = yield* KubernetesCluster.make({ context: "staging" })
 *   return yield* cluster.list(Resources.Namespace)
 * }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (settings?: Settings): Effect.Effect<Cluster.Service, ConfigurationError, Scope.Scope> =>
  Effect.flatMap(
    FileSource.load({ kubeconfig: settings?.kubeconfig, context: settings?.context }),
    (load) => connect(load, settings)
  )

/**
 * Makes a cluster service from a loaded kubeconfig: a `KubeConfig` of `@kubernetes/client-node`. See
 * {@link layerFromKubeConfig}.
 *
 * @example
 * ```ts
 * import { Resources } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Effect } from "effect"
 *
 * const podsOf = (kubeConfig: KubernetesCluster.KubeConfigLike) =>
 *   Effect.scoped(Effect.gen(function*() {
 *     const cluster = yield* KubernetesCluster.fromKubeConfig(kubeConfig, { timeout: "10 seconds" })
 *     return yield* cluster.list(Resources.Pod)
 *   }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromKubeConfig = (
  kubeConfig: KubeConfigLike,
  options?: Options
): Effect.Effect<Cluster.Service, ConfigurationError, Scope.Scope> =>
  connect(Effect.succeed(KubeConfigSource.make(kubeConfig)), options)

/**
 * The cluster that `kubectl` uses by default.
 *
 * @example
 * ```ts
 * import { Cluster, Resources } from "effect-os-builder"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Effect } from "effect"
 *
 * Effect.runPromise(Effect.provide(Cluster.list(Resources.Pod), KubernetesCluster.layer))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Cluster.Cluster, ConfigurationError> = Layer.scoped(Cluster.Cluster, make())

/**
 * A cluster by settings. Each call returns a new layer, with connections of its own.
 *
 * @example
 * ```ts
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 *
 * const staging = KubernetesCluster.layerWith({ context: "staging", namespace: "builds", timeout: "10 seconds" })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (settings: Settings): Layer.Layer<Cluster.Cluster, ConfigurationError> =>
  Layer.scoped(Cluster.Cluster, make(settings))

/**
 * A cluster by settings of which each is a value or a `Config`, read when the layer is built.
 *
 * @example
 * ```ts
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Config } from "effect"
 *
 * const configured = KubernetesCluster.layerConfig({
 *   kubeconfig: Config.string("APP_KUBECONFIG"),
 *   namespace: Config.succeed("builds")
 * })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Settings>
): Layer.Layer<Cluster.Cluster, ConfigurationError | ConfigError> =>
  Layer.scoped(Cluster.Cluster, Effect.flatMap(Config.unwrap(config), make))

/**
 * A cluster by a loaded kubeconfig: a `KubeConfig` of `@kubernetes/client-node`, with all of its authenticators.
 *
 * @example
 * ```ts
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { KubeConfig } from "@kubernetes/client-node"
 *
 * const kubeConfig = new KubeConfig()
 * kubeConfig.loadFromFile("/etc/builds/kubeconfig")
 * const cluster = KubernetesCluster.layerFromKubeConfig(kubeConfig)
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerFromKubeConfig = (
  kubeConfig: KubeConfigLike,
  options?: Options
): Layer.Layer<Cluster.Cluster, ConfigurationError> =>
  Layer.scoped(Cluster.Cluster, fromKubeConfig(kubeConfig, options))

const connect = (
  load: Effect.Effect<Source, ConfigurationError>,
  options: Options | undefined
): Effect.Effect<Cluster.Service, ConfigurationError, Scope.Scope> =>
  Effect.gen(function*() {
    const credentials = yield* KubeCredentials.make(load)
    return yield* Cluster.make(HttpDriver.make({
      credentials,
      defaultNamespace: options?.namespace ?? credentials.contextNamespace ?? "default",
      timeout: Duration.decode(options?.timeout ?? Waits.responseStart.limit)
    }))
  })
