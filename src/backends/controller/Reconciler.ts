/**
 * How a build comes to its end: the outcome that is kept, and the one way to stop.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { BackendError, type BuildNotFound } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import { skipValidation } from "../../core/input/Validation.js"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import { type BuildState, evaluate, type Evaluation, latest, observed } from "./BuildState.js"
import type { BuildStore } from "./BuildStore.js"
import type { Definition, Observed } from "./Definition.js"
import * as OutcomeLimits from "./OutcomeLimits.js"
import * as Timing from "./Timing.js"

export interface Reconciler<Child> {
  /** Does what is due of what was seen, and answers what is then so; none if somebody else was faster: look again. */
  readonly reconcile: (
    snapshot: BuildState<Child>
  ) => Effect.Effect<Option.Option<BuildStatus.BuildStatus>, BackendError>
  /**
   * The status of a build now, by the server's word; does what is due: keeps an outcome, ends a stop, tries again. Whoever
   * has seen a child says of which attempt.
   */
  readonly status: (
    ref: BuildRef,
    attemptSeen?: number
  ) => Effect.Effect<BuildStatus.BuildStatus, BuildNotFound | BackendError>
  /**
   * The status that follows from what views show. Nothing that they may be late for makes a success of what is none: that is
   * kept as it was seen. Anything else is so by the server's word.
   */
  readonly reconcileFromCache: (
    snapshot: BuildState<Child>
  ) => Effect.Effect<BuildStatus.BuildStatus, BuildNotFound | BackendError>
  /**
   * Stops a build: it ends with `status`, unless it has ended already. `isRemoved`: its record is deleted next, and a child
   * that comes late with it.
   */
  readonly stop: (
    ref: BuildRef,
    status: RecordMetadata.StopMark["status"],
    options?: { readonly isRemoved: boolean }
  ) => Effect.Effect<BuildStatus.Terminal, BuildNotFound | BackendError>
}

/** How long the end of a log is waited for. */
const patience = "5 seconds"

