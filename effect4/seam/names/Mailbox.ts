/** A mailbox is a queue that can end on Effect 4. */
import type * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Queue from "effect/Queue"
import * as Stream from "effect/Stream"

export interface Mailbox<A, E> {
  readonly queue: Queue.Queue<A, E | Cause.Done>
  readonly end: Effect.Effect<boolean>
  readonly shutdown: Effect.Effect<boolean>
  readonly fail: (error: E) => Effect.Effect<boolean>
  readonly offer: (a: A) => Effect.Effect<boolean>
  readonly offerAll: (values: Iterable<A>) => Effect.Effect<unknown>
}

export const make = <A, E = never>(capacity?: number): Effect.Effect<Mailbox<A, E>> =>
  Effect.map(Queue.make<A, E | Cause.Done>({ capacity }), (queue) => ({
    queue,
    end: Queue.end(queue),
    shutdown: Queue.shutdown(queue),
    fail: (error) => Queue.fail(queue, error),
    offer: (a) => Queue.offer(queue, a),
    offerAll: (values) => Queue.offerAll(queue, values)
  }))

export const toStream = <A, E>({ queue }: Mailbox<A, E>): Stream.Stream<A, Exclude<E, Cause.Done>> =>
  Stream.fromQueue(queue)
