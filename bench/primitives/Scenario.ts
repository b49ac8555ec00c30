import type { Scenario } from "../Scenario.js"

/** Requests of the limiter and the timeout. Effect's semaphore wakes all waiters at each release, so more take minutes. */
export const requests = 12_800

/** Elements of the streams, by chunks of this size. */
export const elements = 6_400_000
export const chunkSize = 64

/** Concurrent fibers of the limiter, and the slots that they share. */
export const fibers = 64
export const slots = 32

export const scenario: Scenario = {
  name: "primitives",
  title: `${requests} requests, or ${elements} elements of a stream`,
  maxRounds: 3,
  columns: ["perSecond", "cpuSeconds", "peakMiB"],
  contestants: ["limiter", "semaphore", "timeout", "effect-timeout", "pull", "stream-operators"],
  goals: [
    { of: "limiter", metric: "cpuSeconds", against: "semaphore", is: "at most", bound: 0.5 },
    { of: "timeout", metric: "cpuSeconds", against: "effect-timeout", is: "at most", bound: 0.5 },
    { of: "pull", metric: "cpuSeconds", against: "stream-operators", is: "at most", bound: 1.2 }
  ]
}
