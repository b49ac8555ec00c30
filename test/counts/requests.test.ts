/**
 * What the calls of a backend cost: upper bounds that go down only. `bench/README.md` has them as a table.
 */
import { assert, describe, it } from "@effect/vitest"
import { operations } from "../../bench/Operations.js"
import { type Name, names, of } from "../support/BuildCosts.js"

type Bounds = Readonly<Record<string, readonly [requests: number, roundTrips: number]>>

const common: Bounds = {
  first: [5, 4],
  new: [4, 4],
  again: [4, 4],
  running: [2, 2],
  selected: [2, 2],
  ended: [1, 1],
  // The children and pods of a build are read if its record shows no end.
  status: [3, 2],
  outcome: [1, 1],
  list: [3, 2],
  cancel: [5, 4],
  remove: [5, 4],
  prune: [11, 3],
  selection: [17, 2],
  run: [26, 9]
}

const bounds: Readonly<Record<Name, Bounds>> = {
  "custom": { ...common, selection: [6, 2], run: [15, 9] },
  "single-node": { ...common, list: [12, 4] },
  "openshift": { ...common, first: [4, 4], cancel: [4, 4], remove: [4, 4] }
}

describe("requests and round trips in turn", () => {
  for (const name of names) {
    it(`requests and round trips in turn: no call of ${name} takes more than it did`, { timeout: 120_000 }, () => {
      const costs = Object.entries(of(name))
      assert.sameMembers(costs.map(([operation]) => operation), Object.keys(bounds[name]))
      const worse = costs.flatMap(([operation, { requests, roundTrips }]) => {
        const [most = 0, mostInTurn = 0] = bounds[name][operation] ?? []
        return requests.length > most || roundTrips > mostInTurn
          ? [`${operation}: ${requests.length} (${most}) in ${roundTrips} (${mostInTurn}): ${requests.join(", ")}`]
          : []
      })
      assert.deepStrictEqual(worse, [])
      assert.sameMembers(costs.map(([operation]) => operation), Object.keys(operations))
    })
  }
})
