/**
 * A real cluster, reached with the kubeconfig that `kubectl` would use.
 *
 * Needs `@kubernetes/client-node` (1.4, or 2 on Node 22.19 and later), of which just the reading of kubeconfigs is used:
 * contexts, certificates, tokens, exec plugins, OIDC, and what a pod is given in a cluster. Requests and watches share one
 * pool of connections, closed with the layer.
 *
 * The layers fail with {@link ConfigurationError}, which says what to do about it, and otherwise at once: whether the server
 * answers shows with the first request.
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
import { ConfigurationError } from "./kubeconfig/ConfigurationError.js"
import type { KubeConfigLike } from "./kubeconfig/KubeConfigLike.js"
import * as KubeCredentials from "./kubeconfig/KubeCredentials.js"
import { codeOf } from "./transport/HttpAgent.js"
import * as HttpDriver from "./transport/HttpDriver.js"
import * as Redaction from "./transport/Redaction.js"

export { ConfigurationError } from "./kubeconfig/ConfigurationError.js"
export type { KubeCluster, KubeConfigLike } from "./kubeconfig/KubeConfigLike.js"

/**
 * What can be set whichever way the kubeconfig comes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The namespace where none is named; by default that of the context. */
  readonly namespace?: string | undefined
  /** How long the server may take to begin to answer a request; by default 30 seconds. */
  readonly timeout?: Duration.DurationInput | undefined
}

/**
 * What can be set, all of it optional.
 *
 * @since 0.1.0
 * @category models
 */
export interface Settings extends Options {
  /** A kubeconfig file; by default kubectl's rules: KUBECONFIG, ~/.kube/config, what a pod is given. */
  readonly kubeconfig?: string | undefined
  /** A context of the kubeconfig; by default its current one. */
  readonly context?: string | undefined
}

/**
 * A cluster service of its own, for as long as the scope is open.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (settings?: Settings): Effect.Effect<Cluster.Service, ConfigurationError, Scope.Scope> =>
  Effect.suspend(() => {
    // The context of the first time is that of every time, whatever `kubectl config use-context` does meanwhile.
    let context = settings?.context
    const load = Effect.tap(read(settings?.kubeconfig, () => context), (config) =>
      Effect.sync(() => {
        context = config.getCurrentContext()
      }))
    return connect(load, settings)
  })

/**
 * The same by a kubeconfig that was loaded, or made, by the program: a `KubeConfig` of `@kubernetes/client-node`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromKubeConfig = (
  kubeConfig: KubeConfigLike,
  options?: Options
): Effect.Effect<Cluster.Service, ConfigurationError, Scope.Scope> => connect(Effect.succeed(kubeConfig), options)

/**
 * The cluster that `kubectl` would talk to.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Cluster.Cluster, ConfigurationError> = Layer.scoped(Cluster.Cluster, make())

/**
 * A cluster with settings; a new layer, and connections of its own, for each call.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerWith = (settings: Settings): Layer.Layer<Cluster.Cluster, ConfigurationError> =>
  Layer.scoped(Cluster.Cluster, make(settings))

/**
 * A cluster with settings of which each is a value or a `Config`, read when the layer is built.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerConfig = (
  config: Config.Config.Wrap<Settings>
): Layer.Layer<Cluster.Cluster, ConfigurationError | ConfigError> =>
  Layer.scoped(Cluster.Cluster, Effect.flatMap(Config.unwrap(config), make))

/**
 * A cluster by a kubeconfig that was loaded, or made, by the program: a `KubeConfig` of `@kubernetes/client-node`.
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

const words = (cause: unknown) => cause instanceof Error ? cause.message : String(cause)

const peer = "@kubernetes/client-node"

const requires = (manifest: unknown, dependency: string): boolean =>
  Predicate.hasProperty(manifest, "dependencies") && Predicate.hasProperty(manifest.dependencies, dependency)

/**
 * Loads what does not load on every Node that the peer installs on. An `import` of the peer would fail too, but Node 20 ends
 * the process for one that fails this deep, whoever catches the error.
 */
const tried = Effect.try((): unknown => {
  const here = createRequire(import.meta.url)
  let manifest: string
  try {
    manifest = here.resolve(`${peer}/package.json`)
  } catch {
    // It is bundled, or not installed: the import tells.
    return
  }
  return requires(here(manifest), "undici") ? createRequire(manifest)("undici") : undefined
})

const clientNode = tried.pipe(
  Effect.zipRight(Effect.tryPromise(() => import("@kubernetes/client-node"))),
  Effect.mapError(({ error }) =>
    codeOf(error) === "ERR_MODULE_NOT_FOUND" && words(error).includes(peer)
      ? new ConfigurationError({ reason: "MissingPeer", detail: `${peer} is not installed`, cause: error })
      : new ConfigurationError({
        reason: "UnloadablePeer",
        detail: `${peer} does not load here (${words(error)})`,
        cause: error
      })
  )
)

/** What client-node makes up where there is no configuration: kubectl's port of old, without TLS. */
const madeUp = "http://localhost:8080"

const read = (
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
          detail: `The kubeconfig${file === undefined ? "" : ` ${file}`} cannot be read (${Redaction.redact(cause)})`
        })
    })
    if (
      file === undefined && config.getCurrentContext() === "loaded-context" &&
      config.getCurrentCluster()?.server === madeUp
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
