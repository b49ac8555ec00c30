/**
 * The timestamps of the lines of a log, read as the lines come: the last one, how many lines end the log with it, and the
 * latest one.
 *
 * Most lines are of the same second as the line before them. Of those only the fraction is read, as a number: a text for each
 * timestamp would cost as much as the line itself.
 */
import { sortable, timestampLength } from "./LogLine.js"

export interface LogTimes {
  /**
   * Takes note of the line between two positions of a block of lines. Returns the length of its timestamp; 0 if there is none,
   * and nothing changes.
   */
  readonly read: (block: string, start: number, end: number) => number
  /** The last timestamp; empty if there is none. */
  readonly last: () => string
  /** How many lines had the last timestamp, one after the other. */
  readonly count: () => number
  /** The latest timestamp, sortable; empty if there is none. */
  readonly latest: () => string
}

const digits = 9
const zero = 48

/** The number of nine digits; -1 if there are other characters. */
const fractionAt = (text: string, start: number): number => {
  let value = 0
  for (let index = start; index < start + digits; index++) {
    const digit = text.charCodeAt(index) - zero
    if (!(digit >= 0 && digit <= 9)) return -1
    value = value * 10 + digit
  }
  return value
}

const usual = /^(.{19}\.)(\d{9})(\D.*)$/

export const make = (): LogTimes => {
  // The last timestamp: a second with its point, nanoseconds, and the zone with a space after it; or a text of another form.
  let second = ""
  let nanos = 0
  let zone = ""
  let other = ""
  let count = 0
  /** The largest fraction since the second has changed. */
  let highestNanos = 0
  /** The latest text of the zone, as far as it is not in `latest`. */
  let highest = ""
  let latest = ""

  const textOf = (fraction: number) => second + String(fraction).padStart(digits, "0") + zone.trimEnd()
  const last = () => second === "" ? other : textOf(nanos)

  const noteLatest = (time: string) => {
    const at = time === "" ? "" : sortable(time)
    latest = at > latest ? at : latest
  }

  /** Timestamps of one zone compare as text. */
  const noteSecond = () => {
    const text = second === "" ? "" : textOf(highestNanos)
    highest = text > highest ? text : highest
  }

  const noteZone = () => {
    noteLatest(highest)
    highest = ""
  }

  const readOther = (line: string): number => {
    const length = timestampLength(line)
    if (length === 0) return 0
    const time = line.slice(0, length)
    count = time === last() ? count + 1 : 1
    noteSecond()
    const [, nextSecond = "", fraction = "", nextZone = ""] = usual.exec(time) ?? []
    if (zone !== `${nextZone} `) noteZone()
    second = nextSecond
    nanos = Number(fraction)
    highestNanos = nanos
    zone = `${nextZone} `
    other = time
    if (second === "") noteLatest(time)
    return length
  }

  return {
    read: (block, start, end) => {
      if (second !== "" && block.startsWith(second, start)) {
        const fraction = fractionAt(block, start + second.length)
        if (fraction >= 0 && block.startsWith(zone, start + second.length + digits)) {
          count = fraction === nanos ? count + 1 : 1
          nanos = fraction
          if (fraction > highestNanos) highestNanos = fraction
          return second.length + digits + zone.length - 1
        }
      }
      return readOther(block.slice(start, end))
    },
    last,
    count: () => count,
    latest: () => {
      noteSecond()
      noteZone()
      return latest
    }
  }
}
