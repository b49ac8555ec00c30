import { type Operation, operationNames as columns } from "../../test/support/BuildOperations.js"
import type { Goal, Scenario } from "../Scenario.js"

const backends = ["custom", "single-node", "openshift"]

const goals = (of: string, bounds: Readonly<Partial<Record<Operation, number>>>): ReadonlyArray<Goal> =>
  columns.flatMap((metric) => {
    const bound = bounds[metric]
    return bound === undefined ? [] : [{ of, metric, is: "at most", bound }]
  })

/** Exact: the machine does not matter. */
export const scenario: Scenario = {
  name: "build",
  title: "Requests, and round trips in turn",
  columns,
  metricsAre: "rows",
  maxRounds: 1,
  contestants: backends.flatMap((name) => [`${name}-requests`, `${name}-trips`]),
  goals: backends.flatMap((name) => [
    ...goals(`${name}-requests`, { new: 4, running: 2, outcome: 1, cancel: 4, remove: 5 }),
    ...goals(`${name}-trips`, { selection: 2, new: 4, run: 6 })
  ])
}
