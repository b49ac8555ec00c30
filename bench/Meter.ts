/**
 * What a contestant measures about its own process, from here on.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import type { Sample } from "./Scenario.js"

export interface Meter {
  readonly seconds: () => number
  /** Prints what was measured, and ends the process. */
  readonly finish: (more: Sample) => never
}

/** The peak of resident memory so far. */
export const peakMiB = (): number => process.resourceUsage().maxRSS / 1024

export const start = (): Meter => {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpu = process.cpuUsage()
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1_000
  return {
    seconds,
    finish: (more) => {
      const { system, user } = process.cpuUsage(cpu)
      const sample: Sample = {
        seconds: seconds(),
        cpuSeconds: (system + user) / 1e6,
        peakMiB: peakMiB(),
        stallMs: delay.max / 1e6,
        ...more
      }
      console.log(JSON.stringify(sample))
      return process.exit()
    }
  }
}
