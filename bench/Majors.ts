/**
 * The scenarios that measure the library on both majors of Effect, beside client-node, in the same rounds.
 */
import { onEffect4 } from "./Contest.js"
import { scenario as imports } from "./imports/Scenario.js"
import { scenario as load } from "./load/Scenario.js"
import { scenario as logs } from "./logs/Scenario.js"
import { scenario as reflector } from "./reflector/Scenario.js"
import type { Goal, Scenario } from "./Scenario.js"
import { scenario as watch } from "./watch/Scenario.js"

const onBoth = (scenario: Scenario, majors: ReadonlyArray<string>, goals: ReadonlyArray<Goal> = []): Scenario => ({
  ...scenario,
  contestants: scenario.contestants.flatMap((name) => majors.includes(name) ? [name, onEffect4(name)] : [name]),
  goals
})

const ours = onEffect4("ours")
const oursEach = onEffect4("ours-each")

export const scenarios: ReadonlyArray<Scenario> = [
  onBoth(imports, ["limit", "ours"]),
  onBoth(watch, ["ours"]),
  onBoth(logs, ["ours"]),
  onBoth(reflector, ["ours", "ours-whole"]),
  onBoth({ ...load, contestants: ["ours", "ours-each"] }, ["ours", "ours-each"], [
    { of: oursEach, metric: "grownMiB", against: "ours-each", is: "at most", bound: 0.2 },
    { of: oursEach, metric: "p99Ms", is: "at most", bound: 50 },
    { of: oursEach, metric: "grownMiB", is: "at most", bound: 150 },
    { of: ours, metric: "p99Ms", is: "at most", bound: 50 },
    { of: ours, metric: "grownMiB", is: "at most", bound: 150 }
  ])
]
