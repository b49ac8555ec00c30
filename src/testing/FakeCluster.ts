/**
 * A Kubernetes or OpenShift cluster in memory, for tests of code that uses a cluster: a layer in place of the real cluster,
 * and a control service for the outcomes of builds and for faults.
 *
 * It has the semantics of an API server, not its transport: objects have uids and resourceVersions, watches replay and
 * expire, Jobs run pods, Builds run builders, the garbage collector collects. All of it follows Effect's Clock, and unless
 * an outcome requires it nothing takes time: a build under `TestClock` finishes without an `adjust`.
 *
 * It is as strict as a cluster: a build whose input names a secret waits until {@link Service.seed} adds it, and one for
 * arm64 waits for such a node. Pods that are not builds run the `programs` of {@link Options}.
 *
 * Each node has 8 CPUs, 32Gi of memory, 200Gi of ephemeral storage and room for 110 pods. With the default resources of a
 * build (500m, 2Gi, 20Gi) ten builds run on a node at the same time; more of them wait, and one that takes time may reach its
 * `pendingTimeout`. Give many builds at once smaller `resources`, or a longer `pendingTimeout`.
 *
 * @example
 * ```ts
 * import { BackendSelection, BuildBackend, type BuildInput } from "effect-os-builder"
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect, Layer } from "effect"
 *
 * const test = (input: BuildInput.BuildInput) =>
 *   Effect.gen(function*() {
 *     const fake = yield* FakeCluster.FakeCluster
 *     yield* fake.outcome(FakeCluster.containerfileFails({ exitCode: 3 }))
 *     const error = yield* Effect.flip(BuildBackend.run(input))
 *     return error._tag // BuildFailed
 *   }).pipe(Effect.provide(Layer.provideMerge(BackendSelection.layer, FakeCluster.openShift)))
 * ```
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Layer from "effect/Layer"
import * as Scope from "effect/Scope"
import * as FakeApiServer from "../fake/apiserver/FakeApiServer.js"
import * as PodProgram from "../fake/kubelet/Program.js"
import * as Cluster from "../kubernetes/Cluster.js"
import * as Assembly from "./Assembly.js"
import * as FakeClusterHandle from "./FakeClusterHandle.js"
import type * as FakeClusterService from "./FakeClusterService.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

export {
  delayEvents,
  drop,
  type Fault,
  internalError,
  latency,
  loseResponse,
  type Match,
  repeatEvents,
  status,
  throttled,
  unavailable
} from "../fake/apiserver/Faults.js"

export {
  /**
   * The address of a served cluster and its credentials.
   *
   * @since 0.1.0
   * @category tags
   */
  FakeApiServer,
  /**
   * The fake could not listen on a loopback port.
   *
   * @since 0.1.0
   * @category errors
   */
  NotListening
} from "../fake/apiserver/FakeApiServer.js"

export type {
  /**
   * `kubeconfig` is a complete kubeconfig file in JSON, with the client's token.
   *
   * @since 0.1.0
   * @category models
   */
  Service as Served
} from "../fake/apiserver/FakeApiServer.js"

export {
  /**
   * Pod programs: what the containers of a pod do on the fake.
   *
   * @since 0.1.0
   */
  PodProgram
}

export type { OwnKind } from "../fake/kinds/OwnKind.js"

export type { RecordedRequest } from "../fake/apiserver/Gateway.js"

export type {
  UserRule,
  /**
   * The former name of {@link UserRule}.
   *
   * @since 0.1.0
   * @category models
   * @deprecated use `UserRule`
   */
  UserRule as Rule
} from "../fake/apiserver/Access.js"

export {
  containerfileFails,
  deletedOutside,
  evicted,
  hangs,
  held,
  imagePullBackOff,
  neverScheduled,
  oomKilled,
  type Outcome,
  pullFails,
  pushFails,
  type RegistryFailure,
  storageExceeded,
  succeeds
} from "./Outcome.js"

export type { BuildMatch } from "./OutcomeRegistry.js"

export type { OpenShift } from "./Presets.js"

export type { Service } from "./FakeClusterService.js"

export type { Handle } from "./FakeClusterHandle.js"

/**
 * The control service of the fake cluster, which its layers provide beside the cluster.
 *
 * @example
 * ```ts
 * import { Cluster, Resources } from "effect-os-builder"
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const test = Effect.gen(function*() {
 *   const fake = yield* FakeCluster.FakeCluster
 *   yield* fake.fail({ verb: "list", resource: "pods" }, FakeCluster.throttled("5 seconds"), { times: 1 })
 *   yield* Cluster.list(Resources.Pod)
 *   return (yield* fake.requests).length // 2: the request was retried
 * }).pipe(Effect.provide(FakeCluster.vanilla))
 * ```
 *
 * @since 0.1.0
 * @category tags
 */
export class FakeCluster
  extends Context.Tag("effect-os-builder/FakeCluster")<FakeCluster, FakeClusterService.Service>()
{}

export {
  /**
   * Makes a fake cluster without a layer, for tests with more than one.
   *
   * @since 0.1.0
   * @category constructors
   */
  make
} from "./Assembly.js"

