/**
 * The last observed state of a selection of objects, and its subscribers. Every update is synchronous, so a reader never sees
 * a partial one.
 */
import * as Either from "effect/Either"
import type { ClusterError } from "../ClusterError.js"
import type { DecodedObject } from "../decode/WatchEvent.js"
import type { Change } from "../Reflector.js"
import * as Indexer from "./Indexer.js"

interface Entry<A> {
  readonly uid: string
  resourceVersion: string
  object: A
}

export interface Subscriber<A> {
  readonly offer: (uid: string, change: Change<A>) => void
  /** Ends the subscription with an error. */
  readonly fail: (error: ClusterError) => void
}

export interface Store<A> {
  readonly entries: ReadonlyMap<string, Readonly<Entry<A>>>
  readonly apply: (decoded: DecodedObject<A>) => void
  readonly remove: (decoded: DecodedObject<A>) => void
  /** Replaces all objects by a full list: objects that are missing in it were deleted. */
  readonly replace: (list: ReadonlyMap<string, DecodedObject<A>>) => void
  /** Offers the existing objects to a subscriber, and then each change. */
  readonly subscribe: (subscriber: Subscriber<A>) => void
  readonly unsubscribe: (subscriber: Subscriber<A>) => void
  /** The index by a function; calls with the same function share one index. */
  readonly index: (indexBy: Indexer.IndexBy<A>) => Indexer.Indexer<A>
  /** Fails every subscriber and follower. */
  readonly fail: (error: ClusterError) => void
}

export const make = <A>(): Store<A> => {
  const entries = new Map<string, Entry<A>>()
  const subscribers = new Set<Subscriber<A>>()
  const indexes = new Map<Indexer.IndexBy<A>, Indexer.Indexer<A>>()

  const notify = (uid: string, change: Change<A>) => {
    for (const subscriber of subscribers) {
      subscriber.offer(uid, change)
    }
  }

  const deleteEntry = (key: string, entry: Entry<A>, last: A) => {
    entries.delete(key)
    for (const index of indexes.values()) {
      index.remove(entry.object, last)
    }
    notify(entry.uid, { _tag: "Deleted", object: last })
  }

  // An object that does not match the schema keeps its last valid state, if it had one.
  const apply = ({ key, object, resourceVersion, uid }: DecodedObject<A>) => {
    const previous = entries.get(key)
    if (previous !== undefined && previous.uid !== uid) {
      deleteEntry(key, previous, previous.object)
    }
    if (Either.isLeft(object) || (previous?.uid === uid && previous.resourceVersion === resourceVersion)) {
      return
    }
    for (const index of indexes.values()) {
      index.set(previous?.uid === uid ? previous.object : undefined, object.right)
    }
    if (previous?.uid === uid) {
      previous.resourceVersion = resourceVersion
      previous.object = object.right
    } else {
      entries.set(key, { uid, resourceVersion, object: object.right })
    }
    notify(uid, { _tag: "Updated", object: object.right })
  }

  return {
    entries,
    apply,
    remove: ({ key, object, uid }) => {
      const previous = entries.get(key)
      if (previous?.uid === uid) {
        deleteEntry(key, previous, Either.getOrElse(object, () => previous.object))
      }
    },
    replace: (list) => {
      for (const [key, previous] of entries) {
        if (list.get(key)?.uid !== previous.uid) {
          deleteEntry(key, previous, previous.object)
        }
      }
      for (const decoded of list.values()) {
        apply(decoded)
      }
    },
    subscribe: (subscriber) => {
      subscribers.add(subscriber)
      for (const { object, uid } of entries.values()) {
        subscriber.offer(uid, { _tag: "Updated", object })
      }
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
      for (const { object } of entries.values()) {
        index.set(undefined, object)
      }
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
