/**
 * Reads the records of one fingerprint from the informer of a backend's records instead of a list: a caller that follows the build
 * that it submits opens that informer anyway.
 */
import * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type { BuildRef } from "../../core/BuildRef.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import type { ControllerContext } from "./ControllerContext.js"
import type { FingerprintRecords } from "./FingerprintLookup.js"
import * as Informers from "./Informers.js"
import * as Timing from "./Timing.js"

/**
 * All records that existed when `ref` was created, and possibly later ones: a watch shows objects in the order in which they
 * were written. None if the informer does not show `ref` in time.
 */
export type RecordWatch = (ref: BuildRef) => Effect.Effect<Option.Option<FingerprintRecords>>

const fingerprintOf = ({ metadata }: Resource.Metadata): string | undefined =>
  metadata.labels?.[RecordMetadata.label.fingerprint]

/** Opens the informer and does not wait for it. It stays open for some time after the scope is closed. */
export const open = <Child extends Resource.Metadata>(
  context: Pick<ControllerContext<Child>, "cluster" | "definition">,
  namespace: string,
  fingerprint: string
): Effect.Effect<RecordWatch, never, Scope.Scope> =>
  Effect.map(Informers.records(context, namespace), (records): RecordWatch => (ref) =>
    Effect.gen(function*() {
      const changed = Effect.unsafeMakeLatch(false)
      const follower = yield* records.follow(fingerprintOf, fingerprint, changed)
      while (true) {
        changed.unsafeClose()
        const { objects } = yield* follower.read
        if (objects.some(({ metadata }) => metadata.uid === ref.uid)) return objects
        yield* changed.await
      }
    }).pipe(
      Effect.scoped,
      Effect.timeoutOption(Timing.recordShown),
      // A list reports why the records cannot be read.
      Effect.catchAll(() => Effect.succeedNone)
    ))
