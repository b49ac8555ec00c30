/**
 * The life of a build on a cluster, the same whatever it becomes there: recorded, adopted, watched, stopped, its outcome
 * kept. What differs is a {@link Definition}.
 *
 * Nothing is kept in this process: whoever has the ref carries on.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import { BackendError, BuildRejected, type Issue } from "../../core/BuildError.js"
import * as BuildInput from "../../core/BuildInput.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import * as BuildService from "../../core/service/BuildService.js"
import { isAdoptable } from "../../core/service/BuildSummary.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as BuildNames from "../record/BuildNames.js"
import * as BuildRecord from "../record/BuildRecord.js"
import type * as RecordMetadata from "../record/RecordMetadata.js"
import { evaluate } from "./BuildState.js"
import type * as BuildStore from "./BuildStore.js"
import * as ControllerContext from "./ControllerContext.js"
import type { Definition } from "./Definition.js"
import * as LogStream from "./LogStream.js"
import * as StatusStream from "./StatusStream.js"
import * as Summary from "./Summary.js"
import * as Watch from "./Watch.js"

export type { Definition, Interpretation, LogSource, Observed } from "./Definition.js"

const byAge: Order.Order<RecordMetadata.RecordMetadata> = Order.combine(
  Order.mapInput(DateTime.Order, ({ createdAt }) => createdAt),
  Order.mapInput(Order.number, ({ number }) => number)
)

/**
 * A backend from its definition. Builds go to `namespace` unless they name another.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  options: { readonly cluster: Cluster.Service; readonly namespace: string }
): BuildService.Service => {
  const { cluster } = options
  const lifecycle = ControllerContext.make(definition, cluster)
  const { store: objects, reconciler: settle } = lifecycle
  const watch = Watch.make(lifecycle)

  const check = (input: BuildInput.BuildInput): Effect.Effect<void, BuildRejected> => {
    const issues = definition.check(input)
    return issues.length === 0 ? Effect.void : new BuildRejected({ reason: "Unsupported", issues })
  }

  // A stop that came between the record and the child found no child to delete.
  const withdrawIfStopped = (record: RecordMetadata.RecordMetadata, child: Child) =>
    Effect.gen(function*() {
      const now = yield* objects.metadata(record.ref)
      const goesOn = Option.isSome(now) && Option.isNone(now.value.stop) && Option.isNone(now.value.outcome)
      if (!goesOn) yield* Effect.repeat(objects.deleteChild(child), { until: (deleted) => deleted, times: 5 })
    })

  const complete = (record: BuildRecord.BuildRecord, input: BuildInput.BuildInput) =>
    Effect.gen(function*() {
      const parts = BuildRecord.partManifests(record, definition.contents(input))
      const child = yield* objects.complete(record, 1, parts)
      const missing: ReadonlyArray<Issue> = definition.verifyCreated(child)
      if (missing.length > 0) return yield* new BuildRejected({ reason: "Unsupported", issues: missing })
      yield* withdrawIfStopped(record, child)
    })

  // A number is free again once its record is removed. So somebody may have begun the same build under another number after
  // we looked and before ours was made: who came later gives way.
  const givesWay = (record: RecordMetadata.RecordMetadata, known: BuildStore.FingerprintBuilds) =>
    Effect.map(
      objects.byFingerprint(record.ref.namespace, record.fingerprint),
      ({ own }) =>
        own.some((other) =>
          other.ref.uid !== record.ref.uid &&
          !known.own.some(({ ref }) => ref.uid === other.ref.uid) &&
          Option.match(other.outcome, { onNone: () => true, onSome: ({ status }) => isAdoptable(status) }) &&
          Order.lessThan(byAge)(other, record)
        )
    )

  const create = (
    input: BuildInput.BuildInput,
    namespace: string,
    known: BuildStore.FingerprintBuilds,
    again: boolean
  ) =>
    Effect.gen(function*() {
      const created = yield* objects.createRecord(
        BuildRecord.manifest({
          backend: definition.name,
          namespace,
          number: known.nextNumber,
          input,
          contents: definition.contents(input)
        }),
        namespace
      )
      if (Option.isNone(created)) return Option.none()
      const record = created.value
      if (!again && (yield* givesWay(record, known))) {
        yield* objects.deleteRecord(record.ref)
        return Option.none()
      }
      // What is not accepted leaves nothing behind.
      yield* complete(record, input).pipe(
        Effect.tapErrorTag("BuildRejected", () => objects.deleteRecord(record.ref))
      )
      return Option.some({ ref: record.ref, adopted: false })
    })

  // The newest build of the fingerprint, if it is to be adopted, made whole.
  const adopt = (newest: RecordMetadata.RecordMetadata, input: BuildInput.BuildInput) =>
    Effect.gen(function*() {
      const adopted = Option.some({ ref: newest.ref, adopted: true })
      if (Option.isSome(newest.outcome) && isAdoptable(newest.outcome.value.status)) return adopted
      // What ended without being stopped has left nothing that still runs.
      if (Option.isSome(newest.outcome) && Option.isNone(newest.stop)) return Option.none()
      const snapshot = yield* objects.state(newest.ref)
      if (evaluate(definition, snapshot, yield* DateTime.now)._tag === "ChildMissing") {
        yield* complete(snapshot.record, input)
        return adopted
      }
      const advanced = yield* settle.reconcile(snapshot)
      const status = Option.isSome(advanced) ? advanced.value : yield* settle.status(newest.ref)
      return isAdoptable(status) ? adopted : Option.none()
    }).pipe(Effect.catchTag("BuildNotFound", () => Effect.succeedNone))

  // A round that makes nothing was won by somebody whose build the next one adopts: one beyond those to be left alone.
  const submit = (
    input: BuildInput.BuildInput,
    namespace: string,
    beyond: number | "newest",
    rounds = 10
  ): Effect.Effect<BuildService.Submission, BuildRejected | BackendError> =>
    Effect.gen(function*() {
      const known = yield* objects.byFingerprint(namespace, BuildInput.fingerprint(input))
      const least = beyond === "newest" ? known.nextNumber : beyond
      const [newest, ...older] = known.own.filter(({ number }) => number >= least)
      // Of an older one that is unfinished, another had been asked for: now that this has ended, it is the build.
      for (const one of [newest, ...older.filter(({ outcome }) => Option.isNone(outcome))]) {
        const adopted = one === undefined ? Option.none() : yield* adopt(one, input)
        if (Option.isSome(adopted)) return adopted.value
      }
      const created = yield* create(input, namespace, known, beyond === "newest")
      if (Option.isSome(created)) return created.value
      if (rounds === 0) {
        return yield* new BackendError({
          backend: definition.name,
          reason: "Conflict",
          operation: `record a build in ${namespace}`,
          detail: `ConfigMap ${
            BuildNames.record(BuildInput.fingerprint(input), known.nextNumber)
          } is there, and no record`
        })
      }
      return yield* submit(input, namespace, least, rounds - 1)
    })

  const summarise = (glance: RecordMetadata.RecordMetadata) =>
    Effect.gen(function*() {
      const status = Option.isSome(glance.outcome) ? glance.outcome.value.status : yield* settle.status(glance.ref)
      return Option.some(Summary.of(glance, status, yield* DateTime.now))
    }).pipe(
      Effect.catchTag("BuildNotFound", () => Effect.succeedNone),
      // One that another version wrote, or somebody by hand, must not hide the others.
      Effect.catchIf(
        (error) => error.cause instanceof BuildRecord.Unreadable,
        (error) => Effect.as(Effect.logWarning(error.message), Option.none())
      )
    )

  return BuildService.make({
    name: definition.name,
    check,
    build: (input, { again = false, namespace = options.namespace } = {}) =>
      Effect.zipRight(check(input), submit(input, namespace, again ? "newest" : 1)),
    status: settle.status,
    changes: StatusStream.make(lifecycle),
    logs: LogStream.make(lifecycle),
    cancel: (ref) =>
      Effect.catchTag(
        Effect.asVoid(settle.stop(ref, new BuildStatus.Cancelled({}))),
        "BuildNotFound",
        () => Effect.void
      ),
    remove: (ref) =>
      settle.stop(ref, new BuildStatus.Cancelled({})).pipe(
        Effect.zipRight(objects.deleteRecord(ref)),
        Effect.catchTag("BuildNotFound", () => Effect.void)
      ),
    list: ({ fingerprint, namespace = options.namespace } = {}) =>
      Effect.gen(function*() {
        const glances = yield* objects.list(namespace, fingerprint)
        const summaries = yield* Effect.forEach(glances, summarise, { concurrency: 8 })
        return summaries.flatMap(Option.toArray)
      }),
    watch: ({ fingerprint, namespace = options.namespace } = {}) => watch(namespace, fingerprint)
  })
}
