/**
 * The replies and failures of the API server.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import type * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import type { JsonObject, WatchLine } from "../../kubernetes/client/ApiRequest.js"
import type { AttachOutput } from "../../kubernetes/client/Driver.js"
import type { Status } from "./Status.js"

/**
 * The server rejected the request, perhaps with warnings. `hint` is what a real server would not say: what the fake lacks.
 *
 * @since 0.1.0
 * @category errors
 */
export class Refused extends Data.TaggedError("Refused")<{
  readonly status: Status
  readonly hint?: string | undefined
  readonly warnings?: ReadonlyArray<string> | undefined
}> {}

/**
 * The connection is lost. `carriedOut` says whether the request was carried out, if that is known.
 *
 * @since 0.1.0
 * @category errors
 */
export class Dropped extends Data.TaggedError("Dropped")<{ readonly carriedOut: "no" | "unknown" }> {}

/**
 * What a client receives from a container; the status `Ended` is last, and means success where it is missing.
 *
 * @since 0.1.0
 * @category models
 */
export type Output = AttachOutput | { readonly _tag: "Ended"; readonly status: JsonObject }

/**
 * Connects a client to a container: takes its standard input and returns the output.
 *
 * @since 0.1.0
 * @category models
 */
export type Connect<E2 = never> = <E>(stdin: Stream.Stream<Uint8Array, E>) => Stream.Stream<Output, E | E2>

/** An object's type. @since 0.1.0 @category models */
export interface Type {
  readonly apiVersion: string
  readonly kind: string
}
/** Nothing listens on a port. @since 0.1.0 @category errors */
export class NoListener extends Data.TaggedError("NoListener")<{ readonly message: string }> {}

/**
 * Connects to a port: takes the bytes of the client and returns those of the pod.
 *
 * @since 0.1.0
 * @category models
 */
export type Forward = (
  port: number,
  received: Stream.Stream<Uint8Array>
) => Stream.Stream<Uint8Array, NoListener | Dropped>

/**
 * An object or the lines of a watch of objects of a type, both with warnings for the client, plain text, the lines of a log, a log of a
 * kubelet as it is, a container to attach to, the ports of a pod, or a kubelet's server that takes over the connection unless that is
 * `interrupted`.
 *
 * @since 0.1.0
 * @category models
 */
export type Reply =
  | {
    readonly _tag: "Object"
    readonly code: number
    readonly body: JsonObject
    readonly warnings?: ReadonlyArray<string>
  }
  | { readonly _tag: "Text"; readonly text: string }
  | {
    readonly _tag: "Watch"
    readonly type: Type
    readonly lines: Stream.Stream<WatchLine, Dropped>
    readonly warnings?: ReadonlyArray<string>
  }
  | { readonly _tag: "Log"; readonly lines: Stream.Stream<string, Dropped> }
  | { readonly _tag: "Bytes"; readonly bytes: Stream.Stream<Uint8Array, Dropped> }
  | { readonly _tag: "Attach"; readonly connect: Connect<Dropped> }
  | { readonly _tag: "PortForward"; readonly forward: Forward }
  | { readonly _tag: "Upgrade"; readonly url: string; readonly interrupted: Effect.Effect<void> }

/** A reply with warnings, if it can have some. @since 0.1.0 @category combinators */
export const warned = (reply: Reply, warnings: ReadonlyArray<string>): Reply =>
  warnings.length > 0 && (reply._tag === "Object" || reply._tag === "Watch") ? { ...reply, warnings } : reply
