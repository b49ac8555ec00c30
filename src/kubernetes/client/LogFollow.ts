/**
 * A followed log that survives a cut connection.
 *
 * The server is asked for the time of each line. After a cut, the log is asked for since the time of the last line, and what
 * was read already is left out: the lines before that time, and as many of that time as were read. (An API server cuts the
 * time it is asked for down to the second, so the first lines of the answer are old ones.)
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
import type { ClusterError } from "../ClusterError.js"
import * as Backoff from "./Backoff.js"

// RFC 3339, with as many digits of a second as the container runtime likes.
const stamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})(?: |$)/

/** How long the time before a line is; 0 if there is none. */
const lengthOfTime = (line: string): number => {
  if (!stamp.test(line)) {
    return 0
  }
  const end = line.indexOf(" ")
  return end === -1 ? line.length : end
}

/** The time before a line; empty if there is none. */
const timeOf = (line: string): string => line.slice(0, lengthOfTime(line))

/** Times of one server, in a form that sorts. */
const sortable = (time: string): string => {
  const [, seconds = "", fraction = ""] = /^([^.Z+]{19})(?:\.(\d+))?/.exec(time) ?? []
  return `${seconds}.${fraction.padEnd(9, "0")}`
}

/** Remembers where a log was read to, over many connections. */
const makePosition = (timestamps: boolean) => {
  let time = ""
  let lines = 0

  /** How many of the last lines are of the time that was read to. */
  const moveTo = (read: ReadonlyArray<string>) => {
    const last = read.findLast((line) => lengthOfTime(line) > 0)
    if (last === undefined) {
      return
    }
    const known = time
    time = timeOf(last)
    const before = read.findLastIndex((line) => ![time, ""].includes(timeOf(line)))
    const there = read.slice(before + 1).filter((line) => timeOf(line) !== "").length
    lines = before === -1 && time === known ? lines + there : there
  }

  return {
    time: () => time,
    /** Reads the lines of a new connection: a function from what comes to what is new, without its times. */
    reader: () => {
      const known = sortable(time)
      let skip = lines
      let skipping = time !== ""
      const isNew = (line: string) => {
        const stamped = timeOf(line)
        if (skipping && stamped !== "") {
          const at = sortable(stamped)
          skipping = at < known || (at === known && skip-- > 0)
          return !skipping
        }
        return true
      }
      return (chunk: Chunk.Chunk<string>): Chunk.Chunk<string> => {
        const come = Chunk.toReadonlyArray(chunk)
        const fresh = skipping ? come.filter(isNew) : come
        moveTo(fresh)
        return Chunk.unsafeFromArray(timestamps ? fresh : fresh.map(withoutTime))
      }
    }
  }
}

const withoutTime = (line: string): string => {
  const length = lengthOfTime(line)
  return length === 0 ? line : line.slice(length + 1)
}

/** Before a first line was read, the server is asked this often. */
const attempts = 5

/**
 * `open` reads the log with the time before each line, from a time if one is given. The pull ends when a connection ends,
 * and outlasts those that are cut or refused, as long as it takes once there was a line.
 */
export const follow = (options: {
  readonly open: (since: string | undefined) => Stream.Stream<string, ClusterError>
  /** Whether the times are left before the lines. */
  readonly timestamps: boolean
}): Pull.Open<string, ClusterError> =>
  Effect.map(Effect.scope, (scope) => {
    const position = makePosition(options.timestamps)
    let failures = Backoff.none
    let connection: Connection | undefined

    const connect = Effect.gen(function*() {
      const since = position.time()
      const own = yield* Scope.fork(scope, ExecutionStrategy.sequential)
      const lines = yield* Scope.extend(Stream.toPull(options.open(since === "" ? undefined : since)), own)
      connection = { scope: own, pull: Effect.map(lines, position.reader()) }
      return connection
    })

    const recover = (lost: Connection, error: ClusterError) =>
      Effect.gen(function*() {
        connection = undefined
        yield* Scope.close(lost.scope, Exit.void)
        failures = Backoff.failed(failures, yield* Clock.currentTimeMillis)
        if (!error.retryable || (position.time() === "" && failures.count >= attempts)) {
          return yield* Effect.fail(Option.some(error))
        }
        yield* Effect.sleep(yield* Backoff.delay(failures.count, error.retryAfter))
        return yield* pull
      })

    const pull: Pull.Pull<string, ClusterError> = Effect.suspend(() =>
      Effect.flatMap(connection === undefined ? connect : Effect.succeed(connection), (current) =>
        Effect.catchAll(current.pull, (end) => Option.isNone(end) ? Pull.end : recover(current, end.value)))
    )
    return pull
  })

interface Connection {
  readonly scope: Scope.CloseableScope
  readonly pull: Pull.Pull<string, ClusterError>
}
