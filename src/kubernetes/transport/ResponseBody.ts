/**
 * The body of an answer, read as fast as its reader wants it: when nobody asks for more, a little waits in memory, and the
 * rest stays with the server.
 */
import * as Chunk from "effect/Chunk"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { constVoid } from "effect/Function"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { IncomingMessage } from "node:http"
import * as Timeout from "./Timeout.js"

/** What was sent, or the answer to it, did not come to its end. */
export class Broken extends Data.TaggedError("Broken")<{ readonly cause: unknown }> {}

/** An answer that does not end, or not soon enough. */
export class TooLong extends Data.TaggedError("TooLong")<{ readonly bytes: number }> {}

/** How many bytes wait at most for who reads them in pieces. */
const mostWaiting = 256 * 1024

/** The pieces that have come since the last time, one at least. */
export type Pull = Effect.Effect<Chunk.Chunk<Buffer>, Option.Option<Broken>>

/** The end of the scope lets go of what has not come yet. */
export const pieces = (source: IncomingMessage): Effect.Effect<Pull, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(Effect.sync(() => begin(source)), ({ release }) => Effect.sync(release)),
    ({ pull }) => pull
  )

const begin = (source: IncomingMessage) => {
  let waiting: Array<Buffer> = []
  let length = 0
  let look = constVoid
  let soon: NodeJS.Immediate | undefined

  const letGo = listen(source, {
    // TLS hands over 16 KB at a time: what comes in one turn of the event loop is read at once.
    data: (bytes) => {
      waiting.push(bytes)
      length += bytes.length
      if (length >= mostWaiting) {
        source.pause()
      }
      soon ??= setImmediate(() => {
        soon = undefined
        look()
      })
    },
    end: () => look(),
    close: () => look()
  })

  return {
    pull: Effect.async<Chunk.Chunk<Buffer>, Option.Option<Broken>>((resume) => {
      const done = (result: Pull) => {
        look = constVoid
        resume(result)
      }
      look = () => {
        if (waiting.length > 0) {
          done(Effect.succeed(Chunk.unsafeFromArray(waiting)))
          waiting = []
          length = 0
          source.resume()
        } else if (source.readableEnded) {
          done(Effect.fail(Option.none()))
        } else if (source.destroyed) {
          done(Effect.fail(Option.some(new Broken({ cause: source.errored }))))
        }
      }
      look()
      return Effect.sync(() => {
        look = constVoid
      })
    }),
    release: () => {
      clearImmediate(soon)
      letGo()
    }
  }
}

export interface Limits {
  readonly bytes: number
  readonly millis: number
}

/** All of it, as a text; broken off beyond the limits. `done` is called once, unless this is stopped as it answers how. */
export const whole = (
  source: IncomingMessage,
  { bytes: most, millis }: Limits,
  done: (result: Either.Either<string, Broken | TooLong | Timeout.Late>) => void
): () => void => {
  const parts: Array<Buffer> = []
  let length = 0
  const stop = () => {
    clearTimeout(timer)
    letGo()
  }
  const end = (result: Either.Either<string, Broken | TooLong | Timeout.Late>) => {
    stop()
    done(result)
  }
  const timer = Timeout.after(millis, (late) => end(Either.left(late)))
  const letGo = listen(source, {
    data: (bytes) => {
      parts.push(bytes)
      length += bytes.length
      if (length > most) {
        end(Either.left(new TooLong({ bytes: most })))
      }
    },
    end: () => end(Either.right(textOf(parts))),
    close: () => end(Either.left(new Broken({ cause: source.errored })))
  })
  return stop
}

/** The text of bytes that were cut anywhere. */
export const textOf = (parts: ReadonlyArray<Buffer>): string =>
  (parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)).toString("utf8")

interface Listeners {
  readonly data: (bytes: Buffer) => void
  readonly end: () => void
  /** After the end, or without one. */
  readonly close: () => void
}

/** Answers how to stop, which lets go of what has not come yet. */
const listen = (source: IncomingMessage, { close, data, end }: Listeners) => {
  source.on("close", close).on("end", end).on("data", data)
  return () => {
    source.off("close", close).off("end", end).off("data", data)
    if (!source.readableEnded) {
      source.destroy()
    }
  }
}
