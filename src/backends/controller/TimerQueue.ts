/**
 * One clock to wake many: a fiber sleeps until the earliest of them is due, where each would have a sleeping fiber of its
 * own.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as Option from "effect/Option"
import * as Order from "effect/Order"
import * as SortedMap from "effect/SortedMap"

export interface TimerQueue {
  /** Calls `ring` at a time, in milliseconds, by the clock of who sets it. The answer turns it off. */
  readonly schedule: (at: number, ring: () => void) => Effect.Effect<() => void>
}

interface Sleeper {
  until: number
  fiber?: Fiber.RuntimeFiber<void>
}

const dismiss = (sleeper: Sleeper | undefined): void => sleeper?.fiber?.unsafeInterruptAsFork(sleeper.fiber.id())

type Due = readonly [at: number, place: number]

class ClockTimers {
  private due = SortedMap.empty<Due, () => void>(Order.tuple(Order.number, Order.number))
  private sleeper: Sleeper | undefined
  private places = 0

  readonly set = (at: number, ring: () => void): Effect.Effect<() => void> =>
    Effect.suspend(() => {
      const place: Due = [at, ++this.places]
      this.due = SortedMap.set(this.due, place, ring)
      const off = () => {
        this.due = SortedMap.remove(this.due, place)
        if (SortedMap.size(this.due) === 0) {
          this.wake()
        }
      }
      return this.sleeper !== undefined && this.sleeper.until <= at ? Effect.succeed(off) : Effect.as(this.begin, off)
    })

  private wake() {
    dismiss(this.sleeper)
    this.sleeper = undefined
  }

  /** A new sleeper: the old one, if there is one, would sleep for too long. */
  private readonly begin: Effect.Effect<void> = Effect.suspend(() => {
    this.wake()
    const sleeper: Sleeper = { until: this.earliest }
    this.sleeper = sleeper
    return Effect.map(Effect.forkDaemon(Effect.interruptible(this.sleep(sleeper))), (fiber) => {
      sleeper.fiber = fiber
      if (this.sleeper !== sleeper) dismiss(sleeper)
    })
  })

  private get earliest(): number {
    return Option.match(SortedMap.headOption(this.due), { onNone: () => Infinity, onSome: ([[at]]) => at })
  }

  private readonly sleep = (sleeper: Sleeper): Effect.Effect<void> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      if (this.sleeper !== sleeper) {
        return Effect.void
      }
      this.ring(now)
      sleeper.until = this.earliest
      if (sleeper.until === Infinity) {
        this.sleeper = undefined
        return Effect.void
      }
      // In whole milliseconds: a shorter rest would be no sleep at all, again and again.
      return Effect.zipRight(Effect.sleep(Math.ceil(sleeper.until - now)), this.sleep(sleeper))
    })

  private ring(now: number) {
    for (const [place, ring] of this.due) {
      if (place[0] > now) {
        return
      }
      this.due = SortedMap.remove(this.due, place)
      ring()
    }
  }
}

export const make = (): TimerQueue => {
  const rotas = new WeakMap<Clock.Clock, ClockTimers>()
  return {
    schedule: (at, ring) =>
      Effect.clockWith((clock) => {
        const rota = rotas.get(clock) ?? new ClockTimers()
        rotas.set(clock, rota)
        return rota.set(at, ring)
      })
  }
}
