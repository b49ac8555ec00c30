/**
 * Counts the lines of the log as they come.
 */
import * as Meter from "../Meter.js"
import type { Sample } from "../Scenario.js"
import * as Log from "../server/Log.js"

export const start = () => {
  const meter = Meter.start()
  let lines = 0
  let half = 0
  return {
    line: (line: string): void => {
      if (line.length !== Log.line.length - 1) {
        throw new Error(`got ${line}`)
      }
      if (++lines === Log.lines / 2) {
        half = Meter.peakMiB()
      }
    },
    finish: (): never => {
      if (lines !== Log.lines) {
        throw new Error(`got ${lines} lines`)
      }
      const sample: Sample = meter.stop()
      const megabytesPerSecond = Log.lines * Log.line.length / 1e6 / meter.seconds()
      return Meter.report({ ...sample, megabytesPerSecond, grown: Meter.peakMiB() / half })
    }
  }
}
