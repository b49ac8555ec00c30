/**
 * A limit on the number of concurrent requests; further requests wait in FIFO order.
 *
 * Callbacks instead of Effect's Semaphore, which wakes all of its waiters at each release: `limiter` in bench/README.md,
 * scenario `primitives`.
 */

export interface Waiting {
  /** Called when a slot is free. */
  readonly start: () => unknown
}

export interface RequestLimiter {
  /** Starts the request when a slot is free: at once, or when another request releases its slot. */
  readonly acquire: (request: Waiting) => void
  /** Gives up the slot that the request holds, or its place in the queue. */
  readonly release: (request: Waiting) => void
}

export const make = (slots: number): RequestLimiter => {
  const queue = new Set<Waiting>()
  let free = slots
  return {
    acquire: (request) => {
      if (free === 0) {
        queue.add(request)
        return
      }
      free--
      request.start()
    },
    release: (request) => {
      if (queue.delete(request)) {
        return
      }
      const [next] = queue
      if (next === undefined) {
        free++
        return
      }
      queue.delete(next)
      next.start()
    }
  }
}
