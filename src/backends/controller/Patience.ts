/**
 * Waiting for an API server that is away.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Schedule from "effect/Schedule"
import * as Stream from "effect/Stream"
import type { BackendError, BuildError } from "../../core/BuildError.js"
import { type BuildInput, fingerprint } from "../../core/BuildInput.js"
import { BuildBackend, type BuildOptions, type Service } from "../../core/service/BuildService.js"
import * as FingerprintLookup from "./FingerprintLookup.js"

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

/** The same backend, whose calls wait for an API server that is away. */
export const patient = (patience: Duration.DurationInput) => (backend: Service): Service => {
  const waiting = schedule(patience)
  const call = <A, E extends BuildError>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    Effect.retry(effect, { schedule: waiting, while: isAbsent })
  /** Makes another build, once: what the server took on, and whose answer was lost, is carried on. */
  const buildAgain = (input: BuildInput, options: BuildOptions) =>
    Effect.gen(function*() {
      const builds = Effect.map(
        backend.list({ namespace: options.namespace, fingerprint: fingerprint(input) }),
        (all) => new Set(all.map(({ ref }) => ref.uid))
      )
      const before = yield* call(builds)
      let isFirst = true
      return yield* call(Effect.gen(function*() {
        const isMade = isFirst ? false : Array.from(yield* builds).some((uid) => !before.has(uid))
        isFirst = false
        return yield* backend.build(input, isMade ? { ...options, again: false } : options)
      }))
    })
  const lookup = FingerprintLookup.of(backend)
  const wrapped = BuildBackend.of({
    ...backend,
    build: (input, options) =>
      options?.again === true ? buildAgain(input, options) : call(backend.build(input, options)),
    status: (ref) => call(backend.status(ref)),
    // Once it has begun it waits by itself.
    changes: (ref) => Stream.retry(backend.changes(ref), Schedule.whileInput(waiting, isAbsent)),
    cancel: (ref) => call(backend.cancel(ref)),
    remove: (ref) => call(backend.remove(ref)),
    list: (options) => call(backend.list(options)),
    watch: (options) => Stream.retry(backend.watch(options), Schedule.whileInput(waiting, isAbsent))
  })
  return lookup === undefined ? wrapped : FingerprintLookup.register(wrapped, {
    ...lookup,
    find: (namespace, of) => call(lookup.find(namespace, of))
  })
}
