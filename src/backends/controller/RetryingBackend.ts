/**
 * A backend whose calls wait out an outage of the API server.
 */
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { BackendError, BuildError } from "../../core/BuildError.js"
import { type BuildInput, fingerprint } from "../../core/BuildInput.js"
import type { BuildOptions, Service } from "../../core/service/BuildService.js"
import { derive } from "../../core/service/Derived.js"
import * as RetryPolicy from "../../effect/RetryPolicy.js"
import * as FingerprintLookup from "./FingerprintLookup.js"

const outages: ReadonlySet<BackendError["reason"]> = new Set<BackendError["reason"]>([
  "Unreachable",
  "Timeout",
  "Throttled"
])

const isOutage = (error: BuildError): boolean => error._tag === "BackendError" && outages.has(error.reason)

/** The server may be back at any moment. */
const maxDelay = "10 seconds"

/** Every call waits for the API server for at most `outageTimeout`; a stream does until its first element. */
export const make = (outageTimeout: Duration.DurationInput) => (backend: Service): Service => {
  const policy: RetryPolicy.RetryPolicy<BuildError> = { isRetryable: isOutage, maxElapsed: outageTimeout, maxDelay }
  const call = <A, E extends BuildError>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
    RetryPolicy.retry(effect, policy)
  const lookup = FingerprintLookup.of(backend)
  const resolve = (input: BuildInput, namespace: string | undefined) =>
    lookup === undefined ? Effect.succeed(input) : call(lookup.resolve(input, namespace ?? lookup.namespace))
  /** Another build, once: one that the server created, and whose response was lost, is adopted. */
  const buildAgain = (given: BuildInput, options: BuildOptions) =>
    Effect.gen(function*() {
      const input = yield* resolve(given, options.namespace)
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
  const retrying = derive({
    ...backend,
    build: (input, options) =>
      options?.again === true ? buildAgain(input, options) : call(backend.build(input, options)),
    status: (ref) => call(backend.status(ref)),
    // Once they have begun, they wait out outages by themselves.
    changes: (ref) => RetryPolicy.retryStart(backend.changes(ref), policy),
    logs: (ref, options) => RetryPolicy.retryStart(backend.logs(ref, options), policy),
    watch: (options) => RetryPolicy.retryStart(backend.watch(options), policy),
    cancel: (ref) => call(backend.cancel(ref)),
    remove: (ref) => call(backend.remove(ref)),
    isOutdated: (ref) => call(backend.isOutdated(ref)),
    list: (options) => call(backend.list(options))
  })
  return lookup === undefined ? retrying : FingerprintLookup.register(retrying, {
    ...lookup,
    find: (namespace, of) => call(lookup.find(namespace, of)),
    resolve
  })
}
