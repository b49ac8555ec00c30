/**
 * Subresources that connect a client to an object: log, attach, exec, port-forward.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { Connect, Dropped, Refused, Reply } from "./Reply.js"
import type { Interruption } from "./Watching.js"

/**
 * What the client asks for: the parameters, of which `command` and `ports` may be given several times.
 *
 * @since 0.1.0
 * @category models
 */
export interface ConnectOptions {
  readonly query: Readonly<Record<string, string>>
  readonly command: ReadonlyArray<string>
  readonly ports: ReadonlyArray<string>
}

/** Connects a client to an object. @since 0.1.0 @category models  */
export type Source = (object: JsonObject, options: ConnectOptions) => Effect.Effect<Reply, Refused>

/**
 * The source of the log lines of an object.
 *
 * @since 0.1.0
 * @category models
 */
export type LogSource = (
  object: JsonObject,
  query: Readonly<Record<string, string>>
) => Effect.Effect<Stream.Stream<string, Dropped>, Refused>

/** Completes when the interruption fires. */
const fired = ({ isCut, onCut }: Interruption): Effect.Effect<void> =>
  Effect.async((resume) => {
    const wake = () => resume(Effect.void)
    if (isCut()) wake()
    return Effect.sync(onCut(wake))
  })

/** A stream that `interruption` cuts. */
const untilCut = <A, E>(
  stream: Stream.Stream<A, E>,
  interruption: Interruption,
  cut: Dropped
): Stream.Stream<A, E | Dropped> =>
  Stream.merge(
    stream,
    Stream.fromEffect(Effect.andThen(fired(interruption), Effect.fail(cut))),
    { haltStrategy: "left" }
  )

/** A connection that ends when the interruption fires. @since 0.1.0 @category combinators  */
export const cutting = (reply: Reply, interruption: Interruption, cut: Dropped): Reply => {
  switch (reply._tag) {
    case "Attach": {
      const connect: Connect<Dropped> = (stdin) => untilCut(reply.connect(stdin), interruption, cut)
      return { ...reply, connect }
    }
    case "PortForward":
      return { ...reply, forward: (port, received) => untilCut(reply.forward(port, received), interruption, cut) }
    case "Upgrade":
      return { ...reply, interrupted: fired(interruption) }
    default:
      return reply
  }
}
