/**
 * Reads the status of a build once, with the reason why the build waits. (Streams find out that reason while they wait.)
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import type { BackendError, BuildNotFound } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import type * as Resource from "../../kubernetes/Resource.js"
import { type BuildState, evaluate, type Evaluation } from "./BuildState.js"
import type { ControllerContext } from "./ControllerContext.js"
import type { SlotHolder } from "./Definition.js"
import { backendError } from "./ErrorMapping.js"

type InProgress<Child> = Extract<Evaluation<Child>, { readonly _tag: "InProgress" }>

/** Finds the holder of a slot; absent where builds do not queue for one. */
export type Slot = Effect.Effect<SlotHolder, ClusterError> | undefined

export interface OneShotStatus<Child> {
  /** For a build that has ended, only the record is read. */
  readonly of: (ref: BuildRef) => Effect.Effect<BuildStatus.BuildStatus, BuildNotFound | BackendError>
  /** The status of a build whose record was just read. `slot` is shared by several builds of one namespace. */
  readonly ofState: (
    state: BuildState<Child>,
    slot?: Slot
  ) => Effect.Effect<BuildStatus.BuildStatus, BuildNotFound | BackendError>
  /** Finds the holder of a namespace's slot when the first build waits for it, once. */
  readonly slotOf: (namespace: string) => Effect.Effect<Slot>
}

export const make = <Child extends Resource.Metadata>(
  { definition, reconciler, store }: ControllerContext<Child>
): OneShotStatus<Child> => {
  const withEvents = (state: BuildState<Child>, { explainedBy, status }: InProgress<Child>) =>
    Effect.gen(function*() {
      if (explainedBy === undefined) return status
      const events = yield* store.events(explainedBy, state.record.ref.namespace)
      const explained = evaluate(definition, { ...state, events }, yield* DateTime.now)
      return explained._tag === "InProgress" ? explained.status : status
    })

  // A pod that waits for the slot of its node has been refused by anti-affinity; another queue names itself.
  const withHolder = (ref: BuildRef, status: BuildStatus.BuildStatus, slot: Slot) =>
    Effect.gen(function*() {
      const isPending = status._tag === "Pending" || status._tag === "Running"
      if (slot === undefined || !isPending || status.blocked?.upstreamReason !== "Unschedulable") return status
      if (status.blocked.reason !== "Queued") return status
      const holderOf = yield* Effect.mapError(
        slot,
        backendError(definition.name, `find the build that ${ref} waits for`)
      )
      const holder = holderOf(ref)
      return holder === undefined ? status : blockedBy(status, holder)
    })

  // A reason that cannot be read must not hide the status.
  const explain = (state: BuildState<Child>, evaluation: InProgress<Child>, slot: Slot) =>
    withEvents(state, evaluation).pipe(
      Effect.flatMap((status) => withHolder(state.record.ref, status, slot)),
      Effect.catchAll((error) => Effect.as(Effect.logDebug(error.message), evaluation.status))
    )

  const ofState: OneShotStatus<Child>["ofState"] = (
    state,
    slot = definition.slotHolder?.(state.record.ref.namespace)
  ) =>
    Effect.gen(function*() {
      const { ref } = state.record
      const evaluation = evaluate(definition, state, yield* DateTime.now)
      if (evaluation._tag === "InProgress") {
        if (evaluation.begins !== undefined) yield* reconciler.reconcile(state)
        return yield* explain(state, evaluation, slot)
      }
      // The record was read before the children: in between, the build may have been stopped.
      if (evaluation._tag === "ChildMissing") return yield* reconciler.status(ref)
      const reconciled = yield* reconciler.reconcile(state)
      return Option.isSome(reconciled) ? reconciled.value : yield* reconciler.status(ref)
    })

  return {
    of: (ref) =>
      Effect.flatMap(store.summary(ref), (record) =>
        // A child that is created after the stop is deleted by the client that finds it.
        Option.isSome(record.outcome) && Option.isNone(record.stop)
          ? Effect.succeed(record.outcome.value.status)
          : Effect.flatMap(store.stateOf(record), (state) => ofState(state))),
    ofState,
    slotOf: (namespace) => {
      const find = definition.slotHolder?.(namespace)
      return find === undefined ? Effect.succeed(undefined) : Effect.cached(find)
    }
  }
}

const blockedBy = (
  status: BuildStatus.Pending | BuildStatus.Running,
  holder: string
): BuildStatus.Pending | BuildStatus.Running => {
  if (status.blocked === undefined) return status
  const blocked = new BuildStatus.Blocked({
    ...status.blocked,
    message: `${status.blocked.message}; it waits for ${holder}`
  })
  return status._tag === "Pending"
    ? new BuildStatus.Pending({ ...status, blocked })
    : new BuildStatus.Running({ ...status, blocked })
}
