/**
 * The control service of a fake cluster: outcomes of builds, objects, recorded requests and faults.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { BuildRef } from "../core/BuildRef.js"
import type { Fault, Match } from "../fake/apiserver/Faults.js"
import type { RecordedRequest } from "../fake/apiserver/Gateway.js"
import type * as ControlPlane from "../fake/ControlPlane.js"
import * as Json from "../fake/Json.js"
import * as Metadata from "../fake/store/Metadata.js"
import * as Seed from "../fake/store/Seed.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import * as Idle from "./Idle.js"
import type { Outcome } from "./Outcome.js"
import type { BuildMatch, OutcomeRegistry } from "./OutcomeRegistry.js"

/**
 * The control service of a fake cluster.
 *
 * @example
 * ```ts
 * import { BackendSelection, BuildBackend, type BuildInput } from "effect-os-builder"
 * import * as FakeCluster from "effect-os-builder/FakeCluster"
 * import { Effect, Fiber, Layer, TestClock } from "effect"
 *
 * const test = (input: BuildInput.BuildInput) =>
 *   Effect.gen(function*() {
 *     const fake = yield* FakeCluster.FakeCluster
 *     yield* fake.outcome(FakeCluster.succeeds({ after: "10 minutes" }))
 *     const building = yield* Effect.fork(BuildBackend.run(input))
 *     yield* fake.idle // the pod runs
 *     yield* TestClock.adjust("10 minutes")
 *     return yield* Fiber.join(building)
 *   }).pipe(Effect.provide(Layer.provideMerge(BackendSelection.layer, FakeCluster.vanilla)))
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Sets the outcome of builds from now on: of all, or of those that match. The latest matching call wins. */
  readonly outcome: (next: Outcome, match?: BuildMatch) => Effect.Effect<void>
  /**
   * Sets the digest that a base image has in its registry from now on, for builds and for `BuildBackend.isOutdated`. By default it is
   * derived from the pullspec.
   */
  readonly baseDigest: (pullspec: string, digest: string) => Effect.Effect<void>
  /** Continues a `held` build with this outcome, which also applies to its later attempts. */
  readonly release: (ref: BuildRef, outcome: Outcome) => Effect.Effect<void>
  /**
   * Puts objects with their status into the cluster, replacing those of the same name. Each needs an `apiVersion`, a `kind` and
   * a name; a missing namespace is created. Dies on a kind that the cluster does not have.
   */
  readonly seed: (...objects: ReadonlyArray<JsonObject>) => Effect.Effect<void>
  /** The objects in the cluster: all, those of one kind (`Job`), or those of one namespace. */
  readonly objects: (
    options?: { readonly kind?: string | undefined; readonly namespace?: string | undefined }
  ) => Effect.Effect<ReadonlyArray<JsonObject>>
  /** The recorded requests, oldest first; at most the last 100,000. */
  readonly requests: Effect.Effect<ReadonlyArray<RecordedRequest>>
  /** Resets the cluster: objects, outcomes, faults and recorded requests. */
  readonly reset: Effect.Effect<void>
  /** Injects a fault into matching requests, permanently or `times` times. The returned effect removes it. */
  readonly fail: (
    match: Match,
    fault: Fault,
    options?: { readonly times?: number | undefined }
  ) => Effect.Effect<Effect.Effect<void>>
  /** Cuts every open watch. */
  readonly disconnectWatches: Effect.Effect<void>
  /** Compacts the change logs: a watch from before fails with `410 Gone` and has to list again. */
  readonly compact: Effect.Effect<void>
  /** Refuses all connections for this time, and cuts every watch. */
  readonly outage: (duration: Duration.DurationInput) => Effect.Effect<void>
  /**
   * Completes once the cluster is idle: what its controllers, its pods and its clients can do without time passing is done. A test
   * waits for it before `TestClock.adjust`: the TestClock of Effect 4 moves the time whether or not other fibers sleep already.
   */
  readonly idle: Effect.Effect<void>
}

/** Puts objects with their status into a cluster. Dies on an object that the cluster rejects. */
export const seed = (plane: ControlPlane.ControlPlane, objects: ReadonlyArray<JsonObject>): Effect.Effect<void> =>
  Effect.flatMap(
    Clock.currentTimeMillis,
    (now) =>
      Effect.forEach(objects, (object) =>
        Either.match(Seed.put(plane, object, now), {
          onLeft: ({ message }) =>
            Effect.dieMessage(
              `Cannot seed ${Json.text(object, "kind") ?? "the object"} "${Metadata.name(object)}": ${message}`
            ),
          onRight: () => Effect.void
        }), { discard: true })
  )

/** Makes the control service of a cluster; `reset` restores the objects of this moment. */
export const make = (plane: ControlPlane.ControlPlane, registry: OutcomeRegistry): Service => {
  const initial = Seed.all(plane)
  return {
    outcome: (next, match = {}) => Effect.sync(() => registry.set(next, match)),
    baseDigest: (pullspec, digest) => Effect.sync(() => registry.setBase(pullspec, digest)),
    release: (ref, outcome) => registry.release(ref, outcome),
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
      registry.reset()
      plane.faults.clear()
      Seed.restore(plane, initial)
      plane.gateway.clearRequests()
    }),
    fail: (match, fault, { times } = {}) =>
      Effect.sync(() => {
        const remove = plane.faults.add(match, fault, times)
        return Effect.sync(remove)
      }),
    disconnectWatches: Effect.sync(() => plane.gateway.cut()),
    compact: Effect.sync(() => plane.store.compact()),
    outage: (duration) =>
      Effect.map(Clock.currentTimeMillis, (now) => {
        plane.faults.outage(now + Duration.toMillis(duration))
        plane.gateway.cut()
      }),
    idle: Idle.wait(plane)
  }
}
