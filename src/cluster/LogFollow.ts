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
import * as Stream from "effect/Stream"
import * as Backoff from "./Backoff.js"
import type { ClusterError } from "./ClusterError.js"

// RFC 3339, with as many digits of a second as the container runtime likes.
const stamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})$/

/** The time before a line; empty if there is none. */
const timeOf = (line: string): string => {
  const end = line.indexOf(" ")
  const time = end === -1 ? line : line.slice(0, end)
  return stamp.test(time) ? time : ""
}

/** Times of one server, in a form that sorts. */
const sortable = (time: string): string => {
  const [, seconds = "", fraction = ""] = /^([^.Z+]{19})(?:\.(\d+))?/.exec(time) ?? []
  return `${seconds}.${fraction.padEnd(9, "0")}`
}

/** Remembers where a log was read to, over many connections. */
const makePosition = (timestamps: boolean) => {
  let time = ""
  let lines = 0
  return {
    time: () => time,
    /** Reads the lines of a new connection: a function from what comes to what is new, without its times. */
    reader: () => {
      const known = sortable(time)
      let skip = lines
      let skipping = time !== ""
      const isOld = (stamped: string) => {
        const at = sortable(stamped)
        skipping = at < known || (at === known && skip-- > 0)
        return skipping
      }
      return (chunk: Chunk.Chunk<string>): Chunk.Chunk<string> => {
        const fresh: Array<string> = []
        for (const line of chunk) {
          const stamped = timeOf(line)
          if (stamped !== "") {
            if (skipping && isOld(stamped)) {
              continue
            }
            lines = stamped === time ? lines + 1 : 1
            time = stamped
          }
          fresh.push(timestamps || stamped === "" ? line : line.slice(stamped.length + 1))
        }
        return Chunk.unsafeFromArray(fresh)
      }
    }
  }
}

/** Before a first line was read, the server is asked this often. */
const attempts = 5

/**
 * `open` reads the log with the time before each line, from a time if one is given. The stream ends when a connection ends,
 * and outlasts those that are cut or refused, as long as it takes once there was a line.
 */
export const follow = (options: {
  readonly open: (since: string | undefined) => Stream.Stream<string, ClusterError>
  /** Whether the times are left before the lines. */
  readonly timestamps: boolean
}): Stream.Stream<string, ClusterError> =>
  Stream.suspend(() => {
    const position = makePosition(options.timestamps)
    let failures = Backoff.none

    const connect: Stream.Stream<string, ClusterError> = Stream.suspend(() => {
      const since = position.time()
      return Stream.mapChunks(options.open(since === "" ? undefined : since), position.reader())
    })
    const patient: Stream.Stream<string, ClusterError> = Stream.catchAll(connect, (error) =>
      Stream.unwrap(Effect.gen(function*() {
        failures = Backoff.failed(failures, yield* Clock.currentTimeMillis)
        if (!error.retryable || (position.time() === "" && failures.count >= attempts)) {
          return yield* error
        }
        yield* Effect.sleep(yield* Backoff.delay(failures.count, error.retryAfter))
        return patient
      })))
    return patient
  })
