import type { Scenario } from "../Scenario.js"
import { builds, changesASecond } from "./Workload.js"

export const scenario: Scenario = {
  name: "load",
  title: `${builds} builds in one process, ${changesASecond} changes of their pods a second`,
  columns: ["startedPerSecond", "p50Ms", "p99Ms", "delayMs", "cpuSeconds", "grownMiB", "keptMiB", "stallMs"],
  maxRounds: 2,
  contestants: ["limit", "ours", "ours-tuned", "ours-each"],
  goals: [
    { of: "ours", metric: "p99Ms", is: "at most", bound: 40 },
    { of: "ours", metric: "grownMiB", is: "at most", bound: 150 },
    // 0.6 of what it took on 2026-11-26.
    { of: "ours", metric: "cpuSeconds", is: "at most", bound: 12.4 },
    { of: "ours-each", metric: "p99Ms", is: "at most", bound: 150 },
    { of: "ours-each", metric: "grownMiB", is: "at most", bound: 350 }
  ]
}
