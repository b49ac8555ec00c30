/**
 * A timer queue: one sleeping fiber serves all pending timers.
 *
 * Ten thousand pending builds have a deadline each. A timer takes 145 bytes where a sleeping fiber takes 5 KB, and a
 * twentieth of the time to schedule: `bench/README.md`, load, "The timer queue".
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export interface TimerQueue {
  /** Calls `fire` once, at a time in milliseconds since the epoch or right after it. */
  readonly schedule: (at: number, fire: () => void) => Timer
  /** Removes a timer; does nothing if it has fired or was cancelled. */
  readonly cancel: (timer: Timer) => void
}

export interface Timer {
  readonly at: number
  readonly fire: () => void
  /** Timers of the same time fire in the order in which they were scheduled. */
  readonly sequence: number
  /** Its place in the heap, -1 when it is not pending. */
  position: number
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.sequence < b.sequence)

/** A binary min-heap by time. Timers know their places, so that each can be removed in logarithmic time. */
class TimerHeap {
  private readonly timers: Array<Timer> = []

  get first(): Timer | undefined {
    return this.timers[0]
  }

  add(timer: Timer): void {
    this.timers.push(timer)
    this.siftUp(timer, this.timers.length - 1)
  }

  remove(timer: Timer): void {
    const { position } = timer
    const last = this.timers.pop()
    timer.position = -1
    if (last === undefined || last === timer) return
    this.siftUp(last, position)
    this.siftDown(last, last.position)
  }

  private siftUp(timer: Timer, from: number): void {
    let position = from
    while (position > 0) {
      const above = (position - 1) >> 1
      const parent = this.timers[above]
      if (parent === undefined || isBefore(parent, timer)) break
      this.put(parent, position)
      position = above
    }
    this.put(timer, position)
  }

  private siftDown(timer: Timer, from: number): void {
    let position = from
    for (;;) {
      const left = this.timers[2 * position + 1]
      const right = this.timers[2 * position + 2]
      const least = right !== undefined && left !== undefined && isBefore(right, left) ? right : left
      if (least === undefined || isBefore(timer, least)) break
      const below = least.position
      this.put(least, position)
      position = below
    }
    this.put(timer, position)
  }

  private put(timer: Timer, position: number): void {
    this.timers[position] = timer
    timer.position = position
  }
}

/** Timers fire until the scope closes, by the clock of the fiber that makes the queue. */
export const make: Effect.Effect<TimerQueue, never, Scope.Scope> = Effect.gen(function*() {
  const clock = yield* Effect.clock
  const heap = new TimerHeap()
  const changed = yield* Effect.makeLatch(false)
  /** When the fiber wakes up by itself. */
  let wakesAt = Infinity
  let scheduled = 0

  const fireDue = (): void => {
    const now = clock.unsafeCurrentTimeMillis()
    for (let timer = heap.first; timer !== undefined && timer.at <= now; timer = heap.first) {
      heap.remove(timer)
      timer.fire()
    }
  }

  const sleep = Effect.suspend(() => {
    fireDue()
    changed.unsafeClose()
    wakesAt = heap.first?.at ?? Infinity
    if (wakesAt === Infinity) return changed.await
    // In whole milliseconds: a shorter sleep would return at once, again and again.
    const millis = Math.max(0, Math.ceil(wakesAt - clock.unsafeCurrentTimeMillis()))
    return Effect.raceFirst(changed.await, Effect.sleep(millis))
  })
  yield* Effect.forkScoped(Effect.interruptible(Effect.forever(sleep)))

  return {
    schedule: (at, fire) => {
      const timer: Timer = { at, fire, sequence: scheduled++, position: -1 }
      heap.add(timer)
      if (at < wakesAt) changed.unsafeOpen()
      return timer
    },
    cancel: (timer) => {
      if (timer.position < 0) return
      heap.remove(timer)
      if (heap.first === undefined) changed.unsafeOpen()
    }
  }
})
