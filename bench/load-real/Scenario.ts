import type { Scenario } from "../Scenario.js"
import { builds, changesASecond } from "./Site.js"

/** By its name alone: it needs `npm run control-plane`. */
export const scenario: Scenario = {
  name: "load-real",
  title: `${builds} builds in one process on a real control plane, ${changesASecond} changes of their pods a second`,
  columns: [
    "startedPerSecond",
    "requestsToBegin",
    "requestsToFollow",
    "p50Ms",
    "p99Ms",
    "delayMs",
    "cpuSeconds",
    "grownMiB",
    "keptMiB",
    "stallMs"
  ],
  contestants: ["ours"],
  goals: []
}
