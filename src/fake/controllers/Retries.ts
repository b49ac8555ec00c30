/**
 * How long the controllers wait before they reconcile a key again that failed, as a rate-limited queue of client-go does, or before they
 * do again what they did for it.
 *
 * @since 0.1.0
 */

/** In milliseconds, after the first failure in a row and at most (k8s.io/client-go util/workqueue default_rate_limiters.go). */
const [first, last] = [5, 1_000_000]

/** @since 0.1.0 @category models */
export interface Retries {
  /** Counts a failure of a key; the milliseconds until its next try. */
  readonly failed: (key: string) => number
  /** The key has not failed. */
  readonly forget: (key: string) => void
}

/** @since 0.1.0 @category constructors */
export const make = (): Retries => {
  const failures = new Map<string, number>()
  return {
    failed: (key) => {
      const before = failures.get(key) ?? 0
      failures.set(key, before + 1)
      return Math.min(first * 2 ** before, last)
    },
    forget: (key) => {
      failures.delete(key)
    }
  }
}

/** @since 0.1.0 @category models */
export interface Pauses {
  /** The milliseconds that remain of the pause of a key. */
  readonly remaining: (key: string, now: number) => number
  /** Begins the next pause of a key. */
  readonly next: (key: string, now: number) => void
}

/**
 * Pauses that double from `shortest` to `longest` milliseconds, and begin again after twice the longest: k8s.io/client-go
 * util/flowcontrol/backoff.go (v0.37).
 *
 * @since 0.1.0
 * @category constructors
 */
export const pauses = (shortest: number, longest: number): Pauses => {
  const known = new Map<string, { readonly pause: number; readonly since: number }>()
  const current = (key: string, now: number) => {
    const found = known.get(key)
    return found === undefined || now - found.since > 2 * longest ? undefined : found
  }
  return {
    remaining: (key, now) => {
      const found = current(key, now)
      return found === undefined ? 0 : Math.max(found.since + found.pause - now, 0)
    },
    next: (key, now) => {
      const before = current(key, now)?.pause
      known.set(key, { pause: before === undefined ? shortest : Math.min(2 * before, longest), since: now })
    }
  }
}
