import type { Scenario } from "../Scenario.js"

/** How many. */
export const requests = 500

export const scenario: Scenario = {
  name: "requests",
  title: `${requests} GETs of a pod, one after the other`,
  columns: ["perSecond", "cpuSeconds", "peakMiB", "connections"],
  contestants: ["limit", "ours", "client-node"],
  goals: [
    { metric: "perSecond", against: "client-node", is: "at least", bound: 8 },
    { metric: "perSecond", against: "limit", is: "at least", bound: 0.9 },
    { metric: "connections", is: "at most", bound: 1 }
  ]
}
