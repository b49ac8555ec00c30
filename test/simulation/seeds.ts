/**
 * Random schedules of faults: `npm test` runs nine, `npm run test:simulation` a thousand, `SEED=7 npm run test:simulation` replays one and
 * tells all that happened in it.
 */
import { assert, describe, it } from "@effect/vitest"
import { setImmediate } from "node:timers/promises"
import * as Platform from "./Platform.js"
import * as Schedule from "./Schedule.js"
import * as Simulation from "./Simulation.js"

const { SEED, SEEDS = "9" } = process.env

const numbers = SEED === undefined ? Array.from({ length: Number(SEEDS) }, (_, index) => index + 1) : [Number(SEED)]

/** The seeds of one backend: those of all of them are told apart, so that a number alone says which it is. */
export const suite = (platform: Platform.Platform): void => {
  // One after the other, and with a pause: each keeps the thread to itself.
  describe.sequential(`whatever happens to ${platform.name}`, () => {
    for (const number of numbers.filter((one) => Platform.of(one) === platform)) {
      it(`seeds: by seed ${number}, nothing is lost`, async () => {
        await setImmediate()
        const { journal, schedule, violations } = Simulation.seed(platform, number)
        const told = SEED === undefined ? [`SEED=${number} npm run test:simulation tells all that happened`] : journal
        assert(violations.length === 0, [...violations, ...Schedule.show(schedule), ...told].join("\n"))
      })
    }

    it("seeds: the same seed is the same story", () => {
      const story = () => Simulation.seed(platform, 1).journal
      assert.deepStrictEqual(story(), story())
    })
  })
}
