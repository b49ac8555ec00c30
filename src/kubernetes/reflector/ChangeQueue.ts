/**
 * What one reader of a reflector has not read yet.
 *
 * Of an object that is there, the latest state waits and no other, so a reader that is slow costs no more than the objects
 * themselves. A deletion is merged neither into the last state before it nor into what follows: a pod that ended and was
 * deleted is read as ended, then as deleted. So only deletions can pile up; they have a limit, beyond which the reader has
 * to begin anew.
 */
import * as Cause from "effect/Cause"
import * as Chunk from "effect/Chunk"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import { ClusterError, type Subject } from "../ClusterError.js"
import type { Change } from "../Reflector.js"

export interface ChangeQueue<A> {
  readonly offer: (uid: string, change: Change<A>) => void
  /** Ends the stream with an error, once what waits has been read. */
  readonly fail: (error: ClusterError) => void
  readonly stream: Stream.Stream<Change<A>, ClusterError>
}

/** How many changes a reader takes at once: what it has taken can no longer be replaced by a later state. */
const batch = 64

export const make = <A>(options: {
  readonly subject: Subject
  readonly where: (object: A) => boolean
  readonly mostDeletions?: number | undefined
}): ChangeQueue<A> => {
  const waiting = new Map<string, Array<Change<A>>>()
  const news = Effect.unsafeMakeLatch(false)
  const limit = options.mostDeletions ?? mostDeletions
  let deletions = 0
  let end: Effect.Effect<never, ClusterError> | undefined

  const finish = (how: Effect.Effect<never, ClusterError>) => {
    end ??= how
    news.unsafeOpen()
  }

  const put = (uid: string, change: Change<A>) => {
    const changes = waiting.get(uid)
    if (changes === undefined) {
      waiting.set(uid, [change])
    } else if (change._tag === "Updated" && changes.at(-1)?._tag === "Updated") {
      changes[changes.length - 1] = change
    } else {
      changes.push(change)
    }
    if (change._tag === "Deleted" && ++deletions > limit) {
      waiting.clear()
      finish(exceeded(options.subject, limit))
    }
    news.unsafeOpen()
  }

  const take = (): Chunk.Chunk<Change<A>> => {
    const taken: Array<Change<A>> = []
    for (const [uid, changes] of waiting) {
      waiting.delete(uid)
      taken.push(...changes)
      if (taken.length >= batch) {
        break
      }
    }
    deletions -= taken.filter((change) => change._tag === "Deleted").length
    return Chunk.unsafeFromArray(taken)
  }

  const poll: Effect.Effect<Chunk.Chunk<Change<A>>, ClusterError> = Effect.suspend(() =>
    waiting.size > 0 || end === undefined ? Effect.sync(take) : end
  )

  const some = Effect.suspend(() => {
    if (waiting.size > 0 || end !== undefined) {
      return Effect.void
    }
    news.unsafeClose()
    return news.await
  })

  return {
    offer: (uid, change) => {
      if (end !== undefined) {
        return
      }
      try {
        if (options.where(change.object)) {
          put(uid, change)
        }
      } catch (defect) {
        finish(Effect.failCause(Cause.die(defect)))
      }
    },
    fail: (error) => finish(Effect.fail(error)),
    stream: Stream.repeatEffectChunk(Effect.zipRight(some, poll))
  }
}

export const mostDeletions = 10_000

export const exceeded = (subject: Subject, limit = mostDeletions): ClusterError =>
  new ClusterError({
    ...subject,
    reason: "Expired",
    detail: `the reader of these changes is more than ${limit} deletions behind, and has to begin anew`
  })
