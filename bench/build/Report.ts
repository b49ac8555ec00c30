/**
 * Prints what the calls of a backend cost, as a sample.
 */
import * as BuildCosts from "../../test/support/BuildCosts.js"
import * as Meter from "../Meter.js"

/** How many requests each sends. */
export const requests = (name: BuildCosts.Name): never => {
  const costs = BuildCosts.all(name)
  return Meter.report(Object.fromEntries(costs.map(([operation, { requests }]) => [operation, requests.length])))
}

/** For how many round trips in turn each waits. */
export const roundTrips = (name: BuildCosts.Name): never => {
  const costs = BuildCosts.all(name)
  return Meter.report(Object.fromEntries(costs.map(([operation, { roundTrips }]) => [operation, roundTrips])))
}
