/**
 * A served fake cluster for programs without Effect: promises instead of effects and layers.
 *
 * @since 0.1.0
 */
import * as Cause from "effect/Cause"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type { Fault, Match } from "../fake/apiserver/Faults.js"
import type { RecordedRequest } from "../fake/apiserver/Gateway.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"
import type * as FakeClusterService from "./FakeClusterService.js"
import type { Outcome } from "./Outcome.js"
import type { BuildMatch } from "./OutcomeRegistry.js"

/**
 * A running fake cluster: the address, a kubeconfig, and the functions of `FakeCluster.Service` with promises.
 *
 * @since 0.1.0
 * @category models
 */
export interface Handle {
  /** `https://127.0.0.1:PORT` */
  readonly url: string
  /** The certificate authority of `url`, as PEM. */
  readonly ca: string
  /** The bearer token of the client. */
  readonly token: string
  /** A complete kubeconfig file in JSON, which is YAML too. It contains the token. */
  readonly kubeconfig: string
  /** Puts objects with their status into the cluster; rejects on an object that the cluster does not take. */
  readonly seed: (...objects: ReadonlyArray<JsonObject>) => Promise<void>
  /** The objects in the cluster: all, those of one kind (`Job`), or those of one namespace. */
  readonly objects: (
    options?: { readonly kind?: string | undefined; readonly namespace?: string | undefined }
  ) => Promise<ReadonlyArray<JsonObject>>
  /** The recorded requests, oldest first; at most the last 100,000. */
  readonly requests: () => Promise<ReadonlyArray<RecordedRequest>>
  /** Injects a fault into matching requests, permanently or `times` times. The returned function removes it. */
  readonly fail: (
    match: Match,
    fault: Fault,
    options?: { readonly times?: number | undefined }
  ) => Promise<() => Promise<void>>
  /** Sets the outcome of builds from now on: of all, or of those that match. */
  readonly outcome: (next: Outcome, match?: BuildMatch) => Promise<void>
  /** Cuts every open watch. */
  readonly disconnectWatches: () => Promise<void>
  /** Compacts the change logs: a watch from before fails with `410 Gone`. */
  readonly compact: () => Promise<void>
  /** Refuses all connections for this time, and cuts every watch. A number is milliseconds. */
  readonly outage: (duration: Duration.DurationInput) => Promise<void>
  /** Resets the cluster: objects, outcomes, faults and recorded requests. */
  readonly reset: () => Promise<void>
  /** Closes every connection and stops the cluster. Idempotent. */
  readonly stop: () => Promise<void>
}

/** Rejects with the error itself, so that `instanceof` and `message` are those of the failure. */
const promise = async <A, E>(effect: Effect.Effect<A, E>): Promise<A> => {
  const exit = await Effect.runPromiseExit(effect)
  if (Exit.isSuccess(exit)) return exit.value
  throw Cause.squash(exit.cause)
}

/**
 * The parts of a handle.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parts extends Pick<Handle, "ca" | "kubeconfig" | "token" | "url"> {
  readonly control: FakeClusterService.Service
  readonly close: Effect.Effect<void>
}

/** Starts what `acquire` makes. @since 0.1.0 @category constructors */
export const start = <E>(acquire: Effect.Effect<Parts, E>): Promise<Handle> =>
  promise(Effect.map(acquire, ({ ca, close, control, kubeconfig, token, url }): Handle => ({
    url,
    ca,
    token,
    kubeconfig,
    seed: (...objects) => promise(control.seed(...objects)),
    objects: (options) => promise(control.objects(options)),
    requests: () => promise(control.requests),
    fail: async (match, fault, options) => {
      const remove = await promise(control.fail(match, fault, options))
      return () => promise(remove)
    },
    outcome: (next, match) => promise(control.outcome(next, match)),
    disconnectWatches: () => promise(control.disconnectWatches),
    compact: () => promise(control.compact),
    outage: (duration) => promise(control.outage(duration)),
    reset: () => promise(control.reset),
    stop: () => promise(close)
  })))
