/**
 * Performs the step that the state of a build calls for: stores its outcome, finishes a stop, makes the next attempt.
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
import * as PodFailure from "../pod/PodFailure.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import { type BuildState, evaluate, type Evaluation, latest, observed, type Seen, withSeen } from "./BuildState.js"
import type { BuildStore } from "./BuildStore.js"
import type { Definition, Interpretation, Observed } from "./Definition.js"
import * as LostLog from "./LostLog.js"
import * as OutcomeLimits from "./OutcomeLimits.js"
import type { RunningChild } from "./StateReader.js"
import * as Timing from "./Timing.js"

export interface Reconciler<Child> {
  /** Performs the step this state calls for and returns the resulting status, or none if another client won the race. */
  readonly reconcile: (
    snapshot: BuildState<Child>
  ) => Effect.Effect<Option.Option<BuildStatus.BuildStatus>, BackendError>
  /**
   * Reads a build from the server, performs the step its state calls for, and returns the resulting status. `seen` is what
   * the caller has seen and the server may not have any more.
   */
  readonly status: (
    ref: BuildRef,
    seen?: Seen
  ) => Effect.Effect<BuildStatus.BuildStatus, BuildNotFound | BackendError>
  /**
   * The same for a state that the informers have seen, and its evaluation. A success is stored as it was seen, because an
   * informer that lags behind cannot make one up; in any other case the build is read from the server.
   */
  readonly reconcileFromCache: (
    snapshot: BuildState<Child>,
    evaluation: Evaluation<Child>
  ) => Effect.Effect<BuildStatus.BuildStatus, BuildNotFound | BackendError>
  /**
   * Stops a build, which ends with `status` unless it has ended already. `isRemoved`: its record is deleted next, and a child
   * that is created late with it.
   */
  readonly stop: (
    ref: BuildRef,
    status: RecordMetadata.StopMark["status"],
    options?: { readonly isRemoved: boolean }
  ) => Effect.Effect<BuildStatus.Terminal, BuildNotFound | BackendError>
}

const logTailTimeout = "5 seconds"

