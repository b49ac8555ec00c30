import type { Scenario } from "../Scenario.js"

/** How many. */
export const requests = 500

export const scenario: Scenario = {
  name: "requests",
  title: `${requests} GETs of a pod, one after the other`,
  columns: ["perSecond", "cpuSeconds", "peakMiB", "connections"],
  contestants: ["limit", "ours", "client-node"],
  goals: [
    { of: "ours", metric: "perSecond", against: "client-node", is: "at least", bound: 8 },
    { of: "ours", metric: "perSecond", against: "limit", is: "at least", bound: 0.9 },
    { of: "ours", metric: "connections", is: "at most", bound: 1 }
  ]
}
