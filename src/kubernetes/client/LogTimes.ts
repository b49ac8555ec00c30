/**
 * The timestamps of the lines of a log, read as the lines come: the last one, how many lines end the log with it, and the
 * latest one.
 *
 * Most lines have the second of the line before them. For those only the fraction is read, as a number from the bytes: a string for
 * each timestamp would cost as much as the line itself.
 */
import { sortable, timestampLength } from "./LogLine.js"

export interface LogTimes {
  /**
   * Takes note of the line from `start` to `end` of a text, whose bytes begin at `offset`. Returns the length of its timestamp;
   * 0 if there is none, and nothing changes.
   */
  readonly read: (bytes: DataView, offset: number, text: string, start: number, end: number) => number
  /** The last timestamp; empty if there is none. */
  readonly last: () => string
  /** How many lines had the last timestamp, one after the other. */
  readonly count: () => number
  /** The latest timestamp, sortable; empty if there is none. */
  readonly latest: () => string
}

const digits = 9
/** The length of a second with its point, in bytes. */
const secondLength = 20
const zero = 48

/** Whether the four bytes of a word are ASCII digits: neither below `0`, nor above `9`. */
const areDigits = (word: number): boolean => (((word - 0x30303030) | (word + 0x46464646)) & 0x80808080) === 0

const ofDigits = (word: number): number =>
  (word >> 24 & 15) * 1000 + (word >> 16 & 15) * 100 + (word >> 8 & 15) * 10 + (word & 15)

/** The number of nine digits; -1 if there are other characters. */
const fractionAt = (bytes: DataView, at: number): number => {
  const high = bytes.getInt32(at)
  const middle = bytes.getInt32(at + 4)
  const low = bytes.getUint8(at + 8) - zero
  return areDigits(high) && areDigits(middle) && low >= 0 && low <= 9
    ? (ofDigits(high) * 10_000 + ofDigits(middle)) * 10 + low
    : -1
}

const codesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

/** The words of a text in ASCII, of four bytes each. */
const wordsOf = (text: string): Int32Array => {
  const bytes = new DataView(codesOf(text).buffer)
  return Int32Array.from({ length: bytes.byteLength / 4 }, (_, index) => bytes.getInt32(4 * index))
}

const usual = /^(.{19}\.)(\d{9})(\D.*)$/

export const make = (): LogTimes => {
  // The last timestamp: a second with its point, nanoseconds, and the zone with a space after it; or a text of another form.
  let second = ""
  let nanos = 0
  let zone = ""
  let secondWords = wordsOf(second)
  let zoneCodes = codesOf(zone)
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
    secondWords = wordsOf(second)
    nanos = Number(fraction)
    highestNanos = nanos
    zone = `${nextZone} `
    zoneCodes = codesOf(zone)
    other = time
    if (second === "") noteLatest(time)
    return length
  }

  const isSecondAt = (bytes: DataView, at: number): boolean => {
    for (let index = 0; index < secondWords.length; index++) {
      if (bytes.getInt32(at + 4 * index) !== secondWords[index]) return false
    }
    return true
  }

  const isZoneAt = (bytes: DataView, at: number): boolean => {
    for (let index = 0; index < zoneCodes.length; index++) {
      if (bytes.getUint8(at + index) !== zoneCodes[index]) return false
    }
    return true
  }

  /** Another second with the same zone. */
  const readSecond = (bytes: DataView, at: number, time: string, fraction: number): boolean => {
    if (timestampLength(time) !== time.length - 1) return false
    noteSecond()
    second = time.slice(0, secondLength)
    for (let index = 0; index < secondWords.length; index++) secondWords[index] = bytes.getInt32(at + 4 * index)
    count = 1
    highestNanos = fraction
    return true
  }

  return {
    read: (bytes, offset, text, start, end) => {
      const width = secondLength + digits + zoneCodes.length
      if (second !== "" && end - start >= width && isZoneAt(bytes, offset + secondLength + digits)) {
        const fraction = fractionAt(bytes, offset + secondLength)
        const isSecond = isSecondAt(bytes, offset)
        if (fraction >= 0 && (isSecond || readSecond(bytes, offset, text.slice(start, start + width), fraction))) {
          if (isSecond) count = fraction === nanos ? count + 1 : 1
          nanos = fraction
          if (fraction > highestNanos) highestNanos = fraction
          return width - 1
        }
      }
      return readOther(text.slice(start, end))
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