export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  cluster: Cluster.Service,
  store: BuildStore<Child>
): Reconciler<Child> => {
  // A log that cannot be read must not keep the outcome from being stored.
  const logTail = (
    seen: Observed<Child>,
    pod?: BuildStatus.PodReference
  ): Effect.Effect<ReadonlyArray<string>> =>
    Effect.gen(function*() {
      const sources = definition.logs(seen).filter(({ state }) => state !== "waiting")
      const source = sources.findLast(({ name }) => name === pod?.name) ?? sources.at(-1)
      const none: ReadonlyArray<string> = []
      if (source === undefined) return none
      const { namespace } = seen.record.ref
      // A log that several containers write has a tail of each.
      return yield* Stream.runFold(
        cluster.logs(source.resource, source.name, {
          namespace,
          container: source.container,
          tailLines: OutcomeLimits.lines
        }),
        none,
        (last, line) => [...last, ...LostLog.lines(line).map(OutcomeLimits.line)].slice(-OutcomeLimits.lines)
      ).pipe(
        Effect.timeout(logTailTimeout),
        Effect.catchAll((error) =>
          Effect.as(Effect.logDebug(`The log tail of ${seen.record.ref} is not stored: ${error.message}`), none)
        ),
        Effect.map((lines) => lines.length > 0 ? lines : (source.tail ?? none).map(OutcomeLimits.line))
      )
    })

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

  // The first writer decides. Without the permission to write, the outcome that was seen is returned all the same.
  const storeOutcome = (
    record: RecordMetadata.RecordMetadata,
    seen: BuildStatus.Terminal
  ): Effect.Effect<Option.Option<BuildStatus.Terminal>, BackendError> =>
    Effect.gen(function*() {
      const status = OutcomeLimits.terminal(seen)
      const finishedAt = status._tag === "Succeeded" ? status.finishedAt : yield* DateTime.now
      const outcome = RecordMetadata.outcomeText(new RecordMetadata.Outcome({ status, finishedAt }, skipValidation))
      const written = yield* store.annotate(record, { [RecordMetadata.annotation.outcome]: outcome }).pipe(
        Effect.catchIf((error) => error.reason === "Forbidden", () =>
          Effect.as(
            Effect.logDebug(`The outcome of ${record.ref} is not stored: no permission to patch its record`),
            true
          ))
      )
      return written ? Option.some(status) : Option.none()
    })

  const addLogTail = (status: BuildStatus.Terminal, seen: Observed<Child>) =>
    status._tag === "Failed" || status._tag === "Errored"
      ? Effect.map(logTail(seen, status.pod), (lines) => withTail(status, lines))
      : Effect.succeed(status)

  const outcomeInLog = (
    seen: Observed<Child>,
    { fromLog }: Pick<Interpretation, "fromLog">
  ): Effect.Effect<BuildStatus.Terminal | undefined> =>
    fromLog === undefined ? Effect.succeed(undefined) : Effect.map(logTail(seen), fromLog)

  // The mark says how a build ended whose record is deleted (`goneWith`).
  const storeStopped = (record: RecordMetadata.RecordMetadata, status: BuildStatus.Terminal, isRemoved: boolean) =>
    isRemoved ? Effect.succeedSome(status) : storeOutcome(record, status)

  // What the platform decided before the child could be deleted takes precedence over the stop mark.
  const finishStop = (
    snapshot: BuildState<Child>,
    mark: RecordMetadata.StopMark,
    isRemoved = false
  ): Effect.Effect<Option.Option<BuildStatus.Terminal>, BackendError> =>
    Effect.gen(function*() {
      const stopped = (status: BuildStatus.Terminal) => storeStopped(snapshot.record, status, isRemoved)
      const child = latest(snapshot.children)
      if (child === undefined) return yield* stopped(mark.status)
      const seen = observed(snapshot, child)
      const interpretation = definition.interpret(seen)
      const status = (yield* outcomeInLog(seen, interpretation)) ?? interpretation.ending?.status ??
        interpretation.status
      if (status._tag === "Succeeded" || status._tag === "Failed") {
        return yield* storeOutcome(snapshot.record, yield* addLogTail(status, seen))
      }
      const outcome = yield* addLogTail(mark.status, seen)
      return (yield* store.deleteChild(child)) ? yield* stopped(outcome) : Option.none()
    })

  /** A child that runs has decided nothing, and its log is not stored. */
  const stopRunning = (
    record: RecordMetadata.RecordMetadata,
    child: RunningChild,
    isRemoved: boolean
  ): Effect.Effect<Option.Option<BuildStatus.Terminal>, BackendError> =>
    Effect.flatMap(
      store.deleteRunning(record.ref, child),
      (deleted) => deleted ? storeStopped(record, new BuildStatus.Cancelled({}), isRemoved) : Effect.succeedNone
    )

  // The beginning is stored for later readers; that it cannot be must not hide the status.
  const storeBeginning = (record: RecordMetadata.RecordMetadata, begun: RecordMetadata.Begun): Effect.Effect<void> =>
    Effect.ignoreLogged(
      store.annotate(record, { [RecordMetadata.annotation.begun]: RecordMetadata.begunText(begun) })
    )

  // A create request that was under way when the build was stopped may succeed afterwards. The outcome does not depend on
  // whether that child can be deleted.
  const deleteLateChild = (snapshot: BuildState<Child>): Effect.Effect<void> => {
    const child = latest(snapshot.children)
    if (child === undefined || Option.isNone(snapshot.record.stop)) return Effect.void
    const { ending, status } = definition.interpret(observed(snapshot, child))
    return ending !== undefined || BuildStatus.isTerminal(status)
      ? Effect.void
      : Effect.asVoid(store.deleteChild(child)).pipe(
        Effect.catchAll((error) =>
          Effect.logDebug(
            `${child.metadata.name} was made after its build was stopped, and is not deleted: ${error.message}`
          )
        )
      )
  }

  // The error of a build that exceeded its deadline has the reason why it was pending; a build in a queue has no deadline.
  const explain = (
    snapshot: BuildState<Child>,
    exceeded: Extract<Evaluation<Child>, { readonly _tag: "DeadlineExceeded" }>
  ) =>
    Effect.gen(function*() {
      if (exceeded.explainedBy === undefined || snapshot.events.length > 0) return exceeded
      const events = yield* store.events(exceeded.explainedBy, snapshot.record.ref.namespace)
      const explained = evaluate(definition, { ...snapshot, events }, yield* DateTime.now)
      return explained._tag === "DeadlineExceeded" || explained._tag === "InProgress" ? explained : exceeded
    })

  const perform = (
    snapshot: BuildState<Child>,
    evaluation: Evaluation<Child>
  ): Effect.Effect<Option.Option<BuildStatus.BuildStatus>, BackendError> =>
    Effect.gen(function*() {
      const { record } = snapshot
      switch (evaluation._tag) {
        case "Finalized":
          yield* deleteLateChild(snapshot)
          return Option.some(evaluation.status)
        case "InProgress":
          if (evaluation.begins !== undefined) yield* storeBeginning(record, evaluation.begins)
          return Option.some(evaluation.status)
        case "Stop": {
          const { observed, status } = evaluation
          yield* mark(record, new BuildStatus.Errored({ ...status, logTail: yield* logTail(observed, status.pod) }))
          return Option.none()
        }
        case "Stopping":
          return yield* finishStop(snapshot, evaluation.mark)
        case "Terminal": {
          const { observed, status } = evaluation
          const found = yield* outcomeInLog(observed, evaluation)
          return yield* storeOutcome(record, found ?? (yield* addLogTail(status, observed)))
        }
        case "DeadlineExceeded": {
          const explained = yield* explain(snapshot, evaluation)
          if (explained._tag === "InProgress") return Option.some(explained.status)
          yield* mark(record, explained.status)
          return Option.none()
        }
        case "Retry": {
          const child = latest(snapshot.children)
          const seen = child === undefined ? undefined : observed(snapshot, child)
          const found = seen === undefined ? undefined : yield* outcomeInLog(seen, definition.interpret(seen))
          if (found !== undefined) return yield* storeOutcome(record, found)
          yield* store.record(record.ref).pipe(
            Effect.flatMap((whole) =>
              Option.isNone(whole.stop) && Option.isNone(whole.outcome)
                ? store.createChild(whole, evaluation.attempt)
                : Effect.void
            ),
            // The cluster accepted an earlier attempt and rejects this one, so the build cannot go on.
            Effect.catchTags({
              BuildRejected: (rejected) =>
                mark(record, BuildStatus.errored("AdmissionDenied", { message: rejected.message })),
              // The next read finds that out.
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
                message: `its ${definition.child.kind} does not exist: it was not created yet, ` +
                  "or it was deleted; building the same input again creates it"
              })
            })
          )
      }
    })

  const reconcile: Reconciler<Child>["reconcile"] = (snapshot) =>
    Effect.flatMap(DateTime.now, (now) => perform(snapshot, evaluate(definition, snapshot, now)))

  const markText = (status: RecordMetadata.StopMark["status"]): string =>
    RecordMetadata.stopMarkText(
      new RecordMetadata.StopMark({ status: status._tag === "Errored" ? OutcomeLimits.errored(status) : status })
    )

  const mark = (record: RecordMetadata.RecordMetadata, status: RecordMetadata.StopMark["status"]) =>
    store.annotate(record, { [RecordMetadata.annotation.stop]: markText(status) })

  // Each time that another client wins the race, the build has made progress; after twenty times it is a conflict.
  const untilWon = <A, E>(
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
              operation: `reconcile ${ref}`,
              detail: "its record changes faster than it can be written"
            })
          ),
        onSome: Effect.succeed
      }))
    )

  const status: Reconciler<Child>["status"] = (ref, seen = { attemptSeen: 0, lostPods: [] }) =>
    untilWon(ref, Effect.flatMap(store.state(ref), (snapshot) => reconcile(withSeen(snapshot, seen))))

  const reconcileFromCache: Reconciler<Child>["reconcileFromCache"] = (snapshot, evaluation) =>
    Effect.gen(function*() {
      const isSuccess = evaluation._tag === "Terminal" && evaluation.status._tag === "Succeeded"
      const stored = isSuccess ? yield* perform(snapshot, evaluation) : Option.none()
      return Option.isSome(stored) ? stored.value : yield* status(snapshot.record.ref, {
        attemptSeen: snapshot.attemptSeen,
        // A pod of the informer may be deleted on the server already.
        lostPods: [...snapshot.lostPods, ...snapshot.pods.filter(PodFailure.isOver)]
      })
    })

  return {
    reconcile,
    status,
    reconcileFromCache,
    stop: (ref, stopped, { isRemoved } = { isRemoved: false }) =>
      Effect.suspend(() => {
        let isMarked = false
        let hasWaited = false
        return untilWon(
          ref,
          Effect.gen(function*() {
            const marked = isMarked ? Option.none() : yield* store.stop(ref, markText(stopped))
            isMarked = true
            const found = Option.isSome(marked) ? marked.value : yield* store.summary(ref)
            if (Option.isSome(found.outcome) && !hasWaited) return Option.some(found.outcome.value.status)
            if (Option.isNone(found.outcome) && Option.isNone(found.stop)) {
              // It has a mark or an outcome that cannot be read.
              yield* mark(found, stopped)
              return Option.none()
            }
            const isCancelled = Option.isNone(found.outcome) &&
              Option.exists(found.stop, ({ status }) => status._tag === "Cancelled")
            const state = yield* isCancelled ? store.toStop(found) : store.stateOf(found)
            if (!("record" in state)) return yield* stopRunning(found, state, isRemoved)
            if (state.children.length === 0 && !hasWaited && !isRemoved) {
              // The request that creates its child may be under way.
              hasWaited = true
              yield* Effect.sleep(Timing.lateChild)
              return Option.none()
            }
            return Option.isNone(found.outcome) && Option.isSome(found.stop)
              ? yield* finishStop(state, found.stop.value, isRemoved)
              : Option.filter(yield* reconcile(state), BuildStatus.isTerminal)
          })
        )
      })
  }
}
