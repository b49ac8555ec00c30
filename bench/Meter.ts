/**
 * What a contestant measures about its own process.
 */
import * as fs from "node:fs"
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

/** CPU seconds of this process and of all its descendants that have ended: proc(5), fields 14 to 17 of stat. */
export const cpuSecondsOfAll = (): number => {
  const stat = fs.readFileSync("/proc/self/stat", "utf8")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return fields.slice(11, 15).reduce((sum, ticks) => sum + Number(ticks), 0) / 100
}

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
