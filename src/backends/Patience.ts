/**
 * Waiting for an API server that is away.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { BackendError, BuildError } from "../build/BuildError.js"
import { BuildBackend, type Service } from "../build/BuildService.js"

const absent: ReadonlySet<BackendError["reason"]> = new Set<BackendError["reason"]>([
  "Unreachable",
  "Timeout",
  "Throttled"
])

const isAbsent = (error: BuildError): boolean => error._tag === "BackendError" && absent.has(error.reason)

/** Soon at first, then every ten seconds. */
const schedule = (patience: Duration.DurationInput) =>
  Schedule.exponential("500 millis").pipe(
    Schedule.union(Schedule.spaced("10 seconds")),
    Schedule.jittered,
    Schedule.upTo(patience)
  )

/** The same backend, whose calls wait for an API server that is away; every one of them may be made again. */
export const patient = (patience: Duration.DurationInput) => (backend: Service): Service => {
  const waiting = schedule(patience)
  const call = <A, E extends BuildError>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.retry(effect, { schedule: waiting, while: isAbsent })
  return BuildBackend.of({
    ...backend,
    build: (input, options) => call(backend.build(input, options)),
    status: (ref) => call(backend.status(ref)),
    // Once it has begun it waits by itself.
    changes: (ref) => Stream.retry(backend.changes(ref), Schedule.whileInput(waiting, isAbsent)),
    cancel: (ref) => call(backend.cancel(ref)),
    remove: (ref) => call(backend.remove(ref)),
    list: (options) => call(backend.list(options))
  })
}
