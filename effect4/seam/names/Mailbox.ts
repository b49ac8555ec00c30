/** A mailbox is a queue that can end on Effect 4. */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"

export interface Mailbox<A> {
  readonly queue: Queue.Queue<A, Cause.Done>
  readonly offer: (a: A) => Effect.Effect<boolean>
  readonly end: Effect.Effect<boolean>
  readonly shutdown: Effect.Effect<boolean>
}

export const make = <A>(capacity: number): Effect.Effect<Mailbox<A>> =>
  Effect.map(Queue.bounded<A, Cause.Done>(capacity), (queue) => ({
    queue,
    offer: (a) => Queue.offer(queue, a),
    end: Queue.end(queue),
    shutdown: Queue.shutdown(queue)
  }))

export const toStream = <A>({ queue }: Mailbox<A>): Stream.Stream<A> => Stream.fromQueue(queue)
