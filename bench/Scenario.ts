/**
 * A measurement of contestants that do the same work, each in a process of its own.
 */
import { operations } from "../test/support/BuildOperations.js"

/** A number that a contestant measured, by its name. */
export type Metric = keyof typeof units

/** What is measured, as the head of a column. */
export const units = {
  perSecond: "a second",
  sideBySidePerSecond: "side by side, a second",
  seconds: "seconds",
  listMs: "list, ms",
  importMs: "import, ms",
  startMs: "start, ms",
  cpuSeconds: "CPU seconds",
  peakMiB: "peak RSS, MiB",
  grown: "peak RSS, in terms of that at half",
  stallMs: "longest stall, ms",
  keptBytes: "kept an object, bytes",
  megabytesPerSecond: "MB a second",
  connections: "connections",
  startedPerSecond: "builds begun a second",
  requestsToBegin: "requests to begin a build",
  requestsToFollow: "requests while a build is followed",
  p50Ms: "latency of a status, median, ms",
  p99Ms: "latency of a status, 99th percentile, ms",
  delayMs: "delay of the server, 99th percentile, ms",
  grownMiB: "peak RSS above idle, MiB",
  keptMiB: "alive, MiB",
  diskMiB: "peak of the disk, MiB",
  beforeSeconds: "before buildah's first work, s",
  afterSeconds: "after its last, s",
  ...operations
} as const

export type Sample = Readonly<Partial<Record<Metric, number>>>

/** The number of a contestant in `metric`, or its ratio to that of another, is to be at least, or at most, `bound`. */
export interface Goal {
  readonly of: string
  readonly metric: Metric
  readonly against?: string
  readonly is: "at least" | "at most"
  readonly bound: number
}

export interface Scenario {
  readonly name: string
  readonly title: string
  readonly columns: ReadonlyArray<Metric>
  /** Of the table; default: columns, with a row for each contestant. */
  readonly metricsAre?: "rows" | undefined
  /** By their names; each is a program in the folder of the scenario that prints its sample as JSON. */
  readonly contestants: ReadonlyArray<string>
  readonly goals: ReadonlyArray<Goal>
  /** At most so many rounds: its numbers are exact, or a round takes minutes. */
  readonly maxRounds?: number | undefined
}
