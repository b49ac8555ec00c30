/**
 * Follows a log across lost connections.
 *
 * Lines are requested with timestamps. The log is requested again since the timestamp of the last line after a lost connection,
 * after some time without a line, and when the server ends a response while the container still runs; lines that were emitted
 * before are skipped. When the container has ended, the rest of its log is read without following it.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ExecutionStrategy from "effect/ExecutionStrategy"
import * as Exit from "effect/Exit"
import * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Pull from "../../effect/Pull.js"
import * as RetryPolicy from "../../effect/RetryPolicy.js"
import { ClusterError, type Subject } from "../ClusterError.js"
import type { ContainerState } from "./ContainerState.js"
import { type Driver, isEndedWithinLine } from "./Driver.js"
import { sortable } from "./LogLine.js"
import * as LogPosition from "./LogPosition.js"
import * as LogReceiver from "./LogReceiver.js"
import * as Waits from "./Waits.js"

/** The maximum number of connections before the first line is received. */
const maxAttempts = 5

export interface Request {
  readonly follow: boolean
  readonly from: LogPosition.From
  /** The timestamp of the last line; undefined if there is none. */
  readonly since: string | undefined
}

export interface Options {
  readonly subject: Subject
  /** Requests the log with timestamps, as bytes of lines with newlines between them. */
  readonly open: (request: Request) => Stream.Stream<Uint8Array, ClusterError>
  /** Fails with retryable errors alone. */
  readonly state: Effect.Effect<ContainerState, ClusterError>
  /** Completes when the container has ended: a log that is open then is read to its end without following it. */
  readonly ended?: Effect.Effect<void> | undefined
  /** Whether lines are emitted with their timestamps. */
  readonly timestamps: boolean
}

interface Connection {
  readonly request: Request
  readonly scope: Scope.CloseableScope
  readonly pull: Effect.Effect<LogReceiver.Received, Pull.End<ClusterError>>
  readonly filter: (received: ReadonlyArray<Uint8Array>) => LogPosition.Filtered
  /** Whether the response had a new line. */
  progress: boolean
}

/** How the server ended the last response, until the next line. */
type ResponseEnd = "none" | "whole" | "withinLine"

/**
 * It reconnects after retryable errors: without limit once a line was received, else a few times.
 */
