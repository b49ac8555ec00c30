import type { Scenario } from "../Scenario.js"
import * as Pods from "../server/Pods.js"

export const scenario: Scenario = {
  name: "watch",
  title: `${Pods.changes} events of a watch, none kept`,
  columns: ["perSecond", "cpuSeconds", "peakMiB", "stallMs"],
  contestants: ["limit", "limit-protobuf", "ours", "client-node"],
  goals: [
    { of: "ours", metric: "perSecond", against: "limit", is: "at least", bound: 0.85 },
    { of: "ours", metric: "perSecond", against: "client-node", is: "at least", bound: 1.6 }
  ]
}
