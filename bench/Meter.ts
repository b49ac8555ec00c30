/**
 * What a contestant measures about its own process.
 */
import { monitorEventLoopDelay } from "node:perf_hooks"
import { setTimeout } from "node:timers/promises"
import type { Sample } from "./Scenario.js"

export interface Meter {
  /** Since the start. */
  readonly seconds: () => number
  readonly stop: () => Sample
}

/** The peak of resident memory so far. */
export const peakMiB = (): number => process.resourceUsage().maxRSS / 1024

/** The bytes that are alive. */
export const heap = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed
}

/** How many of the bytes that were alive no longer are. */
export const freed = async (before: number): Promise<number> => {
  await setTimeout(100)
  return before - heap()
}

export const start = (): Meter => {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const cpu = process.cpuUsage()
  const began = performance.now()
  const seconds = () => (performance.now() - began) / 1_000
  return {
    seconds,
    stop: () => {
      const { system, user } = process.cpuUsage(cpu)
      return { seconds: seconds(), cpuSeconds: (system + user) / 1e6, peakMiB: peakMiB(), stallMs: delay.max / 1e6 }
    }
  }
}

/** Prints a sample, and ends the process. */
export const report = (sample: Sample): never => {
  console.log(JSON.stringify(sample))
  return process.exit()
}
