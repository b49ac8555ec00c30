/**
 * The objects of a view by a key, and those who follow one key each: to find the one, or to tell the other, costs the same
 * among ten thousand as among ten.
 */
import type * as Effect from "effect/Effect"
import type { ClusterError, Subject } from "../ClusterError.js"
import type { Sighting } from "../Reflector.js"
import * as ChangeQueue from "./ChangeQueue.js"

export type By<A> = (object: A) => string | undefined

export interface Indexer<A> {
  /** Puts an object in the place of its state before. */
  readonly set: (before: A | undefined, object: A) => void
  /** Takes an object away, and tells in which state it was last. */
  readonly remove: (before: A, last: A) => void
  readonly follow: (follower: Follower<A>) => void
  readonly unfollow: (follower: Follower<A>) => void
  readonly look: (follower: Follower<A>) => Sighting<A>
  /** Ends every follower with an error. */
  readonly fail: (error: ClusterError) => void
}

export interface Follower<A> {
  readonly key: string
  readonly subject: Subject
  /** Opened at news. */
  readonly news: Effect.Latch
  /** The last states of what was deleted, until they are read. */
  gone: Array<A> | undefined
  end: ClusterError | undefined
}

interface Place<A> {
  there: ReadonlyArray<A>
  followers: ReadonlyArray<Follower<A>>
}

const nothing: ReadonlyArray<never> = []

/** An index of nothing yet. `unused` is called when its last follower has left. */
export const make = <A>(by: By<A>, unused: () => void): Indexer<A> => {
  const places = new Map<string, Place<A>>()
  let followed = 0

  const change = (key: string, next: (place: Place<A>) => void) => {
    const place = places.get(key) ?? { there: nothing, followers: nothing }
    next(place)
    if (place.there.length + place.followers.length === 0) {
      places.delete(key)
    } else {
      places.set(key, place)
    }
  }

  const tell = (place: Place<A>, gone?: A) => {
    for (const follower of place.followers) {
      if (gone !== undefined && follower.end === undefined) {
        const waiting = follower.gone ??= []
        if (waiting.push(gone) > ChangeQueue.mostDeletions) {
          follower.gone = undefined
          follower.end = ChangeQueue.exceeded(follower.subject)
        }
      }
      follower.news.unsafeOpen()
    }
  }

  const take = (key: string | undefined, before: A, gone?: A) => {
    if (key !== undefined) {
      change(key, (place) => {
        place.there = place.there.filter((object) => object !== before)
        tell(place, gone)
      })
    }
  }

  return {
    set: (before, object) => {
      const key = by(object)
      const old = before === undefined ? undefined : by(before)
      if (before !== undefined && old !== key) {
        take(old, before)
      }
      if (key !== undefined) {
        change(key, (place) => {
          place.there = old === key && place.there.some((known) => known === before)
            ? place.there.map((known) => known === before ? object : known)
            : [...place.there, object]
          tell(place)
        })
      }
    },
    remove: (before, last) => take(by(before), before, last),
    follow: (follower) => {
      followed++
      change(follower.key, (place) => {
        place.followers = [...place.followers, follower]
      })
    },
    unfollow: (follower) => {
      change(follower.key, (place) => {
        place.followers = place.followers.filter((other) => other !== follower)
      })
      if (--followed === 0) {
        unused()
      }
    },
    look: (follower) => {
      const { gone = nothing } = follower
      follower.gone = undefined
      return { there: places.get(follower.key)?.there ?? nothing, gone }
    },
    fail: (error) => {
      for (const { followers } of places.values()) {
        for (const follower of followers) {
          follower.end ??= error
          follower.news.unsafeOpen()
        }
      }
    }
  }
}
