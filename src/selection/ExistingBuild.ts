/**
 * Builds of one input that several backends may have: which of them the next `build` adopts.
 */
import * as Arr from "effect/Array"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as FingerprintLookup from "../backends/controller/FingerprintLookup.js"
import * as RecordMetadata from "../backends/record/RecordMetadata.js"
import type { BuildOptions, Service } from "../core/BuildBackend.js"
import type { BackendError, BuildRejected } from "../core/BuildError.js"
import { type BuildInput, fingerprint } from "../core/BuildInput.js"
import type { BuildStatus } from "../core/BuildStatus.js"
import { isAdopted } from "../core/service/BuildSummary.js"

/** The newest first. */
export const newestFirst = Order.reverse(
  Order.mapInput(DateTime.Order, ({ createdAt }: { readonly createdAt: DateTime.Utc }) => createdAt)
)

/** A build that one of the backends can adopt. */
interface Found {
  readonly backend: Service
  readonly createdAt: DateTime.Utc
}

/** One list answers for all backends that share a cluster and a namespace; a backend without a cluster lists its own. */
interface Source {
  readonly backends: ReadonlyArray<Service>
  readonly records?: FingerprintLookup.FingerprintRecords
  readonly found: ReadonlyArray<Found>
}

type Group =
  | { readonly _tag: "Alone"; readonly backend: Service }
  | {
    readonly _tag: "Shared"
    readonly backends: Array<Service>
    readonly lookup: FingerprintLookup.FingerprintLookup
    readonly namespace: string
  }

const grouped = (backends: ReadonlyArray<Service>, namespace: string | undefined): ReadonlyArray<Group> => {
  const groups: Array<Group> = []
  for (const backend of backends) {
    const lookup = FingerprintLookup.of(backend)
    if (lookup === undefined) {
      groups.push({ _tag: "Alone", backend })
      continue
    }
    const place = namespace ?? lookup.namespace
    const same = groups.find((group) =>
      group._tag === "Shared" && group.lookup.cluster === lookup.cluster && group.namespace === place
    )
    if (same?._tag === "Shared") {
      same.backends.push(backend)
    } else {
      groups.push({ _tag: "Shared", backends: [backend], lookup, namespace: place })
    }
  }
  return groups
}

/** If listing is forbidden, this caller has no builds there. */
const unlessForbidden = <A>(effect: Effect.Effect<A, BackendError>, empty: A): Effect.Effect<A, BackendError> =>
  Effect.catchIf(effect, ({ reason }) => reason === "Forbidden", () => Effect.succeed(empty))

/** The build that a backend would adopt among its builds, the newest first, by the same rule as its own `build`. */
const adoptable = <E>(
  backend: Service,
  builds: ReadonlyArray<
    { readonly createdAt: DateTime.Utc; readonly status: Effect.Effect<Option.Option<BuildStatus>, E> }
  >
): Effect.Effect<ReadonlyArray<Found>, E> =>
  Effect.gen(function*() {
    for (const [index, { createdAt, status }] of builds.entries()) {
      const now = yield* status
      if (Option.isSome(now) && isAdopted(now.value, index === 0)) return [{ backend, createdAt }]
    }
    return []
  })

const look = (
  group: Group,
  fingerprint: string,
  namespace: string | undefined,
  isOnly: boolean
): Effect.Effect<Source, BackendError> => {
  if (group._tag === "Alone") {
    const { backend } = group
    return unlessForbidden(backend.list({ fingerprint, namespace }), []).pipe(
      Effect.flatMap((builds) =>
        adoptable(
          backend,
          builds.map(({ createdAt, status }) => ({ createdAt, status: Effect.succeedSome(status) }))
        )
      ),
      Effect.map((found) => ({ backends: [backend], found }))
    )
  }
  return Effect.gen(function*() {
    const records = yield* unlessForbidden(group.lookup.find(group.namespace, fingerprint), [])
    const holders = group.backends.filter(({ name }) =>
      records.some((record) => Option.isSome(RecordMetadata.parse(name, record)))
    )
    // Whether it adopts one of its builds or not, the preferred backend has this input.
    if (isOnly && holders.every((holder) => holder === group.backends[0])) {
      return { backends: group.backends, records, found: [] }
    }
    const found = yield* Effect.forEach(group.backends, (backend) => {
      const own = records.flatMap((record) => Option.toArray(RecordMetadata.parse(backend.name, record)))
      return adoptable(
        backend,
        Arr.sort(own, newestFirst).map(({ createdAt, outcome, ref }) => ({
          createdAt,
          status: Option.match(outcome, {
            onNone: (): Effect.Effect<Option.Option<BuildStatus>, BackendError> =>
              Effect.catchTag(Effect.asSome(backend.status(ref)), "BuildNotFound", () => Effect.succeedNone),
            onSome: ({ status }) => Effect.succeedSome<BuildStatus>(status)
          })
        }))
      )
    })
    return { backends: group.backends, records, found: found.flat() }
  })
}

interface Choice {
  readonly backend: Service
  /** With the commit of its branch. */
  readonly input: BuildInput
  readonly options: BuildOptions | undefined
}

/** The backend whose build of the input can be adopted, the newest of these; else the first, which finds the commit of a branch. */
export const holderOrFirst = (
  backends: Arr.NonEmptyReadonlyArray<Service>,
  given: BuildInput,
  options: BuildOptions | undefined
): Effect.Effect<Choice, BuildRejected | BackendError> =>
  Effect.gen(function*() {
    const [first] = backends
    const lookup = FingerprintLookup.of(first)
    const input = lookup === undefined ? given : yield* lookup.resolve(given, options?.namespace ?? lookup.namespace)
    const groups = grouped(backends, options?.namespace)
    const sources = yield* Effect.forEach(
      groups,
      (group) => look(group, fingerprint(input), options?.namespace, groups.length === 1),
      { concurrency: "unbounded" }
    )
    const [newest] = Arr.sort(sources.flatMap(({ found }) => found), newestFirst)
    const backend = newest?.backend ?? first
    const records = sources.find((source) => source.backends.includes(backend))?.records
    return {
      backend,
      input,
      options: records === undefined ? options : FingerprintLookup.withRecords(options, records)
    }
  })
