/**
 * Lets so many in at once; the others wait, in the order in which they came.
 */

export interface RequestLimiter {
  /** Runs `start` once there is room: at once, if there is some now. */
  readonly enter: (start: () => void) => void
  /** Makes room for the next; who still waits does so no longer. */
  readonly leave: (start: () => void) => void
}

export const make = (places: number): RequestLimiter => {
  const waiting = new Set<() => void>()
  let free = places
  return {
    enter: (start) => {
      if (free === 0) {
        waiting.add(start)
        return
      }
      free--
      start()
    },
    leave: (start) => {
      if (waiting.delete(start)) {
        return
      }
      const [next] = waiting
      if (next === undefined) {
        free++
        return
      }
      waiting.delete(next)
      next()
    }
  }
}