export const follow = (options: Options): Pull.Open<string, ClusterError> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    const position = LogPosition.make(options.timestamps)
    let failures = RetryPolicy.none
    /** The number of responses in a row without a new line that the server ended while the container ran. */
    let empty = RetryPolicy.none
    let connection: Connection | undefined
    let next: Pick<Request, "follow" | "from"> = { follow: true, from: "start" }
    let lastEnd: ResponseEnd = "none"

    const hasEnded = options.ended === undefined ? undefined : yield* Effect.makeLatch(false)
    if (options.ended !== undefined && hasEnded !== undefined) {
      yield* Effect.forkIn(Effect.zipRight(options.ended, hasEnded.open), scope)
    }

    const connect = Effect.gen(function*() {
      const time = position.time()
      const request: Request = {
        follow: next.follow,
        from: time === "" ? "start" : next.from === "start" ? "since" : next.from,
        since: time === "" ? undefined : time
      }
      const own = yield* Scope.fork(scope, ExecutionStrategy.sequential)
      const lines = yield* Scope.extend(Pull.open(options.open(request)), own)
      const pull = yield* LogReceiver.make(lines, {
        idle: Waits.logIdle.limit,
        ended: hasEnded === undefined || !request.follow ? Effect.never : hasEnded.await,
        scope: own
      })
      const opened = { request, scope: own, pull, filter: position.filter(request.from), progress: false }
      connection = opened
      return opened
    })

    const close = (open: Connection) =>
      Effect.suspend(() => {
        connection = undefined
        return Scope.close(open.scope, Exit.void)
      })

    const reopen = (open: Connection, request: Pick<Request, "follow" | "from">) =>
      Effect.suspend(() => {
        next = request
        return Effect.zipRight(close(open), pull)
      })

    const recover = (lost: Connection, error: ClusterError): Pull.Pull<string, ClusterError> =>
      Effect.gen(function*() {
        next = { follow: next.follow, from: "since" }
        yield* close(lost)
        failures = RetryPolicy.failed(failures, yield* Clock.currentTimeMillis)
        if (isLost(error) && lastEnd !== "none") {
          // The object was deleted after the response had ended.
          const isCut = lastEnd === "withinLine"
          lastEnd = "none"
          next = { follow: false, from: "since" }
          return yield* isCut ? Pull.of(LogPosition.hole) : Pull.end
        }
        if (!error.retryable || (position.time() === "" && failures.count >= maxAttempts)) {
          return yield* Pull.fail(error)
        }
        yield* Effect.sleep(yield* RetryPolicy.delay(failures.count, error.retryAfter))
        return yield* pull
      })

    /** The next step after a response that the server ended. */
    const goOn = (open: Connection, withinLine: boolean): Pull.Pull<string, ClusterError> =>
      open.request.follow
        ? Effect.gen(function*() {
          lastEnd = withinLine ? "withinLine" : "whole"
          yield* close(open)
          const state = yield* Effect.either(options.state)
          if (Either.isLeft(state)) return yield* recover(open, state.left)
          switch (state.right._tag) {
            case "Ended": {
              const { finishedAt } = state.right
              const isBehind = finishedAt !== undefined && sortable(finishedAt) < wholeSecond(position.time())
              return yield* reopen(open, { follow: false, from: isBehind ? "whole" : "since" })
            }
            case "Unknown":
              return open.progress || withinLine
                ? yield* reopen(open, { follow: open.progress, from: "since" })
                : yield* Pull.end
            case "Restarted":
              // The log is now that of a later run of the container.
              if (sortable(state.right.startedAt) > wholeSecond(position.time())) return yield* Pull.end
          }
          empty = open.progress ? RetryPolicy.none : RetryPolicy.failed(empty, yield* Clock.currentTimeMillis)
          if (empty.count > 1) yield* Effect.sleep(yield* RetryPolicy.delay(empty.count - 1, undefined))
          return yield* reopen(open, { follow: true, from: "since" })
        })
        : Pull.end

    const emit = (open: Connection, { behind, lines }: LogPosition.Filtered): Pull.Pull<string, ClusterError> => {
      if (behind !== undefined) return reopen(open, { follow: true, from: behind })
      if (lines.length > 0) {
        open.progress = true
        lastEnd = "none"
      }
      return Pull.emit(lines, pull)
    }

    const receive = (open: Connection, received: LogReceiver.Received): Pull.Pull<string, ClusterError> => {
      switch (received._tag) {
        case "Lines":
          return Effect.suspend(() => emit(open, open.filter(received.bytes)))
        case "ContainerEnded":
          return reopen(open, { follow: false, from: "since" })
        case "Idle":
          // A response since a time lacks the lines after the clock of the node was set back; the last line shows that.
          return open.request.follow
            ? reopen(open, { follow: true, from: open.request.from === "start" ? "since" : "last" })
            : recover(open, new ClusterError({ ...options.subject, reason: "Timeout", detail: "no line in time" }))
      }
    }

    const pull: Pull.Pull<string, ClusterError> = Effect.suspend(() =>
      Effect.flatMap(connection === undefined ? connect : Effect.succeed(connection), (open) =>
        Pull.match(open.pull, {
          onEnd: () => goOn(open, false),
          onFailure: (error) => isEndedWithinLine(error) ? goOn(open, true) : recover(open, error),
          onSuccess: (received) => receive(open, received)
        }))
    )
    return pull
  })

const encoder = new TextEncoder()

/** Reads the body of a log. */
export type Read<P> = (...call: Parameters<Driver["lines"]>) => Stream.Stream<P, ClusterError>

/** How a driver reads a log that is followed. */
export const read = ({ lineBytes, lines }: Driver): Read<Uint8Array> =>
  lineBytes ?? ((request, subject) => Stream.map(lines(request, subject), (line) => encoder.encode(line)))

/** The object or the container was deleted. */
const isLost = ({ reason }: ClusterError): boolean => reason === "NotFound" || reason === "Invalid"

/** The second of a timestamp; a status has no fractions. */
const wholeSecond = (time: string): string => sortable(time).slice(0, 19)