export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  cluster: Cluster.Service,
  objects: BuildStore<Child>
): Reconciler<Child> => {
  // A log that cannot be read must not keep a build from ending.
  const logTail = (seen: Observed<Child>): Effect.Effect<ReadonlyArray<string>> =>
    Effect.gen(function*() {
      const source = definition.logs(seen).findLast(({ state }) => state !== "waiting")
      const none: ReadonlyArray<string> = []
      if (source === undefined) return none
      const { namespace } = seen.record.ref
      // The log of several containers has as many tails.
      return yield* Stream.runFold(
        cluster.logs(source.resource, source.name, {
          namespace,
          container: source.container,
          tailLines: OutcomeLimits.lines
        }),
        none,
        (last, line) => [...last.slice(1 - OutcomeLimits.lines), OutcomeLimits.line(line)]
      )
    }).pipe(
      Effect.timeout(patience),
      Effect.catchAll((error) =>
        Effect.as(Effect.logDebug(`No log of ${seen.record.ref} is kept: ${error.message}`), [])
      )
    )

  const withTail = (status: BuildStatus.Terminal, lines: ReadonlyArray<string>): BuildStatus.Terminal => {
    switch (status._tag) {
      case "Failed":
        return status.logTail.length > 0 ? status : new BuildStatus.Failed({ ...status, logTail: lines })
      case "Errored":
        return status.logTail.length > 0 ? status : new BuildStatus.Errored({ ...status, logTail: lines })
      case "Succeeded":
      case "Cancelled":
        return status
    }
  }

  // The first who writes it decides; who may not write says what was seen all the same.
  const keep = (
    record: RecordMetadata.RecordMetadata,
    seen: BuildStatus.Terminal
  ): Effect.Effect<Option.Option<BuildStatus.Terminal>, BackendError> =>
    Effect.gen(function*() {
      const status = OutcomeLimits.ending(seen)
      const finishedAt = status._tag === "Succeeded" ? status.finishedAt : yield* DateTime.now
      const outcome = RecordMetadata.outcomeText(new RecordMetadata.Outcome({ status, finishedAt }, skipValidation))
      const written = yield* objects.annotate(record, { [RecordMetadata.annotation.outcome]: outcome }).pipe(
        Effect.catchIf((error) => error.reason === "Forbidden", () =>
          Effect.as(
            Effect.logDebug(`The outcome of ${record.ref} is not kept: no permission to patch its record`),
            true
          ))
      )
      return written ? Option.some(status) : Option.none()
    })

  const tailFor = (status: BuildStatus.Terminal, seen: Observed<Child>) =>
    status._tag === "Failed" || status._tag === "Errored"
      ? Effect.map(logTail(seen), (lines) => withTail(status, lines))
      : Effect.succeed(status)

  // A stop that has its mark: what the platform decided before we could delete the child beats the mark.
  const finishStop = (
    snapshot: BuildState<Child>,
    mark: RecordMetadata.StopMark
  ): Effect.Effect<Option.Option<BuildStatus.Terminal>, BackendError> =>
    Effect.gen(function*() {
      const child = latest(snapshot.children)
      if (child === undefined) return yield* keep(snapshot.record, mark.status)
      const seen = observed(snapshot, child)
      const interpretation = definition.interpret(seen)
      const status = interpretation.ending?.status ?? interpretation.status
      if (status._tag === "Succeeded" || status._tag === "Failed") {
        return yield* keep(snapshot.record, yield* tailFor(status, seen))
      }
      const ending = yield* tailFor(mark.status, seen)
      return (yield* objects.deleteChild(child)) ? yield* keep(snapshot.record, ending) : Option.none()
    })

  // A create that was on its way when the build was stopped may come after all. Its end is told, whatever becomes of that.
  const withdrawLate = (snapshot: BuildState<Child>): Effect.Effect<void> => {
    const child = latest(snapshot.children)
    if (child === undefined || Option.isNone(snapshot.record.stop)) return Effect.void
    const { ending, status } = definition.interpret(observed(snapshot, child))
    return ending !== undefined || BuildStatus.isTerminal(status)
      ? Effect.void
      : Effect.asVoid(objects.deleteChild(child)).pipe(
        Effect.catchAll((error) => Effect.logDebug(`${child.metadata.name} runs on after its build: ${error.message}`))
      )
  }

  // What a build is given up with says why it waited; and who stands in a queue is not given up.
  const explain = (
    snapshot: BuildState<Child>,
    late: Extract<Evaluation<Child>, { readonly _tag: "DeadlineExceeded" }>
  ) =>
    Effect.gen(function*() {
      if (late.explainedBy === undefined || snapshot.events.length > 0) return late
      const events = yield* objects.events(late.explainedBy, snapshot.record.ref.namespace)
      const explained = evaluate(definition, { ...snapshot, events }, yield* DateTime.now)
      return explained._tag === "DeadlineExceeded" || explained._tag === "InProgress" ? explained : late
    })

  const advance: Reconciler<Child>["reconcile"] = (snapshot) =>
    Effect.gen(function*() {
      const { record } = snapshot
      const evaluation = evaluate(definition, snapshot, yield* DateTime.now)
      switch (evaluation._tag) {
        case "Finalized":
          yield* withdrawLate(snapshot)
          return Option.some(evaluation.status)
        case "InProgress":
          return Option.some(evaluation.status)
        case "Stopping":
          return yield* finishStop(snapshot, evaluation.mark)
        case "Terminal":
          return yield* keep(record, yield* tailFor(evaluation.status, evaluation.observed))
        case "DeadlineExceeded": {
          const explained = yield* explain(snapshot, evaluation)
          if (explained._tag === "InProgress") return Option.some(explained.status)
          yield* mark(record, explained.status)
          return Option.none()
        }
        case "Retry": {
          yield* objects.record(record.ref).pipe(
            Effect.flatMap((whole) =>
              Option.isNone(whole.stop) && Option.isNone(whole.outcome)
                ? objects.complete(whole, evaluation.attempt, [])
                : Effect.void
            ),
            // What was accepted once and is not now is the cluster's change of mind: the build cannot go on.
            Effect.catchTags({
              BuildRejected: (rejected) =>
                mark(record, BuildStatus.errored("AdmissionDenied", { message: rejected.message })),
              // Whoever looks again finds that out.
              BuildNotFound: () => Effect.void
            })
          )
          return Option.none()
        }
        case "ChildMissing":
          return Option.some(
            new BuildStatus.Pending({
              blocked: new BuildStatus.Blocked({
                reason: "Unknown",
                message: `its ${definition.child.kind} does not exist: who started it has not come that far, ` +
                  "or somebody deleted it; building the same input completes it"
              })
            })
          )
      }
    })

  const mark = (record: RecordMetadata.RecordMetadata, status: RecordMetadata.StopMark["status"]) =>
    objects.annotate(record, {
      [RecordMetadata.annotation.stop]: RecordMetadata.stopMarkText(
        new RecordMetadata.StopMark({ status: status._tag === "Errored" ? OutcomeLimits.errored(status) : status })
      )
    })

  // Each time that somebody else was faster, the build is further; who loses so often is told.
  const persist = <A, E>(
    ref: BuildRef,
    attempt: Effect.Effect<Option.Option<A>, E>
  ): Effect.Effect<A, E | BackendError> =>
    attempt.pipe(
      Effect.repeat({ until: Option.isSome, times: 20 }),
      Effect.flatMap(Option.match({
        onNone: () =>
          Effect.fail(
            new BackendError({
              backend: definition.name,
              reason: "Conflict",
              operation: `settle ${ref}`,
              detail: "its record changes faster than it can be written"
            })
          ),
        onSome: Effect.succeed
      }))
    )

  const status: Reconciler<Child>["status"] = (ref, attemptSeen = 0) =>
    persist(
      ref,
      Effect.flatMap(objects.state(ref), (snapshot) =>
        advance({ ...snapshot, attemptSeen: Math.max(snapshot.attemptSeen, attemptSeen) }))
    )

  const confirm: Reconciler<Child>["reconcileFromCache"] = (snapshot) =>
    Effect.gen(function*() {
      const evaluation = evaluate(definition, snapshot, yield* DateTime.now)
      const isSuccess = evaluation._tag === "Terminal" && evaluation.status._tag === "Succeeded"
      const kept = isSuccess ? yield* advance(snapshot) : Option.none()
      return Option.isSome(kept) ? kept.value : yield* status(snapshot.record.ref, snapshot.attemptSeen)
    })

  return {
    reconcile: advance,
    status,
    reconcileFromCache: confirm,
    stop: (ref, stopped, { isRemoved } = { isRemoved: false }) =>
      Effect.suspend(() => {
        let hasWaited = false
        return persist(
          ref,
          Effect.gen(function*() {
            const found = yield* objects.record(ref)
            if (Option.isSome(found.outcome) && !hasWaited) return Option.some(found.outcome.value.status)
            if (Option.isNone(found.outcome) && Option.isNone(found.stop)) yield* mark(found, stopped)
            const state = yield* objects.state(ref)
            if (state.children.length === 0 && !hasWaited && !isRemoved) {
              // Its child may be on its way.
              hasWaited = true
              yield* Effect.sleep(Timing.lateChild)
              return Option.none()
            }
            return Option.filter(yield* advance(state), BuildStatus.isTerminal)
          })
        )
      })
  }
}
