/**
 * A local view of the objects of one kind, kept up to date by one list and watch that all its users share.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
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
 * While the API server is away, the view stays as it was and its readers wait. When the server refuses (401, 403, 404), who
 * waits for the first list gets that error at once, and the readers of a view that worked before get it once it has lasted
 * for half a minute; the view goes on asking, slowly.
 *
 * @since 0.1.0
 * @category models
 */
export interface Reflector<A> {
  /** The object as last seen; waits for the first list. The namespace is by default that of the selection. */
  readonly get: (name: string, namespace?: string) => Effect.Effect<Option.Option<A>, ClusterError>
  /** All of them as last seen; waits for the first list. */
  readonly list: Effect.Effect<ReadonlyArray<A>, ClusterError>
  /**
   * Those that `where` accepts: first every one there is (as `Updated`), then each change. `where` is about what does not
   * change in an object's life: its name, its labels, its owner. Per object the latest state wins when the reader is slow;
   * a deletion is never left out, nor the last state before it, and order is kept per object. A reader that falls behind by
   * ten thousand deletions gets `Expired`.
   */
  readonly changes: (where: (object: A) => boolean) => Stream.Stream<Change<A>, ClusterError>
  /**
   * Calls `tell` with every object there is (as `Updated`), and with each change as it is seen: none is merged or kept for
   * later, so `tell` has to be quick. Waits for the first list. `fail` is called when the view ends.
   */
  readonly subscribe: (
    tell: (change: Change<A>) => void,
    fail: (error: ClusterError) => void
  ) => Effect.Effect<void, ClusterError, Scope.Scope>
  /**
   * Those for which `by` gives `key`, to be looked at at one's own time; waits for the first list. `by` is about what does
   * not change in an object's life. However many follow by the same function, each at another key, to look costs no more
   * than the objects of that key, and so does a change of them.
   *
   * `news` is opened whenever there is something to see, be it an error: who follows several views waits at one latch.
   * Close it before looking.
   */
  readonly follow: (
    by: (object: A) => string | undefined,
    key: string,
    news: Effect.Latch
  ) => Effect.Effect<Follower<A>, ClusterError, Scope.Scope>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface Follower<A> {
  /** Never waits. Whoever looks only after ten thousand deletions gets `Expired`. */
  readonly look: Effect.Effect<Sighting<A>, ClusterError>
}

/**
 * What is there now, and the last states of what was deleted since one looked before.
 *
 * @since 0.1.0
 * @category models
 */
export interface Sighting<A> {
  readonly there: ReadonlyArray<A>
  readonly gone: ReadonlyArray<A>
}

/**
 * What a reflector follows; without a namespace, all of them.
 *
 * @internal
 */
export interface Selected {
  readonly namespace: string | undefined
  readonly labelSelector: string | undefined
  readonly fieldSelector: string | undefined
}
