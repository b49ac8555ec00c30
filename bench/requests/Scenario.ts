import type { Scenario } from "../Scenario.js"

/** How many. */
export const requests = 5000

/** How many of client-node, which opens a connection for each: a tenth, and the CPU seconds are those of as many as the others send. */
export const requestsOfClientNode = 500

/** How many are under way at once, in the second part. */
export const sideBySide = 32

export const scenario: Scenario = {
  name: "requests",
  title: `${requests} GETs of a pod one after the other, then ${requests} of which ${sideBySide} are under way at once`,
  columns: ["perSecond", "sideBySidePerSecond", "cpuSeconds", "peakMiB", "connections"],
  contestants: ["limit", "limit-effect", "ours", "client-node"],
  goals: [
    { of: "ours", metric: "perSecond", against: "client-node", is: "at least", bound: 8 },
    { of: "ours", metric: "perSecond", against: "limit", is: "at least", bound: 0.8 },
    { of: "ours", metric: "sideBySidePerSecond", against: "limit", is: "at least", bound: 0.8 },
    { of: "ours", metric: "connections", is: "at most", bound: sideBySide }
  ]
}
