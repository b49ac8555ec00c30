/**
 * A Kubernetes or OpenShift cluster in memory, for tests of what builds images on one, or of anything else that speaks to
 * one: a layer in the place of the real cluster, and a handle to say how builds go and what fails.
 *
 * It is the API server's semantics that are the same, not its bytes: objects have uids and resourceVersions, watches
 * replay and expire, Jobs run pods, Builds run builders, the garbage collector collects. All of it follows Effect's Clock,
 * and unless an outcome says otherwise nothing in it takes time: a build under `TestClock` ends without an `adjust`.
 *
 * It is as strict as a cluster, too: a build whose input names a secret waits until {@link Service.seed} brings one, and one
 * for arm64 waits for such a node. Pods that build nothing run the `programs` of {@link Options}.
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
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Layer from "effect/Layer"
import type * as Scope from "effect/Scope"
import type { BuildRef } from "../core/BuildRef.js"
import * as Access from "../fake/apiserver/Access.js"
import * as FakeApiServer from "../fake/apiserver/FakeApiServer.js"
import * as FakeDriver from "../fake/apiserver/FakeDriver.js"
import type { Fault, Match } from "../fake/apiserver/Faults.js"
import type { RecordedRequest } from "../fake/apiserver/Gateway.js"
import * as ControlPlane from "../fake/ControlPlane.js"
import * as Json from "../fake/Json.js"
import * as PodProgram from "../fake/kubelet/Program.js"
import * as Metadata from "../fake/store/Metadata.js"
import * as Seed from "../fake/store/Seed.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import * as Cluster from "../kubernetes/Cluster.js"
import * as Outcome from "./Outcome.js"
import { type BuildMatch, OutcomeRegistry } from "./OutcomeRegistry.js"
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
   * Where a served cluster is, and how to come in.
   *
   * @since 0.1.0
   * @category tags
   */
  FakeApiServer,
  /**
   * No port of this machine's loopback could be listened on.
   *
   * @since 0.1.0
   * @category errors
   */
  NotListening
} from "../fake/apiserver/FakeApiServer.js"

export type {
  /**
   * `kubeconfig` is a whole kubeconfig file, in JSON, with the token of the client.
   *
   * @since 0.1.0
   * @category models
   */
  Service as Served
} from "../fake/apiserver/FakeApiServer.js"

export {
  /**
   * What the containers of a pod do, where there are none.
   *
   * @since 0.1.0
   */
  PodProgram
}

export type { RecordedRequest } from "../fake/apiserver/Gateway.js"

export type { Rule } from "../fake/apiserver/Access.js"

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
  succeeds
} from "./Outcome.js"

export type { BuildMatch } from "./OutcomeRegistry.js"

export type { OpenShift } from "./Presets.js"

/**
 * The handle on a fake cluster.
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** How builds go from now on: all of them, or those that match. What is said last counts. */
  readonly outcome: (next: Outcome.Outcome, match?: BuildMatch) => Effect.Effect<void>
  /** A build that is `held` goes on with this outcome; so do its later attempts. */
  readonly release: (ref: BuildRef, outcome: Outcome.Outcome) => Effect.Effect<void>
  /**
   * Puts objects into the cluster, status and all; what is there under the same name is replaced. Each has an `apiVersion`, a
   * `kind` and a name; a namespace that is not there is made. Dies on a kind that the cluster does not have.
   */
  readonly seed: (...objects: ReadonlyArray<JsonObject>) => Effect.Effect<void>
  /** What is in the cluster now; all of it, or that of one kind (`Job`), or in one namespace. */
  readonly objects: (
    options?: { readonly kind?: string | undefined; readonly namespace?: string | undefined }
  ) => Effect.Effect<ReadonlyArray<JsonObject>>
  /** Every request so far, the oldest first; at most the last 100,000. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** Takes everything back: objects, outcomes, faults, and the requests so far. */
  readonly reset: Effect.Effect<void>
  /** Lets requests fail, for good or so many `times`. The inner effect lifts it. */
  readonly fail: (
    match: Match,
    fault: Fault,
    options?: { readonly times?: number | undefined }
  ) => Effect.Effect<Effect.Effect<void>>
  /** Breaks every watch that is open. */
  readonly disconnectWatches: Effect.Effect<void>
  /** Forgets all changes so far: who wants to go on from before is told `410 Gone`, and has to list again. */
  readonly compact: Effect.Effect<void>
  /** The API server takes no connection for so long, and every watch is cut. */
  readonly outage: (duration: Duration.DurationInput) => Effect.Effect<void>
}

/**
 * The handle on the fake cluster that is there in the place of the real one.
 *
 * @since 0.1.0
 * @category tags
 */
export class FakeCluster extends Context.Tag("effect-os-builder/FakeCluster")<FakeCluster, Service>() {}

