/**
 * The methods derived from those of a backend: `run`, `result`, `events`, `eventsOf` and `prune`, the same for every backend.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Ref from "effect/Ref"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import * as Fork from "../../effect/Fork.js"
import * as Spans from "../../effect/Spans.js"
import {
  BackendError,
  BuildCancelled,
  type BuildError,
  BuildErrored,
  BuildFailed,
  type BuildRejected
} from "../BuildError.js"
import * as BuildEvent from "../BuildEvent.js"
import type * as BuildInput from "../BuildInput.js"
import type { BuildRef } from "../BuildRef.js"
import * as BuildStatus from "../BuildStatus.js"
import {
  type BuildEnded,
  type Derived,
  type EventsOfOptions,
  type Methods,
  type RunOptions,
  type Service,
  type Submission
} from "./BuildService.js"
import { prunable } from "./BuildSummary.js"
import * as Calls from "./Calls.js"
import * as SpanAttributes from "./SpanAttributes.js"

const imageOf = (ref: BuildRef, status: BuildStatus.Terminal): Effect.Effect<BuildStatus.BuiltImage, BuildEnded> => {
  switch (status._tag) {
    case "Succeeded":
      return Effect.succeed(status.image)
    case "Failed":
      return Effect.fail(new BuildFailed({ ref, status }))
    case "Errored":
      return Effect.fail(new BuildErrored({ ref, status }))
    case "Cancelled":
      return Effect.fail(new BuildCancelled({ ref }))
  }
}

const spanOptions = (attributes: Spans.Attributes): Spans.Options<BuildError> => ({
  attributes,
  isResult: SpanAttributes.isResult,
  attributesOf: SpanAttributes.ofError
})

const result = (backend: Methods): Derived["result"] => (ref) =>
  Stream.runHead(Stream.filter(backend.changes(ref), BuildStatus.isTerminal)).pipe(
    Effect.flatMap(Option.match({
      onNone: () =>
        Effect.fail(
          new BackendError({
            backend: backend.name,
            reason: "Unexpected",
            operation: `wait for ${ref}`,
            detail: "the status stream ended before the build did"
          })
        ),
      onSome: Effect.succeed
    })),
    Effect.tap((status) => Effect.annotateCurrentSpan(SpanAttributes.ofStatus(status))),
    Effect.flatMap((status) => imageOf(ref, status)),
    Spans.within("BuildBackend.result", spanOptions(SpanAttributes.ofRef(ref)))
  )

// How long an interrupted caller waits: for a create that is under way, and then for the cancellation of what it created.
const interruptTimeout = Duration.seconds(10)

interface Submitted {
  readonly submission: Submission
  /** From here on, closing the scope cancels nothing. */
  readonly detach: Effect.Effect<void>
}

const submit = (
  backend: Methods,
  input: BuildInput.BuildInput,
  options: RunOptions | undefined
): Effect.Effect<Submitted, BuildRejected | BackendError, Scope.Scope> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.gen(function*() {
      const building = backend.build(input, Calls.markFollowed(options))
      if (options?.onInterrupt === "detach") {
        return { submission: yield* restore(building), detach: Effect.void }
      }
      const isOurs = yield* Ref.make(true)
      const creating = yield* Fork.scoped(Effect.interruptible(building))
      const cancelOwn = Fiber.await(creating).pipe(
        Effect.flatMap((exit) =>
          Exit.isSuccess(exit) && !exit.value.adopted ? backend.cancel(exit.value.ref) : Effect.void
        ),
        Effect.interruptible,
        Effect.timeout(interruptTimeout),
        Effect.catchAllCause((cause) =>
          Effect.logWarning("The build of an interrupted caller may still be running", cause)
        ),
        Effect.annotateLogs({ package: "effect-os-builder", module: "BuildBackend" })
      )
      yield* Effect.addFinalizer(() => Effect.whenEffect(cancelOwn, Ref.get(isOurs)))
      const submission = yield* restore(Fiber.join(creating))
      return { submission, detach: Ref.set(isOurs, false) }
    })
  )

const run = (backend: Methods): Derived["run"] => (input, options) =>
  Effect.gen(function*() {
    const { detach, submission } = yield* submit(backend, input, options)
    yield* Effect.annotateCurrentSpan({
      ...SpanAttributes.ofRef(submission.ref),
      [SpanAttributes.attribute.adopted]: submission.adopted
    })
    return yield* result(backend)(submission.ref).pipe(
      Effect.onExit((exit) => Exit.isInterrupted(exit) ? Effect.void : detach),
      Effect.catchTag("BuildNotFound", () =>
        Effect.fail(
          new BackendError({
            backend: backend.name,
            reason: "Unexpected",
            operation: `wait for ${submission.ref}`,
            detail: "the build was removed while waiting for it"
          })
        ))
    )
  }).pipe(
    Effect.tap(({ digest }) =>
      Effect.annotateCurrentSpan({
        [SpanAttributes.attribute.outcome]: "Succeeded",
        [SpanAttributes.attribute.digest]: digest
      })
    ),
    Effect.scoped,
    Spans.within("BuildBackend.run", spanOptions(SpanAttributes.ofInput(backend.name, input)))
  )

