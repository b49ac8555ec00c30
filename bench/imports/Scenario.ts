import type { Scenario } from "../Scenario.js"

export const scenario: Scenario = {
  name: "imports",
  title: "Import of the main entry; the limit is that of the effect modules that it uses",
  columns: ["importMs", "cpuSeconds", "peakMiB"],
  contestants: ["limit", "ours", "client-node"],
  goals: [{ of: "ours", metric: "importMs", against: "limit", is: "at most", bound: 1.12 }]
}
