import { assert, describe, it } from "@effect/vitest"
import { bugs } from "./bugs.js"
import { all, openShift } from "./Platform.js"
import * as Simulation from "./Simulation.js"

/** How many schedules a bug may go through unseen. */
const patience = 90

const seedsOf = (first: number) => Array.from({ length: patience }, (_, index) => first + index * all.length)

describe.sequential("a simulation finds out that", () => {
  for (const [name, { found, mutation, seed }] of Object.entries(bugs)) {
    it(name, { timeout: 120_000 }, () => {
      const telling = seedsOf(seed).find((one) =>
        Simulation.seed(openShift, one, mutation).violations.some((violation) => found.test(violation))
      )
      assert(telling !== undefined, `none of ${patience} seeds from ${seed} on tells`)
      assert.deepStrictEqual(Simulation.seed(openShift, telling).violations, [], "without the bug all is well")
    })
  }
})
