/**
 * The scenarios that measure the library on both majors of Effect, beside client-node, in the same rounds.
 */
import { onEffect4 } from "./Contest.js"
import { scenario as imports } from "./imports/Scenario.js"
import { scenario as load } from "./load/Scenario.js"
import { scenario as local } from "./local/Scenario.js"
import { scenario as logs } from "./logs/Scenario.js"
import { scenario as reflector } from "./reflector/Scenario.js"
import { scenario as requests } from "./requests/Scenario.js"
import type { Goal, Scenario } from "./Scenario.js"
import { scenario as startup } from "./startup/Scenario.js"
import { scenario as watch } from "./watch/Scenario.js"

/** The goals are those of the scenario, about the contestants on both majors. */
const onBoth = (scenario: Scenario, majors: ReadonlyArray<string>): Scenario => {
  const named = (name: string) => majors.includes(name) ? [name, onEffect4(name)] : [name]
  const goals = ({ against, of, ...goal }: Goal): ReadonlyArray<Goal> => {
    const others = against === undefined ? [] : named(against)
    return named(of).map((name, major) => {
      const other = others[major] ?? others[0]
      return { of: name, ...goal, ...(other === undefined ? {} : { against: other }) }
    })
  }
  return {
    ...scenario,
    contestants: scenario.contestants.flatMap(named),
    goals: scenario.goals.filter(({ of }) => scenario.contestants.includes(of)).flatMap(goals)
  }
}

export const scenarios: ReadonlyArray<Scenario> = [
  onBoth(imports, ["limit", "ours"]),
  // Of the command alone, which is on Effect 3: with the Node of this run, which keeps compiled code.
  startup,
  onBoth(requests, ["limit-effect", "ours"]),
  onBoth(watch, ["ours"]),
  onBoth(logs, ["ours"]),
  onBoth(reflector, ["ours", "ours-whole"]),
  onBoth({ ...load, contestants: ["limit", "ours", "ours-each"] }, ["ours", "ours-each"]),
  // Of the builds of a large base only those in a cache, where buildah takes little of the time.
  onBoth(
    { ...local, contestants: local.contestants.filter((name) => name !== "os-plain" && name !== "os-ours") },
    ["files-ours", "bytes-ours", "os-ours-changed", "os-ours-around"]
  )
]
