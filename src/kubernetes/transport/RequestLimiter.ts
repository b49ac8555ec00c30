/**
 * A limit on the number of concurrent requests; further requests wait in FIFO order.
 *
 * Callbacks instead of Effect's Semaphore, which wakes all of its waiters at each release: `limiter` in bench/README.md,
 * scenario `primitives`.
 */

export interface RequestLimiter {
  /** Calls `start` when a slot is free: at once, or when another request releases its slot. */
  readonly acquire: (start: () => void) => void
  /** Gives up the slot that `start` holds, or its place in the queue. */
  readonly release: (start: () => void) => void
}

export const make = (slots: number): RequestLimiter => {
  const queue = new Set<() => void>()
  let free = slots
  return {
    acquire: (start) => {
      if (free === 0) {
        queue.add(start)
        return
      }
      free--
      start()
    },
    release: (start) => {
      if (queue.delete(start)) {
        return
      }
      const [next] = queue
      if (next === undefined) {
        free++
        return
      }
      queue.delete(next)
      next()
    }
  }
}
