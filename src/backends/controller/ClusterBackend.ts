/**
 * The life of a build on a cluster, the same for every backend: recorded, adopted, followed, stopped, its outcome stored. A
 * {@link Definition} has the differences.
 *
 * No state is kept in this process: any process that has the ref can continue.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { type BackendError, type BuildNotFound, BuildRejected, Issue } from "../../core/BuildError.js"
import type * as BuildInput from "../../core/BuildInput.js"
import type { BuildRef } from "../../core/BuildRef.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { hasEntries } from "../../core/input/CallerMetadata.js"
import type * as BuildService from "../../core/service/BuildService.js"
import * as Calls from "../../core/service/Calls.js"
import * as Traced from "../../core/service/Traced.js"
import * as Pull from "../../effect/Pull.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as BuildRecord from "../record/BuildRecord.js"
import type * as RecordMetadata from "../record/RecordMetadata.js"
import * as RecordSummary from "../record/RecordSummary.js"
import { BuildControllers } from "./BuildControllers.js"
import type { BuildState } from "./BuildState.js"
import * as ControllerContext from "./ControllerContext.js"
import type { Definition } from "./Definition.js"
import { backendError } from "./ErrorMapping.js"
import * as FingerprintLookup from "./FingerprintLookup.js"
import * as LogStream from "./LogStream.js"
import * as OneShotStatus from "./OneShotStatus.js"
import * as StatusStream from "./StatusStream.js"
import * as Submit from "./Submit.js"
import * as Summary from "./Summary.js"
import * as Uploads from "./Uploads.js"
import * as WatchStream from "./WatchStream.js"

export type { Definition, Interpretation, LogSource, Observed } from "./Definition.js"

/**
 * A backend from its definition. Builds go to `namespace` unless they name another.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  options: { readonly cluster: Cluster.Service; readonly namespace: string }
): Effect.Effect<BuildService.Service> => {
  const context = ControllerContext.make(definition, options.cluster)
  return Effect.sync(() => service(context, new BuildControllers(context), options.namespace))
}

const service = <Child extends Resource.Metadata>(
  context: ControllerContext.ControllerContext<Child>,
  controllers: BuildControllers<Child>,
  defaultNamespace: string
): BuildService.Service => {
  const { cluster, definition, reconciler, store } = context
  const watch = WatchStream.make(controllers)
  /** The refs in a list of builds that have ended. That is final, so removing them stops nothing. */
  const ended = new WeakSet<BuildRef>()

  const check = (input: BuildInput.BuildInput): Effect.Effect<void, BuildRejected> => {
    const issues = definition.check(input)
    return issues.length === 0 ? Effect.void : new BuildRejected({ reason: "Unsupported", issues })
  }

  /** A build whose context cannot be uploaded is not started. */
  const mayUpload = (namespace: string): Effect.Effect<void, BuildRejected | BackendError> =>
    Effect.all(
      ["create", "get"].map((verb) =>
        cluster.canI({ verb, group: "", resource: "pods", subresource: "attach", namespace })
      ),
      { concurrency: "unbounded" }
    ).pipe(
      Effect.mapError(backendError(definition.name, `check the permission to upload in ${namespace}`)),
      Effect.flatMap((answers) =>
        answers.every(({ allowed }) => allowed)
          ? Effect.void
          : new BuildRejected({
            reason: "Denied",
            issues: [
              new Issue({
                path: "context.upload",
                message: `uploading needs the permission to create and get pods/attach in namespace ${namespace}; ` +
                  "`os-builder rbac --upload` prints it, or pass a context from git or an image"
              })
            ]
          })
      )
    )

  const resolve = definition.resolve ?? Effect.succeed<BuildInput.BuildInput>

  const uploads = Uploads.make(context, controllers)
  const changes = StatusStream.make(context, controllers)
  const submit = Submit.make(context)
  const status = OneShotStatus.make(context)

  const summarise = (
    metadata: RecordMetadata.RecordMetadata,
    state: BuildState<Child> | undefined,
    slot: OneShotStatus.Slot
  ) =>
    Effect.gen(function*() {
      const now = Option.isSome(metadata.outcome)
        ? metadata.outcome.value.status
        : yield* state === undefined ? status.of(metadata.ref) : status.ofState(state, slot)
      return Option.some(Summary.make(metadata, now, yield* DateTime.now))
    }).pipe(
      Effect.catchTag("BuildNotFound", () => Effect.succeedNone),
      // A record that cannot be read must not hide the others.
      Effect.catchIf(
        (error) => error.cause instanceof BuildRecord.Unreadable,
        (error) => Effect.as(Effect.logWarning(error.message), Option.none())
      )
    )

  const backend = Traced.makeOfPulls({
    name: definition.name,
    check,
    build: (input, given) =>
      Effect.gen(function*() {
        const { again = false, namespace = defaultNamespace } = given ?? {}
        yield* Calls.namespace(namespace)
        yield* check(input)
        const { context } = input
        const records = FingerprintLookup.takeRecords(given)
        if (BuildContext.isUpload(context)) yield* mayUpload(namespace)
        const resolved = yield* resolve(input, namespace)
        // A selection has read the records of the input as given. One that has got its commit only now has another fingerprint.
        const submission = yield* submit(resolved, {
          again,
          namespace,
          isFollowed: Calls.isFollowed(given),
          records: resolved === input ? records : undefined
        })
        if (BuildContext.isUpload(context)) {
          yield* Calls.isFollowed(given)
            ? uploads.remember(submission.ref, context.upload)
            // It was removed in the meantime.
            : Effect.catchTag(uploads.upload(submission.ref, context.upload), "BuildNotFound", () => Effect.void)
        }
        return submission
      }),
    status: status.of,
    logs: LogStream.make(context, controllers),
    cancel: (ref) =>
      Effect.catchTag(
        Effect.asVoid(reconciler.stop(ref, new BuildStatus.Cancelled({}))),
        "BuildNotFound",
        () => Effect.void
      ),
    remove: (ref) =>
      Effect.suspend((): Effect.Effect<unknown, BuildNotFound | BackendError> =>
        ended.has(ref) ? Effect.void : reconciler.stop(ref, new BuildStatus.Cancelled({}), { isRemoved: true })
      ).pipe(
        Effect.zipRight(store.deleteRecord(ref)),
        Effect.catchTag("BuildNotFound", () => Effect.void)
      ),
    isOutdated: (ref) =>
      Effect.gen(function*() {
        const { currentBase } = definition
        const known = yield* status.of(ref)
        if (currentBase === undefined) return undefined
        return yield* Calls.checkBase(
          known,
          (image) => Effect.flatMap(store.record(ref), (record) => currentBase(record, image))
        )
      }),
    list: ({ fingerprint, metadata, namespace = defaultNamespace } = {}) =>
      Effect.gen(function*() {
        const records = yield* store.list(namespace, fingerprint)
        const wanted = records.filter(({ callerMetadata }) => hasEntries(callerMetadata, metadata))
        wanted.forEach(({ outcome, ref }) => Option.isSome(outcome) && ended.add(ref))
        const unfinished = wanted.filter(RecordSummary.hasTerms).filter(({ outcome }) => Option.isNone(outcome))
        const states = new Map(
          (yield* store.statesOf(namespace, unfinished)).map((state) => [state.record.ref.uid, state])
        )
        const slot = yield* status.slotOf(namespace)
        const summaries = yield* Effect.forEach(
          wanted,
          (metadata) => summarise(metadata, states.get(metadata.ref.uid), slot),
          { concurrency: 8 }
        )
        return summaries.flatMap(Option.toArray)
      })
  }, {
    changes: (ref) =>
      definition.uploadContainer === undefined || !uploads.isRemembered(ref)
        ? changes(ref)
        : Pull.open(
          Stream.merge(Pull.scopedStream(changes(ref)), Stream.drain(Stream.fromEffect(uploads.again(ref))), {
            haltStrategy: "left"
          })
        ),
    watch: ({ fingerprint, namespace = defaultNamespace } = {}) => watch(namespace, fingerprint)
  })
  return FingerprintLookup.register(backend, {
    cluster,
    namespace: defaultNamespace,
    find: store.fingerprintRecords,
    resolve
  })
}
