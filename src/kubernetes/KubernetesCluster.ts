/**
 * Layers for a real cluster, found by kubectl's rules for kubeconfigs.
 *
 * They need `@kubernetes/client-node` (1.4, or 2 on Node 22.19 and later), of which only the kubeconfig loader is used:
 * contexts, certificates, tokens, exec plugins, OIDC, and a pod's service account. Requests and watches share one pool of
 * keep-alive connections, closed with the layer.
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
import * as Predicate from "effect/Predicate"
import type * as Scope from "effect/Scope"
import { createRequire } from "node:module"
import * as Cluster from "./Cluster.js"
import { ConfigurationError, redact } from "./kubeconfig/ConfigurationError.js"
import type { KubeConfigLike } from "./kubeconfig/KubeConfigLike.js"
import * as KubeCredentials from "./kubeconfig/KubeCredentials.js"
import { errorCode } from "./transport/HttpAgent.js"
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
  Effect.suspend(() => {
    // A reload keeps the context of the first load, even if `kubectl config use-context` has changed the current one.
    let context = settings?.context
    const load = Effect.tap(loadKubeConfig(settings?.kubeconfig, () => context), (config) =>
      Effect.sync(() => {
        context = config.getCurrentContext()
      }))
    return connect(load, settings)
  })

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
): Effect.Effect<Cluster.Service, ConfigurationError, Scope.Scope> => connect(Effect.succeed(kubeConfig), options)

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
  load: Effect.Effect<KubeConfigLike, ConfigurationError>,
  options: Options | undefined
): Effect.Effect<Cluster.Service, ConfigurationError, Scope.Scope> =>
  Effect.gen(function*() {
    const credentials = yield* KubeCredentials.make(load)
    return yield* Cluster.make(HttpDriver.make({
      credentials,
      defaultNamespace: options?.namespace ?? credentials.contextNamespace ?? "default",
      timeout: Duration.decode(options?.timeout ?? "30 seconds")
    }))
  })

const describe = (cause: unknown) => cause instanceof Error ? cause.message : String(cause)

const peerName = "@kubernetes/client-node"

const dependsOn = (manifest: unknown, dependency: string): boolean =>
  Predicate.hasProperty(manifest, "dependencies") && Predicate.hasProperty(manifest.dependencies, dependency)

/**
 * Loads undici, a dependency of the peer that does not load on every Node that the peer installs on. An `import` of the peer
 * would fail too, but Node 20 exits for an import that fails this deep, even if the error is caught.
 */
const loadUndici = Effect.try((): unknown => {
  const here = createRequire(import.meta.url)
  let manifest: string
  try {
    manifest = here.resolve(`${peerName}/package.json`)
  } catch {
    // The peer is bundled or not installed; its import shows which.
    return
  }
  return dependsOn(here(manifest), "undici") ? createRequire(manifest)("undici") : undefined
})

const clientNode = loadUndici.pipe(
  Effect.zipRight(Effect.tryPromise(() => import("@kubernetes/client-node"))),
  Effect.mapError(({ error }) =>
    errorCode(error) === "ERR_MODULE_NOT_FOUND" && describe(error).includes(peerName)
      ? new ConfigurationError({ reason: "MissingPeer", detail: `${peerName} is not installed`, cause: error })
      : new ConfigurationError({
        reason: "UnloadablePeer",
        detail: `${peerName} does not load (${describe(error)})`,
        cause: error
      })
  )
)

/** The server that client-node uses without a kubeconfig: kubectl's former default, without TLS. */
const fallbackServer = "http://localhost:8080"

const loadKubeConfig = (
  file: string | undefined,
  context: () => string | undefined
): Effect.Effect<KubeConfigLike, ConfigurationError> =>
  Effect.gen(function*() {
    const { KubeConfig } = yield* clientNode
    const config = new KubeConfig()
    yield* Effect.try({
      try: () => file === undefined ? config.loadFromDefault() : config.loadFromFile(file),
      catch: (cause) =>
        new ConfigurationError({
          reason: "NoConfiguration",
          // client-node looks for clusters in what it has parsed, which is nothing for an empty file.
          detail: `Cannot read the kubeconfig${file === undefined ? "" : ` ${file}`} (${
            cause instanceof TypeError ? "it is empty, or not a kubeconfig" : redact(cause)
          })`
        })
    })
    if (
      file === undefined && config.getCurrentContext() === "loaded-context" &&
      config.getCurrentCluster()?.server === fallbackServer
    ) {
      return yield* new ConfigurationError({ reason: "NoConfiguration", detail: "There is no kubeconfig" })
    }
    const chosen = context()
    if (chosen !== undefined) {
      if (config.getContextObject(chosen) === null) {
        return yield* new ConfigurationError({
          reason: "NoContext",
          detail: `The kubeconfig has no context "${chosen}"`
        })
      }
      config.setCurrentContext(chosen)
    }
    return config
  })
