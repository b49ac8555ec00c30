import type { Goal, Scenario } from "../Scenario.js"
import * as Pods from "../server/Pods.js"

const goals = (of: string): ReadonlyArray<Goal> => [
  { of, metric: "perSecond", against: "client-node", is: "at least", bound: 2.5 },
  { of, metric: "peakMiB", against: "client-node", is: "at most", bound: 0.22 },
  { of, metric: "stallMs", is: "at most", bound: 20 }
]

export const scenario: Scenario = {
  name: "reflector",
  title: `List of ${Pods.count} pods, then ${Pods.changes} changes of them`,
  columns: ["listMs", "perSecond", "cpuSeconds", "peakMiB", "stallMs", "keptBytes"],
  contestants: [
    "limit",
    "limit-protobuf",
    "ours",
    "ours-whole",
    "client-node",
    "fluent-client",
    "client-go",
    "client-go-protobuf"
  ],
  goals: [
    ...goals("ours"),
    { of: "ours", metric: "perSecond", against: "limit", is: "at least", bound: 1.2 },
    { of: "ours", metric: "keptBytes", is: "at most", bound: 600 },
    { of: "ours-whole", metric: "keptBytes", is: "at most", bound: 1200 },
    { of: "ours", metric: "cpuSeconds", against: "client-go", is: "at most", bound: 0.15 },
    { of: "ours", metric: "cpuSeconds", against: "client-go-protobuf", is: "at most", bound: 1.5 },
    ...goals("ours-whole")
  ]
}
