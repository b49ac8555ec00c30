/**
 * The objects of a selection as last seen, and those who follow them. Everything in it happens at once: a reader sees the
 * state before or after, never between.
 */
import * as Either from "effect/Either"
import type { ClusterError } from "../ClusterError.js"
import type { Observed } from "../decode/WatchEvent.js"
import type { Change } from "../Reflector.js"
import * as Indexer from "./Indexer.js"

interface Entry<A> {
  readonly uid: string
  resourceVersion: string
  object: A
}

export interface Reader<A> {
  readonly offer: (uid: string, change: Change<A>) => void
  /** There will be no more. */
  readonly fail: (error: ClusterError) => void
}

export interface Store<A> {
  readonly entries: ReadonlyMap<string, Readonly<Entry<A>>>
  readonly apply: (observed: Observed<A>) => void
  readonly remove: (observed: Observed<A>) => void
  /** Takes a whole list for the truth: what is missing in it was deleted. */
  readonly replace: (all: ReadonlyMap<string, Observed<A>>) => void
  /** Tells a reader what is there, and from then on what changes. */
  readonly add: (reader: Reader<A>) => void
  readonly drop: (reader: Reader<A>) => void
  /** The index by a function; those who follow by the same one share it. */
  readonly index: (by: Indexer.By<A>) => Indexer.Indexer<A>
  /** Ends every reader and follower with an error. */
  readonly fail: (error: ClusterError) => void
}

export const make = <A>(): Store<A> => {
  const entries = new Map<string, Entry<A>>()
  const readers = new Set<Reader<A>>()
  const indexes = new Map<Indexer.By<A>, Indexer.Indexer<A>>()

  const tell = (uid: string, change: Change<A>) => {
    for (const reader of readers) {
      reader.offer(uid, change)
    }
  }

  const forget = (key: string, entry: Entry<A>, last: A) => {
    entries.delete(key)
    for (const index of indexes.values()) {
      index.remove(entry.object, last)
    }
    tell(entry.uid, { _tag: "Deleted", object: last })
  }

  // An object that the schema refuses stays as it was last understood, or unknown.
  const apply = ({ key, object, resourceVersion, uid }: Observed<A>) => {
    const before = entries.get(key)
    if (before !== undefined && before.uid !== uid) {
      forget(key, before, before.object)
    }
    if (Either.isLeft(object) || (before?.uid === uid && before.resourceVersion === resourceVersion)) {
      return
    }
    for (const index of indexes.values()) {
      index.set(before?.uid === uid ? before.object : undefined, object.right)
    }
    if (before?.uid === uid) {
      before.resourceVersion = resourceVersion
      before.object = object.right
    } else {
      entries.set(key, { uid, resourceVersion, object: object.right })
    }
    tell(uid, { _tag: "Updated", object: object.right })
  }

  return {
    entries,
    apply,
    remove: ({ key, object, uid }) => {
      const before = entries.get(key)
      if (before?.uid === uid) {
        forget(key, before, Either.getOrElse(object, () => before.object))
      }
    },
    replace: (all) => {
      for (const [key, before] of entries) {
        if (all.get(key)?.uid !== before.uid) {
          forget(key, before, before.object)
        }
      }
      for (const observed of all.values()) {
        apply(observed)
      }
    },
    add: (reader) => {
      readers.add(reader)
      for (const { object, uid } of entries.values()) {
        reader.offer(uid, { _tag: "Updated", object })
      }
    },
    drop: (reader) => {
      readers.delete(reader)
    },
    index: (by) => {
      const known = indexes.get(by)
      if (known !== undefined) {
        return known
      }
      const index = Indexer.make(by, () => indexes.delete(by))
      for (const { object } of entries.values()) {
        index.set(undefined, object)
      }
      indexes.set(by, index)
      return index
    },
    fail: (error) => {
      for (const reader of readers) {
        reader.fail(error)
      }
      for (const index of indexes.values()) {
        index.fail(error)
      }
    }
  }
}
