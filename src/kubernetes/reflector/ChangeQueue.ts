/**
 * The pending changes of one consumer of a reflector.
 *
 * Of an existing object only the latest state is queued, so a slow consumer costs no more than the objects themselves. A
 * deletion is not merged with the last state before it, nor with later changes: a pod that completed and was deleted is
 * emitted as completed, then as deleted. Only deletions can accumulate; beyond a limit the consumer fails with `Expired`.
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import * as Pull from "../../effect/Pull.js"
import { ClusterError, type Subject } from "../ClusterError.js"
import type { Change } from "../Reflector.js"

export interface ChangeQueue<A> {
  readonly offer: (uid: string, change: Change<A>) => void
  /** Fails the stream, after the queued changes. */
  readonly fail: (error: ClusterError) => void
  readonly stream: Stream.Stream<Change<A>, ClusterError>
}

/** Maximum changes in a chunk: an emitted state can no longer be replaced by a later one. */
const maxChunk = 64

export const make = <A>(options: {
  readonly subject: Subject
  readonly where: (object: A) => boolean
  readonly maxDeletions?: number | undefined
}): ChangeQueue<A> => {
  const queued = new Map<string, Array<Change<A>>>()
  const available = Effect.unsafeMakeLatch(false)
  const limit = options.maxDeletions ?? maxDeletions
  let deletions = 0
  let ended: Effect.Effect<never, ClusterError> | undefined

  const finish = (result: Effect.Effect<never, ClusterError>) => {
    ended ??= result
    available.unsafeOpen()
  }

  const put = (uid: string, change: Change<A>) => {
    const changes = queued.get(uid)
    if (changes === undefined) {
      queued.set(uid, [change])
    } else if (change._tag === "Updated" && changes.at(-1)?._tag === "Updated") {
      changes[changes.length - 1] = change
    } else {
      changes.push(change)
    }
    if (change._tag === "Deleted" && ++deletions > limit) {
      queued.clear()
      finish(expired(options.subject, limit))
    }
    available.unsafeOpen()
  }

  const take = (): ReadonlyArray<Change<A>> => {
    const taken: Array<Change<A>> = []
    for (const [uid, changes] of queued) {
      queued.delete(uid)
      taken.push(...changes)
      if (taken.length >= maxChunk) {
        break
      }
    }
    deletions -= taken.filter((change) => change._tag === "Deleted").length
    return taken
  }

  const poll: Pull.Pull<Change<A>, ClusterError> = Effect.suspend(() =>
    queued.size > 0 || ended === undefined ? Pull.emit(take(), pull) : Pull.mapFailure(ended)
  )

  const awaitChange = Effect.suspend(() => {
    if (queued.size > 0 || ended !== undefined) {
      return Effect.void
    }
    available.unsafeClose()
    return available.await
  })

  const pull: Pull.Pull<Change<A>, ClusterError> = Effect.zipRight(awaitChange, poll)

  return {
    offer: (uid, change) => {
      if (ended !== undefined) {
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
    stream: Pull.stream(pull)
  }
}

export const maxDeletions = 10_000

export const expired = (subject: Subject, limit = maxDeletions): ClusterError =>
  new ClusterError({
    ...subject,
    reason: "Expired",
    detail: `the consumer of these changes is more than ${limit} deletions behind; subscribe again`
  })
