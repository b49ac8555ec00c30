/**
 * The last observed state of a selection of objects, and its subscribers. Every update is synchronous, so a reader never sees
 * a partial one.
 */
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import type { ClusterError } from "../ClusterError.js"
import type { DecodedObject } from "../decode/WatchEvent.js"
import type { Change } from "../Reflector.js"
import * as Indexer from "./Indexer.js"
import * as NameMap from "./NameMap.js"

/** The stored form of an object: the object itself if its schema keeps uid and version, as those in `Resources` do. */
type Kept<A> = A | WithVersion<A>

class WithVersion<A> {
  readonly uid: string
  readonly resourceVersion: string
  readonly object: A
  constructor(uid: string, resourceVersion: string, object: A) {
    this.uid = uid
    this.resourceVersion = resourceVersion
    this.object = object
  }
}

const isWithVersion = <A>(kept: Kept<A>): kept is WithVersion<A> => kept instanceof WithVersion

const objectOf = <A>(kept: Kept<A>): A => isWithVersion(kept) ? kept.object : kept

const metadataOf = (object: unknown): { readonly [name: string]: unknown } =>
  Predicate.isReadonlyRecord(object) && Predicate.isReadonlyRecord(object["metadata"]) ? object["metadata"] : {}

const hasUid = <A>(kept: Kept<A>, uid: string): boolean =>
  isWithVersion(kept) ? kept.uid === uid : metadataOf(kept)["uid"] === uid

const hasVersion = <A>(kept: Kept<A>, resourceVersion: string): boolean =>
  isWithVersion(kept)
    ? kept.resourceVersion === resourceVersion
    : metadataOf(kept)["resourceVersion"] === resourceVersion

const uidOf = <A>(kept: Kept<A>): string => {
  const uid = isWithVersion(kept) ? kept.uid : metadataOf(kept)["uid"]
  return Predicate.isString(uid) ? uid : ""
}

const keep = <A>({ resourceVersion, uid }: DecodedObject<A>, object: A): Kept<A> =>
  hasUid(object, uid) && hasVersion(object, resourceVersion) ? object : new WithVersion(uid, resourceVersion, object)

export interface Subscriber<A> {
  readonly offer: (uid: string, change: Change<A>) => void
  /** Ends the subscription with an error. */
  readonly fail: (error: ClusterError) => void
}

export interface Store<A> {
  readonly size: () => number
  readonly get: (key: NameMap.Key) => A | undefined
  readonly list: () => Array<A>
  readonly apply: (decoded: DecodedObject<A>) => void
  readonly remove: (decoded: DecodedObject<A>) => void
  /** Replaces all objects by a full list: objects that are missing in it were deleted. */
  readonly replace: (list: NameMap.NameMap<DecodedObject<A>>) => void
  /** Offers the existing objects to a subscriber, and then each change. */
  readonly subscribe: (subscriber: Subscriber<A>) => void
  readonly unsubscribe: (subscriber: Subscriber<A>) => void
  /** The index by a function; calls with the same function share one index. */
  readonly index: (indexBy: Indexer.IndexBy<A>) => Indexer.Indexer<A>
  /** Fails every subscriber and follower. */
  readonly fail: (error: ClusterError) => void
}

export const make = <A>(): Store<A> => {
  const entries = NameMap.make<Kept<A>>()
  const subscribers = new Set<Subscriber<A>>()
  const indexes = new Map<Indexer.IndexBy<A>, Indexer.Indexer<A>>()

  const notify = (uid: string, change: Change<A>) => {
    for (const subscriber of subscribers) {
      subscriber.offer(uid, change)
    }
  }

  const deleteEntry = (key: NameMap.Key, kept: Kept<A>, last: A) => {
    entries.delete(key)
    for (const index of indexes.values()) {
      index.remove(objectOf(kept), last)
    }
    notify(uidOf(kept), { _tag: "Deleted", object: last })
  }

  // An object that does not match the schema keeps its last valid state, if it had one.
  const apply = (decoded: DecodedObject<A>) => {
    const { object, resourceVersion, uid } = decoded
    const previous = entries.get(decoded)
    const isSame = previous !== undefined && hasUid(previous, uid)
    if (previous !== undefined && !isSame) {
      deleteEntry(decoded, previous, objectOf(previous))
    }
    if (Either.isLeft(object) || (isSame && hasVersion(previous, resourceVersion))) {
      return
    }
    for (const index of indexes.values()) {
      index.set(isSame ? objectOf(previous) : undefined, object.right)
    }
    entries.set(decoded, keep(decoded, object.right))
    notify(uid, { _tag: "Updated", object: object.right })
  }

  return {
    size: entries.size,
    get: (key) => {
      const kept = entries.get(key)
      return kept === undefined ? undefined : objectOf(kept)
    },
    list: () => {
      const objects: Array<A> = []
      entries.forEach((kept) => objects.push(objectOf(kept)))
      return objects
    },
    apply,
    remove: (decoded) => {
      const previous = entries.get(decoded)
      if (previous !== undefined && hasUid(previous, decoded.uid)) {
        deleteEntry(decoded, previous, Either.getOrElse(decoded.object, () => objectOf(previous)))
      }
    },
    replace: (list) => {
      entries.forEach((previous, key) => {
        const decoded = list.get(key)
        if (decoded === undefined || !hasUid(previous, decoded.uid)) {
          deleteEntry(key, previous, objectOf(previous))
        }
      })
      list.forEach(apply)
    },
    subscribe: (subscriber) => {
      subscribers.add(subscriber)
      entries.forEach((kept) => subscriber.offer(uidOf(kept), { _tag: "Updated", object: objectOf(kept) }))
    },
    unsubscribe: (subscriber) => {
      subscribers.delete(subscriber)
    },
    index: (indexBy) => {
      const existing = indexes.get(indexBy)
      if (existing !== undefined) {
        return existing
      }
      const index = Indexer.make(indexBy, () => indexes.delete(indexBy))
      entries.forEach((kept) => index.set(undefined, objectOf(kept)))
      indexes.set(indexBy, index)
      return index
    },
    fail: (error) => {
      for (const subscriber of subscribers) {
        subscriber.fail(error)
      }
      for (const index of indexes.values()) {
        index.fail(error)
      }
    }
  }
}
