/**
 * Submitting an input: adopt the build that there is, or create one.
 *
 * A new build takes four requests, in turn: list the records of the fingerprint, create the record, list again, create the
 * child. The second list settles the race in which another client creates the same build between two requests of this one (see
 * {@link make}). The cluster's defaults are read while the record is created, the further ConfigMaps created during the second
 * list. A build that runs is adopted by two: the list, and one that shows that it runs.
 *
 * For a caller who follows the build, the informer of the records is opened while the record is created, and replaces the
 * second list; the other informers are opened while the child is created.
 */
import * as Clock from "effect/Clock"
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import { BackendError, BuildRejected, type Issue } from "../../core/BuildError.js"
import * as BuildInput from "../../core/BuildInput.js"
import type { BuildRef } from "../../core/BuildRef.js"
import type { Submission } from "../../core/service/BuildService.js"
import { isAdoptable } from "../../core/service/BuildSummary.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as BuildNames from "../record/BuildNames.js"
import * as BuildRecord from "../record/BuildRecord.js"
import type * as RecordMetadata from "../record/RecordMetadata.js"
import * as RecordSummary from "../record/RecordSummary.js"
import { evaluate } from "./BuildState.js"
import type * as BuildStore from "./BuildStore.js"
import type { ControllerContext } from "./ControllerContext.js"
import type { FingerprintRecords } from "./FingerprintLookup.js"
import * as Informers from "./Informers.js"
import * as RecordWatch from "./RecordWatch.js"
import * as Timing from "./Timing.js"

/** Options of a submission. */
export interface Options {
  readonly namespace: string
  /** Whether a new build is made even if there is one to adopt. */
  readonly again: boolean
  /** Whether the caller follows the build at once: its informers are then opened while it is created. */
  readonly isFollowed: boolean
  /** The records of the fingerprint, where they were just read. */
  readonly records?: FingerprintRecords | undefined
}

/** Compares resourceVersions of records: numbers of any size, which grow with each write to the cluster. */
const isBefore = (one: string, other: string): boolean =>
  one.length === other.length ? one < other : one.length < other.length

/** Whether a record shows that something was written to it after its creation. */
const wasWritten = ({ begun, outcome, stop, uploadedTo }: RecordMetadata.RecordMetadata): boolean =>
  Option.isSome(stop) || Option.isSome(outcome) || begun !== undefined || uploadedTo !== undefined

/** A round without a result was won by another client, whose build the next round adopts. */
const maxRounds = 10

