/**
 * The requests that following a build takes; each ends in an event of the build.
 */
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import { BackendError, type BuildNotFound } from "../../core/BuildError.js"
import type * as BuildStatus from "../../core/BuildStatus.js"
import * as RetryPolicy from "../../effect/RetryPolicy.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as BuildRecord from "../record/BuildRecord.js"
import type { ControllerContext } from "./ControllerContext.js"
import type { Event, WatchedBuild, Work } from "./WatchedBuild.js"

export interface BuildRequests<Child> {
  readonly work: (build: WatchedBuild<Child>, work: Work<Child>) => Effect.Effect<Event<Child>>
  /** Reads the events of the object with this uid. */
  readonly explain: (build: WatchedBuild<Child>, uid: string) => Effect.Effect<Event<Child>>
}

export const make = <Child extends Resource.Metadata>(
  { definition, reconciler, store }: ControllerContext<Child>
): BuildRequests<Child> => {
  const requested = (
    build: WatchedBuild<Child>,
    work: Work<Child>
  ): Effect.Effect<Event<Child>, BuildNotFound | BackendError> => {
    const { ref } = build.metadata
    switch (work._tag) {
      case "Reconcile":
        return reconciled(reconciler.reconcileFromCache(work.snapshot, work.evaluation))
      case "Confirm":
        return reconciled(reconciler.status(ref, build))
      case "ReadRecord":
        return Effect.zipWith(store.record(ref), DateTime.now, (record, now) => ({
          _tag: "RecordRead",
          record: BuildRecord.summaryOf(record),
          now
        }))
    }
  }

  const reconciled = <E>(status: Effect.Effect<BuildStatus.BuildStatus, E>): Effect.Effect<Event<Child>, E> =>
    Effect.zipWith(status, DateTime.now, (status, now) => ({ _tag: "Reconciled", status, now }))

  const noDefects = (operation: string) =>
    Effect.catchAllDefect((cause) =>
      new BackendError({ backend: definition.name, reason: "Unexpected", operation, detail: "a defect", cause })
    )

  const failed = ({ failures }: WatchedBuild<Child>) => (error: BackendError): Effect.Effect<Event<Child>> =>
    Effect.zipWith(
      DateTime.now,
      RetryPolicy.delay(failures + 1, error.retryAfter),
      (now, delay): Event<Child> => ({ _tag: "Failed", error, now, delay })
    ).pipe(Effect.tap(error.cause instanceof BuildRecord.Unreadable ? Effect.logWarning(error.message) : Effect.void))

  return {
    work: (build, work) =>
      requested(build, work).pipe(
        noDefects(`reconcile ${build.metadata.ref}`),
        Effect.catchTags({
          BuildNotFound: () => Effect.map(DateTime.now, (now): Event<Child> => ({ _tag: "NotFound", now })),
          BackendError: failed(build)
        })
      ),
    explain: ({ metadata: { ref } }, uid) =>
      store.events(uid, ref.namespace).pipe(
        noDefects(`explain ${ref}`),
        Effect.either,
        Effect.zipWith(DateTime.now, (found, now): Event<Child> =>
          Either.isLeft(found)
            ? { _tag: "ExplainFailed", error: found.left, now }
            : { _tag: "Explained", events: found.right, now })
      )
  }
}
