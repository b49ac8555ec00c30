import type { Scenario } from "../Scenario.js"

export const scenario: Scenario = {
  name: "startup",
  title: "Start of a bare Node, of one that imports Effect's core, of `os-builder --help` and of `os-builder list`",
  columns: ["startMs", "cpuSeconds"],
  contestants: ["node", "core", "help", "list"],
  goals: [
    { of: "help", metric: "startMs", against: "node", is: "at most", bound: 1.8 },
    { of: "list", metric: "startMs", against: "node", is: "at most", bound: 2.5 },
    { of: "help", metric: "startMs", against: "core", is: "at most", bound: 2 }
  ]
}
