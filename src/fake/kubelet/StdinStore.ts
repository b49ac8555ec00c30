/**
 * The standard input of running containers.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Mailbox from "effect/Mailbox"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"

/** Messages that wait for the program to read them; then the writer waits. */
const capacity = 16

/**
 * Standard input of one run of a container.
 *
 * @since 0.1.0
 * @category models
 */
export interface Stdin {
  /** Waits while the program does not read. Bytes after the end are lost. */
  readonly write: (bytes: Uint8Array) => Effect.Effect<void>
  /** The attached client has gone or has sent everything: this closes standard input if the container has `stdinOnce`. */
  readonly detach: Effect.Effect<void>
}

/** @since 0.1.0 @category models */
export class StdinStore {
  private readonly running = new Map<string, Stdin>()

  /** Opens standard input until the scope closes, and returns what the program reads: nothing if the container requests none. */
  open(uid: string, container: string, spec: JsonObject): Effect.Effect<Stream.Stream<Uint8Array>, never, Scope.Scope> {
    if (spec["stdin"] !== true) return Effect.succeed(Stream.empty)
    const key = `${uid}/${container}`
    const running = this.running
    return Effect.gen(function*() {
      const mailbox = yield* Mailbox.make<Uint8Array>(capacity)
      const stdin: Stdin = {
        write: (bytes) => Effect.asVoid(mailbox.offer(bytes)),
        detach: spec["stdinOnce"] === true ? Effect.asVoid(mailbox.end) : Effect.void
      }
      yield* Effect.acquireRelease(
        Effect.sync(() => running.set(key, stdin)),
        () => Effect.zipRight(Effect.sync(() => running.delete(key)), mailbox.shutdown)
      )
      return Mailbox.toStream(mailbox)
    })
  }

  /** Undefined if the container does not run, or requests no standard input. */
  of(uid: string, container: string): Stdin | undefined {
    return this.running.get(`${uid}/${container}`)
  }
}
