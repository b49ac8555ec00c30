/**
 * The objects of a selection as last seen, and those who follow them. Everything in it happens at once: a reader sees the
 * state before or after, never between.
 */
import * as Either from "effect/Either"
import type { ChangeQueue } from "./ChangeQueue.js"
import type { ClusterError } from "./ClusterError.js"
import type { Observed } from "./Observed.js"
import type { Change } from "./Reflector.js"

interface Entry<A> {
  readonly uid: string
  resourceVersion: string
  object: A
}

/** The objects for which a function gives a key. Readers with the same function share an index. */
export interface Place<A> {
  readonly by: (object: A) => string | undefined
  readonly key: string
}

export interface View<A> {
  readonly entries: ReadonlyMap<string, Readonly<Entry<A>>>
  readonly apply: (observed: Observed<A>) => void
  readonly remove: (observed: Observed<A>) => void
  /** Takes a whole list for the truth: what is missing in it was deleted. */
  readonly replace: (all: ReadonlyMap<string, Observed<A>>) => void
  /** Tells a reader what is there, and from then on what changes; of a place in an index, just what has that place. */
  readonly add: (reader: ChangeQueue<A>, place?: Place<A>) => void
  readonly drop: (reader: ChangeQueue<A>, place?: Place<A>) => void
  /** Ends every reader with an error. */
  readonly fail: (error: ClusterError) => void
}

export const make = <A>(): View<A> => {
  const entries = new Map<string, Entry<A>>()
  const readers = new Set<ChangeQueue<A>>()
  const indexes = new Map<Place<A>["by"], Map<string, Set<ChangeQueue<A>>>>()

  const tell = (uid: string, change: Change<A>) => {
    for (const reader of readers) {
      reader.offer(uid, change)
    }
    for (const [by, places] of indexes) {
      for (const reader of places.get(by(change.object) ?? "") ?? []) {
        reader.offer(uid, change)
      }
    }
  }

  const forget = (key: string, entry: Entry<A>, last: A) => {
    entries.delete(key)
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
    add: (reader, place) => {
      if (place === undefined) {
        readers.add(reader)
      } else {
        const index = indexes.get(place.by) ?? new Map<string, Set<ChangeQueue<A>>>()
        indexes.set(place.by, index.set(place.key, (index.get(place.key) ?? new Set()).add(reader)))
      }
      for (const { object, uid } of entries.values()) {
        if (place === undefined || place.by(object) === place.key) {
          reader.offer(uid, { _tag: "Updated", object })
        }
      }
    },
    drop: (reader, place) => {
      if (place === undefined) {
        readers.delete(reader)
        return
      }
      const index = indexes.get(place.by)
      const there = index?.get(place.key)
      there?.delete(reader)
      if (there?.size === 0) index?.delete(place.key)
      if (index?.size === 0) indexes.delete(place.by)
    },
    fail: (error) => {
      for (const reader of readers) {
        reader.fail(error)
      }
      for (const index of indexes.values()) {
        for (const there of index.values()) {
          for (const reader of there) {
            reader.fail(error)
          }
        }
      }
    }
  }
}
