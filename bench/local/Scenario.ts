import type { Scenario } from "../Scenario.js"

export const scenario: Scenario = {
  name: "local",
  title: "buildah alone (build, then push) and the local backend; the base is pulled from a registry on the loopback",
  columns: ["seconds", "cpuSeconds", "diskMiB", "beforeSeconds", "afterSeconds"],
  maxRounds: 3,
  contestants: [
    "files-plain",
    "files-ours",
    "bytes-plain",
    "bytes-ours",
    "os-plain",
    "os-ours",
    "os-plain-cached",
    "os-plain-changed",
    "os-ours-cached",
    "os-ours-changed",
    "os-ours-around"
  ],
  goals: [
    { of: "files-ours", metric: "seconds", against: "files-plain", is: "at most", bound: 1.2 },
    { of: "files-ours", metric: "cpuSeconds", against: "files-plain", is: "at most", bound: 1.2 },
    { of: "bytes-ours", metric: "seconds", against: "bytes-plain", is: "at most", bound: 1.2 },
    { of: "bytes-ours", metric: "cpuSeconds", against: "bytes-plain", is: "at most", bound: 1.2 },
    { of: "os-ours", metric: "seconds", against: "os-plain", is: "at most", bound: 1 },
    { of: "os-ours", metric: "cpuSeconds", against: "os-plain", is: "at most", bound: 1.1 },
    { of: "os-ours", metric: "diskMiB", against: "os-plain", is: "at most", bound: 1.1 },
    { of: "os-ours-changed", metric: "seconds", against: "os-ours-cached", is: "at most", bound: 0.3 },
    { of: "os-ours-changed", metric: "seconds", against: "os-plain-changed", is: "at most", bound: 1.5 },
    { of: "os-ours-around", metric: "beforeSeconds", is: "at most", bound: 0.5 },
    { of: "os-ours-around", metric: "afterSeconds", is: "at most", bound: 0.1 }
  ]
}
