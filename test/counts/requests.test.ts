/**
 * What the calls of a backend cost: upper bounds that go down only. `bench/README.md` has them as a table.
 */
import { assert, describe, it } from "@effect/vitest"
import { setImmediate } from "node:timers/promises"
import { type Name, names, of } from "../support/BuildCosts.js"
import { type Operation, operationNames, operations } from "../support/BuildOperations.js"

type Bounds = Readonly<Record<Operation, readonly [requests: number, roundTrips: number]>>

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
  cancel: [4, 4],
  remove: [4, 4],
  prune: [11, 3],
  selection: [14, 2],
  run: [21, 6]
}

const bounds: Readonly<Record<Name, Bounds>> = {
  "custom": { ...common, selection: [5, 2], run: [12, 6] },
  // One build runs, and one list of pods finds it, for which the nine others wait.
  "single-node": { ...common, list: [4, 3] },
  "openshift": { ...common, first: [4, 4] }
}

describe("requests and round trips in turn", () => {
  for (const name of names) {
    for (const operation of operationNames) {
      it(`${name}: ${operations[operation]} takes no more than it did`, async () => {
        await setImmediate()
        const { requests, roundTrips } = of(name, operation)
        const [most, mostInTurn] = bounds[name][operation]
        assert.isAtMost(requests.length, most, requests.join(", "))
        assert.isAtMost(roundTrips, mostInTurn)
      })
    }
  }
})
