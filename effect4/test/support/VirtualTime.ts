/**
 * Time that passes only when nothing else is left to do: a Clock and a Scheduler in one, without a timer or a promise, so
 * that hours take milliseconds and the same program always runs in the same order.
 */
import * as Cause from "effect/Cause"
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import type * as Fiber from "effect/Fiber"
import type * as Scheduler from "effect/Scheduler"
import type * as Scope from "effect/Scope"

interface Timer {
  readonly at: number
  readonly order: number
  wake: (() => void) | undefined
}

const isBefore = (a: Timer, b: Timer): boolean => a.at < b.at || (a.at === b.at && a.order < b.order)

/** The timers, the next one first; one that is cancelled stays until its turn comes. */
class Timers {
  private readonly heap: Array<Timer> = []
  /** How many are waited for. */
  pending = 0

  add(timer: Timer): void {
    this.pending += 1
    const { heap } = this
    let index = heap.push(timer) - 1
    while (index > 0) {
      const above = (index - 1) >>> 1
      const parent = heap[above]
      if (parent === undefined || !isBefore(timer, parent)) break
      heap[index] = parent
      index = above
    }
    heap[index] = timer
  }

  cancel(timer: Timer): void {
    if (timer.wake !== undefined) {
      timer.wake = undefined
      this.pending -= 1
    }
  }

  /** Takes the next that is still waited for. */
  next(): Timer | undefined {
    for (let top = this.pop(); top !== undefined; top = this.pop()) {
      if (top.wake !== undefined) {
        this.pending -= 1
        return top
      }
    }
    return undefined
  }

  private pop(): Timer | undefined {
    const { heap } = this
    const top = heap[0]
    const last = heap.pop()
    if (top === undefined || last === undefined || heap.length === 0) return top
    let index = 0
    while (true) {
      const left = 2 * index + 1
      const right = left + 1
      const [l, r] = [heap[left], heap[right]]
      const [child, at] = r !== undefined && l !== undefined && isBefore(r, l) ? [r, right] : [l, left]
      if (child === undefined || !isBefore(child, last)) break
      heap[index] = child
      index = at
    }
    heap[index] = last
    return top
  }
}

/** More than any program here does: beyond it something runs in circles. */
const mostTasks = 20_000_000

const opsBeforeYield = 2048

export class VirtualTime implements Scheduler.Scheduler, Clock.Clock {
  readonly executionMode = "async"
  private now: number
  private order = 0
  private tasks: Array<() => void> = []
  private readonly timers = new Timers()

  constructor(start: number) {
    this.now = start
  }

  /** How many sleep. */
  get sleepers(): number {
    return this.timers.pending
  }

  shouldYield(fiber: Fiber.Fiber<unknown, unknown>): boolean {
    return fiber.currentOpCount > opsBeforeYield
  }

  makeDispatcher(): Scheduler.SchedulerDispatcher {
    return {
      scheduleTask: (task) => {
        this.tasks.push(task)
      },
      flush: () => {}
    }
  }

  currentTimeMillisUnsafe(): number {
    return this.now
  }

  currentTimeNanosUnsafe(): bigint {
    return BigInt(this.now) * 1_000_000n
  }

  monotonicTimeNanosUnsafe(): bigint {
    return this.currentTimeNanosUnsafe()
  }

  readonly monotonicTimeNanos: Effect.Effect<bigint> = Effect.sync(() => this.currentTimeNanosUnsafe())

  readonly currentTimeMillis: Effect.Effect<number> = Effect.sync(() => this.now)

  readonly currentTimeNanos: Effect.Effect<bigint> = Effect.sync(() => this.currentTimeNanosUnsafe())

  sleep(duration: Duration.Duration): Effect.Effect<void> {
    const millis = Duration.toMillis(duration)
    if (millis === Number.POSITIVE_INFINITY) return Effect.never
    return Effect.callback<void>((resume) => {
      const timer: Timer = {
        at: this.now + Math.ceil(Math.max(0, millis)),
        order: this.order++,
        wake: () => resume(Effect.void)
      }
      this.timers.add(timer)
      return Effect.sync(() => this.timers.cancel(timer))
    })
  }

  /** Runs a program to its end. One that waits for what can never come is a defect of the test. */
  run<A, E>(program: Effect.Effect<A, E>): Exit.Exit<A, E> {
    const fiber = Effect.runFork(Effect.provideService(program, Clock.Clock, this), { scheduler: this })
    let done = 0
    while (true) {
      while (this.tasks.length > 0) {
        const ready = this.tasks
        this.tasks = []
        ready.forEach((task) => task())
        done += ready.length
        if (done > mostTasks) throw new Error(`no end after ${mostTasks} tasks`)
      }
      const exit = fiber.pollUnsafe()
      if (exit !== undefined) return exit
      const timer = this.timers.next()
      if (timer === undefined) throw new Error("everybody waits, and nothing is to come")
      this.now = timer.at
      timer.wake?.()
    }
  }
}

/** Runs a program in virtual time, from 2026-01-01 on; its failure is thrown. */
export const inTime = <A, E>(program: Effect.Effect<A, E, Scope.Scope>): A =>
  Exit.match(new VirtualTime(Date.UTC(2026, 0, 1)).run(Effect.scoped(program)), {
    onFailure: (cause) => {
      throw Cause.squash(cause)
    },
    onSuccess: (value) => value
  })
