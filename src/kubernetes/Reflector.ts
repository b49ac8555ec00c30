/**
 * A local store of the objects of one kind, kept up to date by a list and a watch that all its users share.
 *
 * @since 0.1.0
 */
import type * as Effect from "effect/Effect"
import type * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { ClusterError } from "./ClusterError.js"

/**
 * A change of one object. `Deleted` carries the last observed state.
 *
 * @since 0.1.0
 * @category models
 */
export type Change<A> =
  | { readonly _tag: "Updated"; readonly object: A }
  | { readonly _tag: "Deleted"; readonly object: A }

/**
 * A synced cache of a selection of objects, as client-go's informers and kube-rs's reflectors keep one.
 *
 * During an outage of the API server the store keeps its state and its readers wait. When the server refuses the list or watch
 * (401, 403, 404), readers that wait for the first list get the error at once; readers of a synced store get it once the
 * refusal has lasted for half a minute. The reflector retries slowly.
 *
 * @example
 * ```ts
 * import { Cluster, Resources } from "effect-os-builder"
 * import { Console, Effect, Stream } from "effect"
 *
 * const watchJobs = Effect.scoped(Effect.gen(function*() {
 *   const jobs = yield* Cluster.reflect(Resources.Job, { namespace: "builds" })
 *   const now = yield* jobs.list
 *   yield* Console.log(`${now.length} jobs`)
 *   yield* jobs.changes(({ metadata }) => metadata.name.startsWith("os-build-")).pipe(
 *     Stream.runForEach(({ _tag, object }) => Console.log(`${_tag} ${object.metadata.name}`))
 *   )
 * }))
 * ```
 *
 * @since 0.1.0
 * @category models
 */
export interface Reflector<A> {
  /** The last observed state of an object; waits for the first list. The default namespace is that of the selection. */
  readonly get: (name: string, namespace?: string) => Effect.Effect<Option.Option<A>, ClusterError>
  /** The last observed state of all objects; waits for the first list. */
  readonly list: Effect.Effect<ReadonlyArray<A>, ClusterError>
  /**
   * The changes of the objects that `where` accepts: first each existing one (as `Updated`), then each change. `where` must
   * depend on immutable fields only: name, labels that do not change, owner. A slow consumer receives only the latest state of
   * each object, but each deletion and the last state before it; the order per object is kept. A consumer that is ten thousand
   * deletions behind fails with `Expired`.
   */
  readonly changes: (where: (object: A) => boolean) => Stream.Stream<Change<A>, ClusterError>
  /**
   * Calls `onChange` with each existing object (as `Updated`), and then with each change when it is observed. Changes are not
   * merged or buffered, so `onChange` has to return quickly. Waits for the first list. `onError` is called when the reflector
   * ends.
   */
  readonly subscribe: (
    onChange: (change: Change<A>) => void,
    onError: (error: ClusterError) => void
  ) => Effect.Effect<void, ClusterError, Scope.Scope>
  /**
   * The objects for which `indexBy` returns `key`, to be read on demand; waits for the first list. `indexBy` must depend on
   * immutable fields only. All followers with the same function share one index, so that a read or a change costs as much as
   * there are objects with that key, however many followers there are.
   *
   * `changed` is opened at each change and at an error; several followers may share one latch. Close it before reading.
   */
  readonly follow: (
    indexBy: (object: A) => string | undefined,
    key: string,
    changed: Effect.Latch
  ) => Effect.Effect<Follower<A>, ClusterError, Scope.Scope>
}

/**
 * Reads the objects with one key of an index.
 *
 * @since 0.1.0
 * @category models
 */
export interface Follower<A> {
  /** Does not wait. Fails with `Expired` after ten thousand deletions without a read. */
  readonly read: Effect.Effect<IndexedObjects<A>, ClusterError>
}

/**
 * The existing objects with a key, and the last states of those deleted since the previous read.
 *
 * @since 0.1.0
 * @category models
 */
export interface IndexedObjects<A> {
  readonly objects: ReadonlyArray<A>
  readonly deleted: ReadonlyArray<A>
}

/**
 * The selection of a reflector; without a namespace, all namespaces.
 *
 * @internal
 */
export interface Selected {
  readonly namespace: string | undefined
  readonly labelSelector: string | undefined
  readonly fieldSelector: string | undefined
}
