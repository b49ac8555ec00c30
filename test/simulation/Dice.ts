/**
 * Chance that repeats: the same seed throws the same numbers.
 */

const golden = 0x9e3779b9

export class Dice {
  private state: number

  constructor(seed: number) {
    this.state = seed | 0
  }

  /** Dice of their own, which these don't depend on from now on. */
  split(): Dice {
    return new Dice(Math.floor(this.real() * 2 ** 32))
  }

  /** At least 0, less than 1: splitmix32. */
  real(): number {
    this.state = (this.state + golden) | 0
    let t = Math.imul(this.state ^ (this.state >>> 16), 0x21f0aaad)
    t = Math.imul(t ^ (t >>> 15), 0x735a2d97)
    return ((t ^ (t >>> 15)) >>> 0) / 2 ** 32
  }

  /** At least `from`, less than `to`. */
  int(from: number, to: number): number {
    return from + Math.floor(this.real() * (to - from))
  }

  chance(probability: number): boolean {
    return this.real() < probability
  }

  pick<A>(...options: readonly [A, ...ReadonlyArray<A>]): A {
    return options[this.int(0, options.length)] ?? options[0]
  }

  /** One of them, each as often as its weight says. */
  weighted<A>(options: ReadonlyArray<readonly [weight: number, make: () => A]>): A {
    const total = options.reduce((sum, [weight]) => sum + weight, 0)
    let left = this.real() * total
    for (const [weight, make] of options) {
      left -= weight
      if (left < 0) return make()
    }
    throw new Error("nothing to choose from")
  }
}
