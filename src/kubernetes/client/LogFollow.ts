/**
 * Follows a log across lost connections.
 *
 * Lines are requested with timestamps. After a lost connection the log is requested since the timestamp of the last line, and
 * the lines that were already emitted are skipped: those with an earlier timestamp, and as many with the same timestamp as
 * were emitted. (An API server truncates `sinceTime` to seconds, so a response begins with old lines.)
 */
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Option from "effect/Option"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Pull from "../../effect/Pull.js"
import * as RetryPolicy from "../../effect/RetryPolicy.js"
import type { ClusterError } from "../ClusterError.js"

// RFC 3339; container runtimes differ in the number of fractional digits.
const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})(?: |$)/

/** The length of a line's timestamp; 0 if there is none. */
const timestampLength = (line: string): number => {
  if (!timestamp.test(line)) {
    return 0
  }
  const end = line.indexOf(" ")
  return end === -1 ? line.length : end
}

/** The timestamp of a line; empty if there is none. */
const timestampOf = (line: string): string => line.slice(0, timestampLength(line))

/** A form of timestamps of one server that sorts as text. */
const sortable = (time: string): string => {
  const [, seconds = "", fraction = ""] = /^([^.Z+]{19})(?:\.(\d+))?/.exec(time) ?? []
  return `${seconds}.${fraction.padEnd(9, "0")}`
}

/** The position in a log, across connections: the timestamp of the last line, and the number of lines emitted with it. */
const makePosition = (timestamps: boolean) => {
  let time = ""
  let lines = 0

  /** Advances the position to the end of the emitted lines. */
  const advance = (emitted: ReadonlyArray<string>) => {
    const last = emitted.findLast((line) => timestampLength(line) > 0)
    if (last === undefined) {
      return
    }
    const previous = time
    time = timestampOf(last)
    const before = emitted.findLastIndex((line) => ![time, ""].includes(timestampOf(line)))
    const count = emitted.slice(before + 1).filter((line) => timestampOf(line) !== "").length
    lines = before === -1 && time === previous ? lines + count : count
  }

  return {
    time: () => time,
    /** For a new connection: maps received chunks to the lines that were not emitted yet. */
    filter: () => {
      const resumeAt = sortable(time)
      let skip = lines
      let skipping = time !== ""
      const isNew = (line: string) => {
        const stamp = timestampOf(line)
        if (skipping && stamp !== "") {
          const at = sortable(stamp)
          skipping = at < resumeAt || (at === resumeAt && skip-- > 0)
          return !skipping
        }
        return true
      }
      return (chunk: Chunk.Chunk<string>): Chunk.Chunk<string> => {
        const received = Chunk.toReadonlyArray(chunk)
        const fresh = skipping ? received.filter(isNew) : received
        advance(fresh)
        return Chunk.unsafeFromArray(timestamps ? fresh : fresh.map(withoutTimestamp))
      }
    }
  }
}

const withoutTimestamp = (line: string): string => {
  const length = timestampLength(line)
  return length === 0 ? line : line.slice(length + 1)
}

/** Limit on connections until the first line is received. */
const maxAttempts = 5

/**
 * `open` requests the log with timestamps, since a timestamp if one is given. The pull ends when the server ends a response.
 * It reconnects after retryable errors: without limit once a line was received, else a few times. After `ended` it reconnects
 * for the rest of the log, without following it.
 */
export const follow = (options: {
  readonly open: (
    request: { readonly follow: boolean; readonly since: string | undefined }
  ) => Stream.Stream<string, ClusterError>
  readonly ended?: Effect.Effect<void> | undefined
  /** Whether lines are emitted with their timestamps. */
  readonly timestamps: boolean
}): Pull.Open<string, ClusterError> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const position = makePosition(options.timestamps)
    let failures = RetryPolicy.none
    let connection: Connection | undefined
    let follows = true

    const hasEnded = options.ended === undefined ? undefined : yield* Effect.makeLatch(false)
    if (options.ended !== undefined && hasEnded !== undefined) {
      yield* Effect.forkIn(Effect.zipRight(options.ended, hasEnded.open), scope)
    }

    const connect = Effect.gen(function*() {
      const since = position.time()
      const own = yield* Scope.fork(scope, ExecutionStrategy.sequential)
      const opened = options.open({ follow: follows, since: since === "" ? undefined : since })
      const lines = yield* Scope.extend(Stream.toPull(opened), own)
      const filter = position.filter()
      // Lines that arrive as the container's end becomes known are read again: only those that are emitted advance the position.
      const pull = hasEnded === undefined || !follows
        ? Effect.asSome(lines)
        : Effect.raceFirst(Effect.asSome(lines), Effect.as(hasEnded.await, Option.none()))
      connection = { scope: own, pull: Effect.map(pull, Option.map(filter)) }
      return connection
    })

    const recover = (lost: Connection, error: ClusterError) =>
      Effect.gen(function*() {
        connection = undefined
        yield* Scope.close(lost.scope, Exit.void)
        failures = RetryPolicy.failed(failures, yield* Clock.currentTimeMillis)
        if (!error.retryable || (position.time() === "" && failures.count >= maxAttempts)) {
          return yield* Effect.fail(Option.some(error))
        }
        yield* Effect.sleep(yield* RetryPolicy.delay(failures.count, error.retryAfter))
        return yield* pull
      })

    const readRest = (open: Connection) =>
      Effect.suspend(() => {
        connection = undefined
        follows = false
        return Effect.zipRight(Scope.close(open.scope, Exit.void), pull)
      })

    const pull: Pull.Pull<string, ClusterError> = Effect.suspend(() =>
      Effect.flatMap(connection === undefined ? connect : Effect.succeed(connection), (current) =>
        Effect.matchEffect(current.pull, {
          onFailure: (end) =>
            Option.isNone(end) ? Pull.end : recover(current, end.value),
          onSuccess: (lines) => Option.isNone(lines) ? readRest(current) : Effect.succeed(lines.value)
        }))
    )
    return pull
  })

interface Connection {
  readonly scope: Scope.CloseableScope
  /** None once the container has ended, and this connection is still open. */
  readonly pull: Effect.Effect<Option.Option<Chunk.Chunk<string>>, Option.Option<ClusterError>>
}
