/**
 * The changes of one resource, in order, as far back as they are kept.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"

/**
 * One write. `previous` is the object before it, for selectors and for past lists.
 *
 * @since 0.1.0
 * @category models
 */
export interface Change {
  readonly revision: number
  readonly type: "ADDED" | "MODIFIED" | "DELETED"
  readonly object: JsonObject
  readonly previous: JsonObject | undefined
}

/**
 * A bounded log. Each reader keeps its own revision, so a slow reader costs nothing; one that is too slow finds its revision
 * compacted.
 *
 * @since 0.1.0
 * @category models
 */
export class ChangeLog {
  private changes: Array<Change> = []
  private forgotten: number
  private readonly capacity: number
  private readonly waiting = new Set<() => void>()

  constructor(capacity: number, forgotten: number) {
    this.capacity = capacity
    this.forgotten = forgotten
  }

  /** Adds a change, and returns what waits for one. */
  append(change: Change): ReadonlyArray<() => void> {
    this.changes.push(change)
    if (this.changes.length >= 2 * this.capacity) {
      const kept = this.changes.slice(-this.capacity)
      this.compact((kept[0]?.revision ?? 1) - 1)
    }
    const woken = [...this.waiting]
    this.waiting.clear()
    return woken
  }

  /** Whether every change after the revision is still kept. */
  reaches(revision: number): boolean {
    return revision >= this.forgotten
  }

  /** At most `limit` changes after the revision. */
  after(revision: number, limit = Number.POSITIVE_INFINITY): ReadonlyArray<Change> {
    let low = 0
    let high = this.changes.length
    while (low < high) {
      const middle = (low + high) >>> 1
      const change = this.changes[middle]
      if (change !== undefined && change.revision <= revision) {
        low = middle + 1
      } else {
        high = middle
      }
    }
    return this.changes.slice(low, low + Math.min(limit, this.changes.length))
  }

  /** Drops the changes up to and including the revision. */
  compact(revision: number): void {
    this.forgotten = Math.max(this.forgotten, revision)
    this.changes = [...this.after(revision)]
  }

  /** Calls `wake` once, at the next change. Returns a function that cancels it. */
  onNext(wake: () => void): () => void {
    this.waiting.add(wake)
    return () => {
      this.waiting.delete(wake)
    }
  }
}
