/**
 * How long the controllers wait before they reconcile a key again that failed, as a rate-limited queue of client-go does.
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
