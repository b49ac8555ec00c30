/**
 * An index of a store's objects by a key, and the followers of single keys. A lookup and a notification cost the same among
 * ten thousand keys as among ten.
 */
import type * as Effect from "effect/Effect"
import type { ClusterError, Subject } from "../ClusterError.js"
import type { IndexedObjects } from "../Reflector.js"
import * as ChangeQueue from "./ChangeQueue.js"

export type IndexBy<A> = (object: A) => string | undefined

export interface Indexer<A> {
  /** Replaces the previous state of an object. */
  readonly set: (previous: A | undefined, object: A) => void
  /** Removes an object and records its last state for the followers. */
  readonly remove: (previous: A, last: A) => void
  readonly follow: (follower: Follower<A>) => void
  readonly unfollow: (follower: Follower<A>) => void
  readonly read: (follower: Follower<A>) => IndexedObjects<A>
  /** Fails every follower. */
  readonly fail: (error: ClusterError) => void
}

export interface Follower<A> {
  readonly key: string
  readonly subject: Subject
  /** Opened at each change. */
  readonly changed: Effect.Latch
  /** The last states of deleted objects that were not read yet. */
  deleted: Array<A> | undefined
  error: ClusterError | undefined
}

interface Bucket<A> {
  objects: ReadonlyArray<A>
  followers: ReadonlyArray<Follower<A>>
}

const none: ReadonlyArray<never> = []

/** Makes an empty index. `onUnused` is called when its last follower unfollows. */
export const make = <A>(indexBy: IndexBy<A>, onUnused: () => void): Indexer<A> => {
  const buckets = new Map<string, Bucket<A>>()
  let followers = 0

  const update = (key: string, change: (bucket: Bucket<A>) => void) => {
    const bucket = buckets.get(key) ?? { objects: none, followers: none }
    change(bucket)
    if (bucket.objects.length + bucket.followers.length === 0) {
      buckets.delete(key)
    } else {
      buckets.set(key, bucket)
    }
  }

  const notify = (bucket: Bucket<A>, deleted?: A) => {
    for (const follower of bucket.followers) {
      if (deleted !== undefined && follower.error === undefined) {
        const unread = follower.deleted ??= []
        if (unread.push(deleted) > ChangeQueue.maxDeletions) {
          follower.deleted = undefined
          follower.error = ChangeQueue.expired(follower.subject)
        }
      }
      follower.changed.unsafeOpen()
    }
  }

  const take = (key: string | undefined, previous: A, deleted?: A) => {
    if (key !== undefined) {
      update(key, (bucket) => {
        bucket.objects = bucket.objects.filter((object) => object !== previous)
        notify(bucket, deleted)
      })
    }
  }

  return {
    set: (previous, object) => {
      const key = indexBy(object)
      const previousKey = previous === undefined ? undefined : indexBy(previous)
      if (previous !== undefined && previousKey !== key) {
        take(previousKey, previous)
      }
      if (key !== undefined) {
        update(key, (bucket) => {
          bucket.objects = previousKey === key && bucket.objects.some((known) => known === previous)
            ? bucket.objects.map((known) => known === previous ? object : known)
            : [...bucket.objects, object]
          notify(bucket)
        })
      }
    },
    remove: (previous, last) => take(indexBy(previous), previous, last),
    follow: (follower) => {
      followers++
      update(follower.key, (bucket) => {
        bucket.followers = [...bucket.followers, follower]
      })
    },
    unfollow: (follower) => {
      update(follower.key, (bucket) => {
        bucket.followers = bucket.followers.filter((other) => other !== follower)
      })
      if (--followers === 0) {
        onUnused()
      }
    },
    read: (follower) => {
      const { deleted = none } = follower
      follower.deleted = undefined
      return { objects: buckets.get(follower.key)?.objects ?? none, deleted }
    },
    fail: (error) => {
      for (const { followers } of buckets.values()) {
        for (const follower of followers) {
          follower.error ??= error
          follower.changed.unsafeOpen()
        }
      }
    }
  }
}
