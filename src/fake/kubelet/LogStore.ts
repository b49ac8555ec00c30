/**
 * Stores the output of containers, line by line, as long as their pod exists.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"

/** @since 0.1.0 @category models */
export interface Line {
  readonly millis: number
  /** RFC 3339 with nanoseconds, unique within a container; empty for a text that the container has not written. */
  readonly time: string
  readonly text: string
}

/**
 * The output of one run of a container. Each reader keeps its own position.
 *
 * @since 0.1.0
 * @category models
 */
export class Output {
  readonly lines: Array<Line> = []
  private open = true
  private latest = { millis: Number.NaN, count: 0 }
  private readonly waiting = new Set<() => void>()

  get isClosed(): boolean {
    return !this.open
  }

  append(text: string, millis: number): void {
    this.latest = { millis, count: this.latest.millis === millis ? this.latest.count + 1 : 0 }
    const nanos = String(this.latest.count).padStart(6, "0")
    const time = Number.isNaN(millis) ? "" : `${DateTime.formatIso(DateTime.unsafeMake(millis)).slice(0, -1)}${nanos}Z`
    this.lines.push({ millis, time, text })
    this.wake()
  }

  close(): void {
    this.open = false
    this.wake()
  }

  /** Calls `wake` once, at the next line or at the end. Returns a function that cancels it. */
  onNext(wake: () => void): () => void {
    this.waiting.add(wake)
    return () => {
      this.waiting.delete(wake)
    }
  }

  private wake(): void {
    const woken = [...this.waiting]
    this.waiting.clear()
    woken.forEach((wake) => wake())
  }
}

interface Runs {
  readonly current: Output
  readonly previous: Output | undefined
}

/** @since 0.1.0 @category models */
export class LogStore {
  private readonly pods = new Map<string, Map<string, Runs>>()
  private readonly lost = new Set<string>()

  /** Starts a container's output; the one before becomes its previous output. */
  start(uid: string, container: string): Output {
    const containers = this.pods.get(uid) ?? new Map<string, Runs>()
    const current = new Output()
    this.pods.set(uid, containers.set(container, { current, previous: containers.get(container)?.current }))
    return current
  }

  current(uid: string, container: string): Output | undefined {
    return this.pods.get(uid)?.get(container)?.current
  }

  previous(uid: string, container: string): Output | undefined {
    return this.pods.get(uid)?.get(container)?.previous
  }

  /** Ends the outputs of a pod. */
  close(uid: string): void {
    this.pods.get(uid)?.forEach(({ current }) => current.close())
  }

  /** Deletes the containers of an evicted pod, which itself stays: kuberuntime_gc.go evictContainers. */
  lose(uid: string): void {
    this.lost.add(uid)
    this.close(uid)
  }

  isLost(uid: string): boolean {
    return this.lost.has(uid)
  }

  /** Deletes the outputs of a deleted pod. */
  drop(uid: string): void {
    this.close(uid)
    this.lost.delete(uid)
    this.pods.delete(uid)
  }
}
