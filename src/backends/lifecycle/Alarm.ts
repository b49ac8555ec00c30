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

export interface Alarm {
  /** Calls `ring` at a time, in milliseconds, by the clock of who sets it. The answer turns it off. */
  readonly set: (at: number, ring: () => void) => Effect.Effect<() => void>
}

type Due = readonly [at: number, place: number]

class Rota {
  private due = SortedMap.empty<Due, () => void>(Order.tuple(Order.number, Order.number))
  private sleeper: { readonly until: number; readonly fiber: Fiber.RuntimeFiber<void> } | undefined
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
      return this.sleeper !== undefined && this.sleeper.until <= at ? Effect.succeed(off) : Effect.as(this.rest, off)
    })

  private wake() {
    this.sleeper?.fiber.unsafeInterruptAsFork(this.sleeper.fiber.id())
    this.sleeper = undefined
  }

  private readonly rest: Effect.Effect<void> = Effect.suspend(() => {
    const next = SortedMap.headOption(this.due)
    if (Option.isNone(next)) {
      return Effect.void
    }
    this.wake()
    const [[until]] = next.value
    return Effect.map(Effect.forkDaemon(this.sleepUntil(until)), (fiber) => {
      this.sleeper = { until, fiber }
    })
  })

  private sleepUntil(time: number): Effect.Effect<void> {
    return Effect.flatMap(Clock.currentTimeMillis, (now) =>
      // In whole milliseconds: a shorter rest would be no sleep at all, again and again.
      Effect.zipRight(Effect.sleep(Math.max(0, Math.ceil(time - now))), this.ring)).pipe(Effect.interruptible)
  }

  private readonly ring: Effect.Effect<void> = Effect.flatMap(Clock.currentTimeMillis, (now) => {
    this.sleeper = undefined
    for (const [place, ring] of this.due) {
      if (place[0] > now) {
        break
      }
      this.due = SortedMap.remove(this.due, place)
      ring()
    }
    return this.rest
  })
}

export const make = (): Alarm => {
  const rotas = new WeakMap<Clock.Clock, Rota>()
  return {
    set: (at, ring) =>
      Effect.clockWith((clock) => {
        const rota = rotas.get(clock) ?? new Rota()
        rotas.set(clock, rota)
        return rota.set(at, ring)
      })
  }
}
