/**
 * A local view of the objects of one kind, kept up to date by one list and watch that all its users share.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Stream from "effect/Stream"
import type { ClusterError } from "./ClusterError.js"

/**
 * A change of one object. `Deleted` carries the last state that was seen.
 *
 * @since 0.1.0
 * @category models
 */
export type Change<A> =
  | { readonly _tag: "Updated"; readonly object: A }
  | { readonly _tag: "Deleted"; readonly object: A }

/**
 * @since 0.1.0
 * @category models
 */
export interface Reflector<A> {
  /** The object as last seen; waits for the first list. */
  readonly get: (name: string, namespace?: string) => Effect.Effect<Option.Option<A>, ClusterError>
  /** All of them as last seen; waits for the first list. */
  readonly list: Effect.Effect<ReadonlyArray<A>, ClusterError>
  /**
   * Those that `where` accepts: first every one there is (as `Updated`), then each change. Per object the latest state
   * wins when the reader is slow; a deletion is never left out, and order is kept per object.
   */
  readonly changes: (where: (object: A) => boolean) => Stream.Stream<Change<A>, ClusterError>
}
