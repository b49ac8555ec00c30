/**
 * The bytes of forwarded ports, on their way through a WebSocket.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { constVoid } from "effect/Function"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type { WebSocket } from "ws"

/** The bytes that the client has sent for one connection. @since 0.1.0 @category models */
export class Received {
  private readonly parts: Array<Uint8Array> = []
  private hasEnded = false
  private wake = constVoid

  push(bytes: Uint8Array): void {
    if (bytes.length > 0) this.parts.push(bytes)
    this.wake()
  }

  end(): void {
    this.hasEnded = true
    this.wake()
  }

  readonly stream: Stream.Stream<Uint8Array> = Stream.repeatEffectOption(Effect.async((resume) => {
    this.wake = () => {
      const next = this.parts.shift()
      if (next === undefined && !this.hasEnded) return
      this.wake = constVoid
      resume(next === undefined ? Effect.fail(Option.none()) : Effect.succeed(next))
    }
    this.wake()
  }))
}

/** Completes when the message is written. @since 0.1.0 @category combinators */
export const send = (socket: WebSocket, bytes: Uint8Array): Effect.Effect<void> =>
  Effect.async((resume) => {
    socket.send(bytes, () => resume(Effect.void))
  })

/** The largest part of what a program writes at once. */
const partSize = 32 * 1024

/** The messages that carry these bytes. @since 0.1.0 @category combinators */
export const parts = (bytes: Uint8Array): ReadonlyArray<Uint8Array> =>
  Array.from(
    { length: Math.ceil(bytes.length / partSize) },
    (_, index) => bytes.subarray(index * partSize, (index + 1) * partSize)
  )
