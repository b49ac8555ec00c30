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
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import * as Access from "../fake/apiserver/Access.js"
import * as FakeApiServer from "../fake/apiserver/FakeApiServer.js"
import * as FakeDriver from "../fake/apiserver/FakeDriver.js"
import * as ControlPlane from "../fake/ControlPlane.js"
import * as PodProgram from "../fake/kubelet/Program.js"
import * as Cluster from "../kubernetes/Cluster.js"
import * as FakeClusterService from "./FakeClusterService.js"
import * as Outcome from "./Outcome.js"
import { OutcomeRegistry } from "./OutcomeRegistry.js"
import * as Presets from "./Presets.js"

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
   * No loopback port could be listened on.
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

/**
 * The options of a fake cluster:
 *
 * - `openShift`: the topology and capabilities of OpenShift; default: false, a cluster without OpenShift.
 * - `namespace`: the default namespace of clients; default: `default`.
 * - `permissions`: the RBAC rules of clients; default: everything. They apply to requests and access reviews.
 * - `outcome`: the outcome of builds; default: success at once.
 * - `programs`: the programs of pods that are not builds; default: with restartPolicy Always they run until they are
 *   stopped, all others succeed at once.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly openShift?: false | Presets.OpenShift | undefined
  readonly namespace?: string | undefined
  readonly permissions?: ReadonlyArray<Access.UserRule> | undefined
  readonly outcome?: Outcome.Outcome | undefined
  readonly programs?: PodProgram.Programs | undefined
}

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

/**
 * The result of {@link make}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Made {
  readonly cluster: Cluster.Service
  readonly control: FakeClusterService.Service
  /** The control plane, to serve or inspect it. */
  readonly plane: ControlPlane.ControlPlane
}

/**
 * Makes a fake cluster without a layer, for tests with more than one.
 *
 * @example
 * ```ts
 * import { Resources } from "effect-os-builder"
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect } from "effect"
 *
 * const test = Effect.scoped(Effect.gen(function*() {
 *   const east = yield* FakeCluster.make()
 *   const west = yield* FakeCluster.make({ openShift: {} })
 *   yield* west.control.outage("1 minute")
 *   return yield* east.cluster.list(Resources.Node)
 * }))
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options = {}): Effect.Effect<Made, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { namespace = "default", openShift: shift = false } = options
    const preset = shift === false ? Presets.vanilla : Presets.openShift(shift)
    const registry = new OutcomeRegistry(options.outcome ?? Outcome.succeeds(), options.programs)
    const plane = yield* ControlPlane.make({
      ...preset.options,
      namespaces: namespace === "default" ? [] : [namespace],
      pods: (plane) => registry.behaviour(plane)
    })
    yield* FakeClusterService.seed(plane, preset.objects)
    const driver = FakeDriver.make((request) => plane.gateway.handle(request, clientUser(options)), namespace)
    return { cluster: yield* Cluster.make(driver), control: FakeClusterService.make(plane, registry), plane }
  })

const clientUser = (options: Options): Access.User => ({
  name: "client",
  rules: options.permissions ?? [Access.everything]
})

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
export const layer = (options: Options = {}): Layer.Layer<Cluster.Cluster | FakeCluster> =>
  Layer.scopedContext(Effect.map(
    make(options),
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
  options: Options & {
    /** Default: any free port. */
    readonly port?: number | undefined
  } = {}
): Layer.Layer<Cluster.Cluster | FakeCluster | FakeApiServer.FakeApiServer, FakeApiServer.NotListening> =>
  Layer.scopedContext(Effect.gen(function*() {
    const { cluster, control, plane } = yield* make(options)
    const served = yield* FakeApiServer.serve(plane, {
      user: clientUser(options),
      namespace: options.namespace,
      port: options.port
    })
    return Context.make(Cluster.Cluster, cluster).pipe(
      Context.add(FakeCluster, control),
      Context.add(FakeApiServer.FakeApiServer, served)
    )
  }))

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
