import type { Scenario } from "../Scenario.js"

export const scenario: Scenario = {
  name: "upload",
  title: "a folder of 128 or 512 MB: its digest, its upload to a pod, and buildah alone, which copies it into an image",
  maxRounds: 3,
  columns: ["seconds", "cpuSeconds", "peakMiB"],
  contestants: ["digest-128", "digest-512", "attach-128", "attach-512", "buildah-128", "buildah-512"],
  goals: [
    { of: "digest-512", metric: "peakMiB", against: "digest-128", is: "at most", bound: 1.2 },
    { of: "attach-512", metric: "peakMiB", against: "attach-128", is: "at most", bound: 1.2 }
  ]
}