export const make = <Child extends Resource.Metadata>(
  context: ControllerContext<Child>
) =>
(
  input: BuildInput.BuildInput,
  options: Options
): Effect.Effect<Submission, BuildRejected | BackendError> => {
  const { definition, known: knownRecords, reconciler, store } = context
  const { again, isFollowed, namespace } = options
  const fingerprint = BuildInput.fingerprint(input)
  let packed: BuildRecord.Contents | undefined
  const contents = () => packed ??= definition.contents(input)

  // A stop between the record and the child finds no child to delete.
  const withdrawIfStopped = (record: RecordMetadata.RecordMetadata, child: Child) =>
    Effect.gen(function*() {
      const now = yield* store.metadata(record.ref)
      const goesOn = Option.isSome(now) && Option.isNone(now.value.stop) && Option.isNone(now.value.outcome)
      if (!goesOn) yield* Effect.repeat(store.deleteChild(child), { until: (deleted) => deleted, times: 5 })
    })

  const createParts = (record: BuildRecord.BuildRecord) =>
    store.createParts(record, BuildRecord.partManifests(record, contents()))

  const createChild = (record: BuildRecord.BuildRecord) =>
    Effect.gen(function*() {
      const child = yield* store.createChild(record, 1)
      const missing: ReadonlyArray<Issue> = definition.verifyCreated(child)
      if (missing.length > 0) return yield* new BuildRejected({ reason: "Unsupported", issues: missing })
      return child
    })

  // The number of a record is free again once that record is removed: another client may have created the same build under
  // another number, higher or lower, after our first list. The later record gives way: its client alone is certain to see the other.
  // Creation times are whole seconds of several servers, so resourceVersions are compared; that of a record that was written to
  // does not show its creation. Giving way without need costs one round.
  const givesWayTo = (
    record: RecordMetadata.RecordMetadata,
    known: BuildStore.FingerprintBuilds,
    now: BuildStore.FingerprintBuilds
  ): boolean =>
    now.own.some((other) =>
      other.ref.uid !== record.ref.uid &&
      !known.own.some(({ ref }) => ref.uid === other.ref.uid) &&
      Option.match(other.outcome, { onNone: () => true, onSome: ({ status }) => isAdoptable(status) }) &&
      (isBefore(other.resourceVersion, record.resourceVersion) || wasWritten(other))
    )

  /** A record just returned by the server, from which its build is then followed. */
  const remember = (record: RecordSummary.RecordSummary) => isFollowed ? knownRecords.remember(record) : Effect.void

  const begin = (
    record: BuildRecord.BuildRecord,
    known: BuildStore.FingerprintBuilds,
    since: { readonly startedAt: number; readonly watch: RecordWatch.RecordWatch | undefined }
  ) =>
    Effect.gen(function*() {
      const created = Option.some<Submission>({ ref: record.ref, adopted: false })
      const [now] = yield* Effect.all([recordsAfter(record.ref, since.watch), createParts(record)], {
        concurrency: 2
      })
      if (!again && givesWayTo(record, known, now)) {
        yield* store.deleteRecord(record.ref)
        return Option.none<Submission>()
      }
      const own = now.own.find(({ ref }) => ref.uid === record.ref.uid)
      const isStopped = own === undefined || Option.isSome(own.stop) || Option.isSome(own.outcome)
      if (isStopped) return created
      // They list while the child is created, and are kept for the caller who follows it next.
      if (isFollowed) yield* Informers.make(context, namespace)
      const child = yield* createChild(record)
      // A client that stops a build without a child looks for one again after this time.
      const duration = (yield* Clock.currentTimeMillis) - since.startedAt
      if (duration > Duration.toMillis(Timing.lateChild)) yield* withdrawIfStopped(record, child)
      yield* remember(BuildRecord.summaryOf(record))
      return created
    })

  /** All records that existed when this one was created. */
  const recordsAfter = (ref: BuildRef, watch: RecordWatch.RecordWatch | undefined) =>
    Effect.flatMap(
      watch === undefined ? Effect.succeedNone : watch(ref),
      Option.match({
        onNone: () => store.byFingerprint(namespace, fingerprint),
        onSome: (records) => Effect.succeed(store.fingerprintBuilds(records))
      })
    )

  const create = (known: BuildStore.FingerprintBuilds) =>
    Effect.gen(function*() {
      const manifest = BuildRecord.manifest({
        backend: definition.name,
        namespace,
        number: known.nextNumber,
        input,
        contents: contents()
      })
      const watch = isFollowed ? yield* RecordWatch.open(context, namespace, fingerprint) : undefined
      const startedAt = yield* Clock.currentTimeMillis
      const [created] = yield* Effect.all([
        store.createRecord(manifest, namespace),
        // The request that creates the child finds these defaults cached, or reports that they cannot be read.
        Effect.ignore(definition.clusterDefaults)
      ], { concurrency: 2 })
      if (Option.isNone(created)) return Option.none<Submission>()
      const record = BuildRecord.fromCreated(created.value, { input, contents: contents() })
      return yield* begin(record, known, { startedAt, watch }).pipe(
        // A build that the cluster does not accept leaves nothing behind.
        Effect.tapErrorTag("BuildRejected", () => store.deleteRecord(record.ref))
      )
    }).pipe(Effect.scoped)

  // An existing build that can be adopted, with the child that it may lack; none if it cannot.
  const adopt = (existing: RecordSummary.ReadRecord) =>
    Effect.gen(function*() {
      const adopted = Option.some<Submission>({ ref: existing.ref, adopted: true })
      if (Option.isSome(existing.outcome) && isAdoptable(existing.outcome.value.status)) {
        if (RecordSummary.hasTerms(existing)) yield* remember(existing)
        return adopted
      }
      // A build that ended without a stop has left nothing that still runs.
      if (Option.isSome(existing.outcome) && Option.isNone(existing.stop)) return Option.none<Submission>()
      const known = RecordSummary.hasTerms(existing) ? existing : yield* store.summary(existing.ref)
      const found = yield* Option.isNone(known.stop) ? store.unlessRunning(known) : Effect.asSome(store.stateOf(known))
      if (Option.isNone(found)) {
        yield* remember(known)
        return adopted
      }
      const state = found.value
      const isMissing = evaluate(definition, state, yield* DateTime.now)._tag === "ChildMissing"
      const record = isMissing ? yield* store.record(existing.ref) : undefined
      if (record !== undefined && Option.isNone(record.stop) && Option.isNone(record.outcome)) {
        yield* createParts(record)
        yield* withdrawIfStopped(record, yield* createChild(record))
        return adopted
      }
      // A build without a child has been stopped since its record was read.
      const reconciled = isMissing ? Option.none() : yield* reconciler.reconcile(state)
      const status = Option.isSome(reconciled) ? reconciled.value : yield* reconciler.status(existing.ref)
      return isAdoptable(status) ? adopted : Option.none<Submission>()
    }).pipe(Effect.catchTag("BuildNotFound", () => Effect.succeed(Option.none<Submission>())))

  // Builds below the number `from` are left alone: with `again`, all that existed in the first round.
  const round = (
    known: BuildStore.FingerprintBuilds,
    from: number,
    rounds: number
  ): Effect.Effect<Submission, BuildRejected | BackendError> =>
    Effect.gen(function*() {
      const [newest, ...older] = known.own.filter(({ number }) => number >= from)
      // An older build that is unfinished was superseded by the newest, which has ended: it is the build again.
      for (const one of [newest, ...older.filter(({ outcome }) => Option.isNone(outcome))]) {
        const adopted = one === undefined ? Option.none<Submission>() : yield* adopt(one)
        if (Option.isSome(adopted)) return adopted.value
      }
      const created = yield* create(known)
      if (Option.isSome(created)) return created.value
      if (rounds === 0) {
        return yield* new BackendError({
          backend: definition.name,
          reason: "Conflict",
          operation: `record a build in ${namespace}`,
          detail: `the name ${
            BuildNames.record(fingerprint, known.nextNumber)
          } is taken by a ConfigMap that is not a record`
        })
      }
      return yield* round(yield* store.byFingerprint(namespace, fingerprint), from, rounds - 1)
    })

  return Effect.flatMap(
    options.records === undefined
      ? store.byFingerprint(namespace, fingerprint)
      : Effect.succeed(store.fingerprintBuilds(options.records)),
    (known) => round(known, again ? known.nextNumber : 1, maxRounds)
  )
}