export type {
  /**
   * The result of {@link make}.
   *
   * @since 0.1.0
   * @category models
   */
  Made,
  /**
   * The options of a fake cluster.
   *
   * @since 0.1.0
   * @category models
   */
  Options,
  /**
   * The options of a cluster that is served over HTTPS.
   *
   * @since 0.1.0
   * @category models
   */
  ServedOptions
} from "./Assembly.js"

// -----------------------------------------------------------------------------
// layers
// -----------------------------------------------------------------------------

/**
 * A fake cluster. Each call returns a new layer.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 *
 * const withoutBuildApi = FakeCluster.layer({ openShift: { capabilities: [] } })
 * const failing = FakeCluster.layer({ outcome: FakeCluster.containerfileFails({ exitCode: 3 }) })
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layer = (options: Assembly.Options = {}): Layer.Layer<Cluster.Cluster | FakeCluster> =>
  Layer.scopedContext(Effect.map(
    Assembly.make(options),
    ({ cluster, control }) => Context.make(Cluster.Cluster, cluster).pipe(Context.add(FakeCluster, control))
  ))

/**
 * A fake cluster that is also served over HTTPS on loopback until the scope is closed: for `kubectl`, for
 * `KubernetesCluster`, or for a program in another language. It uses the real clock unless another is provided.
 *
 * @example
 * ```ts
 * import { Console, Effect } from "effect"
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { writeFileSync } from "node:fs"
 *
 * const program = Effect.gen(function*() {
 *   const { kubeconfig, url } = yield* FakeCluster.FakeApiServer
 *   writeFileSync("kubeconfig", kubeconfig, { mode: 0o600 })
 *   yield* Console.log(`${url}: try kubectl --kubeconfig kubeconfig get builds --watch`)
 *   yield* Effect.never
 * })
 *
 * Effect.runPromise(Effect.provide(program, FakeCluster.layerServed({ openShift: {} })))
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const layerServed = (
  options: Assembly.ServedOptions = {}
): Layer.Layer<Cluster.Cluster | FakeCluster | FakeApiServer.FakeApiServer, FakeApiServer.NotListening> =>
  Layer.scopedContext(Effect.map(
    Assembly.makeServed(options),
    ({ cluster, control, served }) =>
      Context.make(Cluster.Cluster, cluster).pipe(
        Context.add(FakeCluster, control),
        Context.add(FakeApiServer.FakeApiServer, served)
      )
  ))

// -----------------------------------------------------------------------------
// without Effect
// -----------------------------------------------------------------------------

/**
 * Starts a fake cluster that is served over HTTPS on loopback, for tests of programs that do not use Effect. It runs until
 * `stop` is called, by the real clock. Rejects with {@link NotListening} if the port is taken.
 *
 * @example
 * ```ts
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
 *
 * const test = async () => {
 *   const fake = await FakeCluster.start()
 *   try {
 *     const config = new KubeConfig()
 *     config.loadFromString(fake.kubeconfig)
 *     await fake.fail({ verb: "list", resource: "pods" }, FakeCluster.unavailable(), { times: 1 })
 *     return await config.makeApiClient(CoreV1Api).listNode()
 *   } finally {
 *     await fake.stop()
 *   }
 * }
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const start = (options: Assembly.ServedOptions = {}): Promise<FakeClusterHandle.Handle> =>
  FakeClusterHandle.start(Effect.gen(function*() {
    const scope = yield* Scope.make()
    const { control, served } = yield* Scope.extend(Assembly.makeServed(options), scope).pipe(
      Effect.onError((cause) => Scope.close(scope, Exit.failCause(cause)))
    )
    return { ...served, control, close: Scope.close(scope, Exit.void) }
  }))

// -----------------------------------------------------------------------------
// layers of one topology
// -----------------------------------------------------------------------------

/**
 * A cluster without OpenShift, with two nodes.
 *
 * @example
 * ```ts
 * import { CustomBuildBackend } from "effect-os-builder"
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Layer } from "effect"
 *
 * const backend = Layer.provideMerge(CustomBuildBackend.layer, FakeCluster.vanilla)
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const vanilla: Layer.Layer<Cluster.Cluster | FakeCluster> = layer()

/**
 * OpenShift with every capability: three control plane nodes and two workers.
 *
 * @example
 * ```ts
 * import { OpenShiftBuildBackend } from "effect-os-builder"
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Layer } from "effect"
 *
 * const backend = Layer.provideMerge(OpenShiftBuildBackend.layer, FakeCluster.openShift)
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const openShift: Layer.Layer<Cluster.Cluster | FakeCluster> = layer({ openShift: {} })

/**
 * OpenShift with every capability on a single node.
 *
 * @example
 * ```ts
 * import { SingleNodeBuildBackend } from "effect-os-builder"
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Layer } from "effect"
 *
 * const backend = Layer.provideMerge(SingleNodeBuildBackend.layer, FakeCluster.singleNode)
 * ```
 *
 * @since 0.1.0
 * @category layers
 */
export const singleNode: Layer.Layer<Cluster.Cluster | FakeCluster> = layer({
  openShift: { topology: "SingleReplica" }
})