/** The lines of the log from `fromLine` on, each with its number, and the steps that they announce. */
const logEvents = (
  backend: Methods,
  ref: BuildRef,
  fromLine: number
): Stream.Stream<BuildEvent.LogLine | BuildEvent.Step | BuildEvent.LogLost> =>
  backend.logs(ref, { follow: true }).pipe(
    Stream.zipWithIndex,
    Stream.filter(([, index]) => index + 1 >= fromLine),
    Stream.mapConcat(([line, index]): ReadonlyArray<BuildEvent.LogLine | BuildEvent.Step> => [
      new BuildEvent.LogLine({ line, number: index + 1 }),
      ...Option.toArray(BuildEvent.stepOf(line))
    ]),
    Stream.catchAll((error) => Stream.make(new BuildEvent.LogLost({ error })))
  )

const eventsOf = (backend: Methods): Derived["eventsOf"] => (ref, options?: EventsOfOptions) => {
  const error = Calls.startError(ref, options?.fromLine)
  return error === undefined
    ? Stream.merge(
      Stream.map(backend.changes(ref), (status) => new BuildEvent.StatusChanged({ status })),
      logEvents(backend, ref, options?.fromLine ?? 1)
    )
    : Stream.fail(error)
}

const events = (backend: Methods): Derived["events"] => (input, options) =>
  Stream.unwrapScoped(Effect.gen(function*() {
    const { detach, submission } = yield* submit(backend, input, options)
    const statuses = backend.changes(submission.ref).pipe(
      Stream.tap((status) => BuildStatus.isTerminal(status) ? detach : Effect.void),
      Stream.tapError(() => detach),
      Stream.map((status) => new BuildEvent.StatusChanged({ status }))
    )
    return Stream.concat(
      Stream.make(new BuildEvent.Submitted(submission)),
      Stream.merge(statuses, logEvents(backend, submission.ref, 1))
    )
  }))

const prune = (backend: Methods): Derived["prune"] => (options) =>
  Effect.gen(function*() {
    const now = yield* DateTime.now
    const deadline = DateTime.subtractDuration(now, options.olderThan)
    const all = yield* backend.list({ namespace: options.namespace })
    const removed = prunable(all, { deadline, keep: options.keep ?? 0 })
    yield* Effect.forEach(removed, (ref) => backend.remove(ref), { concurrency: 8, discard: true })
    return removed
  }).pipe(
    Effect.tap((removed) => Effect.annotateCurrentSpan({ "os_builder.removed": removed.length })),
    Spans.within("BuildBackend.prune", spanOptions({ [SpanAttributes.attribute.backend]: backend.name }))
  )

const methodNames = ["build", "cancel", "changes", "list", "logs", "remove"] as const

const isMethods = (self: unknown): self is Methods =>
  methodNames.every((name) => Predicate.hasProperty(self, name) && Predicate.isFunction(self[name]))

/**
 * Adds the derived methods to a backend's methods.
 *
 * The derived methods use the methods of the object that they are called on: in a copy with another `changes`
 * (`{ ...backend, changes }`), `run` and `result` use that one. Called without an object, they use the methods given here.
 *
 * @example
 * ```ts
 * import { BuildBackend } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const logged = (backend: BuildBackend.Service): BuildBackend.Service =>
 *   BuildBackend.derive({ ...backend, cancel: (ref) => Effect.zipRight(Effect.log(`cancel ${ref}`), backend.cancel(ref)) })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const derive = (methods: Methods): Service => {
  const given = (self: unknown): Methods => isMethods(self) ? self : methods
  return {
    name: methods.name,
    check: methods.check,
    build: methods.build,
    status: methods.status,
    changes: methods.changes,
    logs: methods.logs,
    cancel: methods.cancel,
    remove: methods.remove,
    isOutdated: methods.isOutdated,
    list: methods.list,
    watch: methods.watch,
    run(this: unknown, input, options) {
      return run(given(this))(input, options)
    },
    result(this: unknown, ref) {
      return result(given(this))(ref)
    },
    events(this: unknown, input, options) {
      return events(given(this))(input, options)
    },
    eventsOf(this: unknown, ref, options) {
      return eventsOf(given(this))(ref, options)
    },
    prune(this: unknown, options) {
      return prune(given(this))(options)
    }
  }
}
