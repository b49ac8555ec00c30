/**
 * Reads response bodies with back-pressure: without demand, a bounded amount is buffered and the rest stays with the server.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { constVoid } from "effect/Function"
import type * as Scope from "effect/Scope"
import type { IncomingMessage } from "node:http"
import * as zlib from "node:zlib"
import * as Pull from "../../effect/Pull.js"
import { errorCode } from "./HttpAgent.js"
import { BodyTooLarge, ConnectionLost, TimedOut } from "./TransportError.js"

/** Bytes to buffer before the socket is paused. */
const highWaterMark = 256 * 1024

/** The buffers received since the last pull, one at least. */
export type BodyPull = Pull.Pull<Buffer, ConnectionLost | TimedOut>

/**
 * Reads a body in pieces, each of which has to arrive within `idleMillis`, which may be infinite. Closing the scope before the
 * end of the body closes the connection.
 */
export const pull = (source: IncomingMessage, idleMillis: number): Effect.Effect<BodyPull, never, Scope.Scope> =>
  Effect.map(
    Effect.acquireRelease(Effect.sync(() => start(source, idleMillis)), ({ release }) => Effect.sync(release)),
    (reader) => reader.pull
  )

const start = (source: IncomingMessage, idleMillis: number) => {
  let buffered: Array<Buffer> = []
  let length = 0
  let notify = constVoid
  let scheduled: NodeJS.Immediate | undefined

  // TLS delivers 16 KB records: those of one turn of the event loop are read as one chunk.
  const onData = (bytes: Buffer) => {
    buffered.push(bytes)
    length += bytes.length
    if (length >= highWaterMark) {
      source.pause()
    }
    scheduled ??= setImmediate(() => {
      scheduled = undefined
      notify()
    })
  }
  const onEnd = () => notify()
  const detach = listen(source, onData, onEnd, onEnd)

  /** What is available now: buffers, or the end. */
  const next = (): BodyPull | undefined => {
    if (buffered.length > 0) {
      const taken = buffered
      buffered = []
      length = 0
      source.resume()
      return Pull.emit(taken, Pull.end)
    }
    return source.readableEnded
      ? Pull.end
      : source.destroyed
      ? Pull.fail(new ConnectionLost({ cause: source.errored }))
      : undefined
  }

  const wait: BodyPull = Effect.async((resume: (result: BodyPull) => void) => {
    const cancel = () => {
      clearTimeout(idle)
      notify = constVoid
    }
    const idle = startTimeout(idleMillis, (timedOut) => {
      cancel()
      resume(Pull.fail(timedOut))
    })
    notify = () => {
      const result = next()
      if (result !== undefined) {
        cancel()
        resume(result)
      }
    }
    // Other fibers may have run before this effect.
    notify()
    return Effect.sync(cancel)
  })

  return {
    // An available result is not passed through `async`, which would keep it until a full garbage collection.
    pull: Effect.suspend(() => next() ?? wait),
    release: () => {
      clearImmediate(scheduled)
      detach()
    }
  }
}

export interface Limits {
  readonly bytes: number
  /** Until the end of the body. */
  readonly millis: number
  /** Until the next bytes. */
  readonly idleMillis: number
}

type BytesResult = Either.Either<Buffer, ConnectionLost | BodyTooLarge | TimedOut>

/** Reads the whole body, within the limits. Calls `done` once, unless the returned function cancels it. */
export const bytes = (source: IncomingMessage, limits: Limits, done: (result: BytesResult) => void): () => void => {
  const parts: Array<Buffer> = []
  let length = 0
  let finished = false
  const finish = (result: BytesResult) => {
    if (!finished) {
      cancel()
      done(result)
    }
  }
  let waited = 0
  let receivedAt = performance.now()
  // One timer, which is not restarted at each piece: it looks how long ago the last one was.
  const checkAfter = (left: number): NodeJS.Timeout | undefined =>
    startTimeout(left, () => {
      waited += left
      const ends = limits.millis - waited
      const idles = receivedAt + limits.idleMillis - performance.now()
      if (ends > 0 && idles > 0) {
        timer = checkAfter(Math.min(ends, idles))
      } else {
        finish(Either.left(new TimedOut({ millis: ends > 0 ? limits.idleMillis : limits.millis })))
      }
    })
  let timer = checkAfter(Math.min(limits.millis, limits.idleMillis))
  const onData = (bytes: Buffer) => {
    receivedAt = performance.now()
    parts.push(bytes)
    length += bytes.length
    if (length > limits.bytes) {
      finish(Either.left(new BodyTooLarge({ bytes: limits.bytes })))
    }
  }
  const onEnd = () =>
    source.headers["content-encoding"] === "gzip"
      ? decompress(Buffer.concat(parts), limits, finish)
      : finish(Either.right(joined(parts)))
  const onClose = () => {
    if (!source.readableEnded) {
      finish(Either.left(new ConnectionLost({ cause: source.errored })))
    }
  }
  const detach = listen(source, onData, onEnd, onClose)
  const cancel = () => {
    finished = true
    clearTimeout(timer)
    detach()
  }
  return cancel
}

/** Decompresses in a thread of its own. The limit holds for the result: a small body may become a large one. */
const decompress = (body: Buffer, limits: Limits, done: (result: BytesResult) => void): void =>
  zlib.gunzip(body, { maxOutputLength: limits.bytes }, (error, bytes) =>
    done(
      error === null
        ? Either.right(bytes)
        : Either.left(
          errorCode(error) === "ERR_BUFFER_TOO_LARGE"
            ? new BodyTooLarge({ bytes: limits.bytes })
            : new ConnectionLost({ cause: error })
        )
    ))

/** The bytes of the buffers in one; a single one is not copied. */
export const joined = (parts: ReadonlyArray<Buffer>): Buffer =>
  parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts)

/** Node's maximum, 25 days; it runs a longer timer at once. */
const maxTimerMillis = 2 ** 31 - 1

/**
 * Calls `onTimeout` after the limit, if it is finite. A timer of Node instead of `Effect.timeout`, which forks fibers for
 * each request: `timeout` in bench/README.md, scenario `primitives`.
 */
export const startTimeout = (millis: number, onTimeout: (error: TimedOut) => void): NodeJS.Timeout | undefined =>
  millis > maxTimerMillis ? undefined : setTimeout(() => onTimeout(new TimedOut({ millis })), millis)

/**
 * Returns a function that detaches the listeners and closes the connection unless the body has ended. After the end there is only
 * `close`, which is not detached: it is called, and the source is no longer used.
 *
 * The listeners are no fields of an object, where V8 would allocate them in the old generation, with all that they refer to
 * (findings/v8-functions-in-properties.sh).
 */
const listen = (
  source: IncomingMessage,
  onData: (bytes: Buffer) => void,
  onEnd: () => void,
  onClose: () => void
) => {
  source.on("close", onClose).on("end", onEnd).on("data", onData)
  return () => {
    if (source.readableEnded) return
    source.off("close", onClose).off("end", onEnd).off("data", onData)
    source.destroy()
  }
}
