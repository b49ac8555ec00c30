/** Generators of random numbers with known values. */
import type * as Random from "effect/Random"

type Service = typeof Random.Random["Service"]

const of = (next: () => number): Service => ({
  nextDoubleUnsafe: next,
  nextIntUnsafe: () => Math.floor((next() - 0.5) * Number.MAX_SAFE_INTEGER)
})

/** The first of the values again and again, as a part of the range that is asked for. */
export const fixed = ([value = 0]: ReadonlyArray<number>): Service => of(() => Math.max(0, Math.min(1, value)))

/** The same numbers for the same seed (mulberry32). */
export const make = (seed: number): Service => {
  let state = seed >>> 0
  return of(() => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = state
    t = Math.imul(t ^ (t >>> 15), t | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  })
}