/**
 * - `openShift`: false for a plain cluster, the default; else its topology and its capabilities.
 * - `namespace`: where clients are at home; by default `default`.
 * - `permissions`: what clients may do, as in a Role; by default everything. The same rules refuse requests and answer access
 *   reviews.
 * - `outcome`: how builds go; by default they succeed, at once.
 * - `programs`: what pods do that build nothing; by default they complete at once, or run on if they are always started again.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly openShift?: false | Presets.OpenShift | undefined
  readonly namespace?: string | undefined
  readonly permissions?: ReadonlyArray<Access.Rule> | undefined
  readonly outcome?: Outcome.Outcome | undefined
  readonly programs?: PodProgram.Programs | undefined
}

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

/**
 * What {@link make} makes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Made {
  readonly cluster: Cluster.Service
  readonly control: Service
  /** What is behind them: to serve it, or to look into it. */
  readonly plane: ControlPlane.ControlPlane
}

/**
 * A fake cluster by hand, for tests with more than one.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options = {}): Effect.Effect<Made, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { namespace = "default", openShift: shift = false } = options
    const topology = shift === false ? Presets.vanilla : Presets.openShift(shift)
    const playbook = new OutcomeRegistry(options.outcome ?? Outcome.succeeds(), options.programs)
    const plane = yield* ControlPlane.make({
      ...topology.options,
      namespaces: namespace === "default" ? [] : [namespace],
      pods: (made) => playbook.behaviour(made)
    })
    yield* seed(plane, topology.objects)
    const driver = FakeDriver.make((request) => plane.gateway.handle(request, clientOf(options)), namespace)
    return { cluster: yield* Cluster.make(driver), control: controlOf(plane, playbook), plane }
  })

const clientOf = (options: Options): Access.User => ({
  name: "client",
  rules: options.permissions ?? [Access.everything]
})

const seed = (plane: ControlPlane.ControlPlane, objects: ReadonlyArray<JsonObject>): Effect.Effect<void> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) =>
      Effect.forEach(objects, (object) =>
        Either.match(Seed.put(plane, object, now), {
          onLeft: ({ message }) =>
            Effect.dieMessage(`Cannot seed ${Json.text(object, "kind")} ${Metadata.name(object)}: ${message}`),
          onRight: () => Effect.void
        }), { discard: true })
  )

const controlOf = (plane: ControlPlane.ControlPlane, playbook: OutcomeRegistry): Service => {
  const initial = Seed.all(plane)
  return FakeCluster.of({
    outcome: (next, match = {}) => Effect.sync(() => playbook.say(next, match)),
    release: (ref, outcome) => playbook.release(ref, outcome),
    seed: (...objects) => seed(plane, objects),
    objects: ({ kind, namespace } = {}) =>
      Effect.sync(() =>
        Seed.all(plane).filter((object) =>
          (kind === undefined || Json.text(object, "kind") === kind)
          && (namespace === undefined || Metadata.namespace(object) === namespace)
        )
      ),
    requests: Effect.sync(() => plane.gateway.requests),
    reset: Effect.sync(() => {
      playbook.reset()
      plane.faults.clear()
      Seed.restore(plane, initial)
      plane.gateway.forget()
    }),
    fail: (match, fault, { times } = {}) =>
      Effect.sync(() => {
        const lift = plane.faults.add(match, fault, times)
        return Effect.sync(lift)
      }),
    disconnectWatches: Effect.sync(() => plane.gateway.cut()),
    compact: Effect.sync(() => plane.store.compact()),
    outage: (duration) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        plane.faults.away(now + Duration.toMillis(duration))
        plane.gateway.cut()
      })
  })
}

// -----------------------------------------------------------------------------
// layers
// -----------------------------------------------------------------------------

/**
 * A fake cluster; a new one for each call.
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
 * The same cluster, served over HTTPS on this machine's loopback too, until the scope closes: for `kubectl`, for
 * `KubernetesCluster`, for a program in another language. It is in real time unless the clock is another.
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
    /** By default any that is free. */
    readonly port?: number | undefined
  } = {}
): Layer.Layer<Cluster.Cluster | FakeCluster | FakeApiServer.FakeApiServer, FakeApiServer.NotListening> =>
  Layer.scopedContext(Effect.gen(function*() {
    const { cluster, control, plane } = yield* make(options)
    const served = yield* FakeApiServer.serve(plane, {
      user: clientOf(options),
      namespace: options.namespace,
      port: options.port
    })
    return Context.make(Cluster.Cluster, cluster).pipe(
      Context.add(FakeCluster, control),
      Context.add(FakeApiServer.FakeApiServer, served)
    )
  }))

/**
 * A cluster without OpenShift: Kubernetes alone, two nodes.
 *
 * @since 0.1.0
 * @category layers
 */
export const vanilla: Layer.Layer<Cluster.Cluster | FakeCluster> = layer()

/**
 * OpenShift with every capability: three nodes for its control plane, two for work.
 *
 * @since 0.1.0
 * @category layers
 */
export const openShift: Layer.Layer<Cluster.Cluster | FakeCluster> = layer({ openShift: {} })

/**
 * OpenShift with every capability, on one node that is all of it.
 *
 * @since 0.1.0
 * @category layers
 */
export const singleNode: Layer.Layer<Cluster.Cluster | FakeCluster> = layer({
  openShift: { topology: "SingleReplica" }
})
