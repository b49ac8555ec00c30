import type { Scenario } from "../Scenario.js"

export const scenario: Scenario = {
  name: "logs",
  title: "A followed log of 100 MB in a million lines",
  columns: ["megabytesPerSecond", "cpuSeconds", "peakMiB", "grown", "stallMs"],
  contestants: ["limit", "ours", "client-node"],
  goals: [
    { of: "ours", metric: "megabytesPerSecond", against: "client-node", is: "at least", bound: 1.1 },
    { of: "ours", metric: "megabytesPerSecond", against: "limit", is: "at least", bound: 0.75 },
    { of: "ours", metric: "grown", is: "at most", bound: 1.1 }
  ]
}
