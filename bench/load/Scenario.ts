import type { Scenario } from "../Scenario.js"
import { builds, changesASecond } from "./Workload.js"

export const scenario: Scenario = {
  name: "load",
  title: `${builds} builds in one process, ${changesASecond} changes of their pods a second`,
  columns: ["startedPerSecond", "p50Ms", "p99Ms", "cpuSeconds", "grownMiB", "keptMiB", "stallMs"],
  contestants: ["ours", "ours-tuned", "ours-each"],
  goals: [
    { of: "ours", metric: "p99Ms", is: "at most", bound: 50 },
    { of: "ours", metric: "grownMiB", is: "at most", bound: 150 },
    { of: "ours-tuned", metric: "p99Ms", is: "at most", bound: 50 },
    { of: "ours-tuned", metric: "grownMiB", is: "at most", bound: 150 }
  ]
}
