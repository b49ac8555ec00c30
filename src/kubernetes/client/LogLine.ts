/**
 * The timestamps that a kubelet puts before the lines of a log.
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

// RFC 3339; container runtimes differ in the number of fractional digits.
const timestamp = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})(?: |$)/

/**
 * The timestamp that a kubelet in UTC writes before almost every line, recognized by its form: `0` is a digit. A regular expression takes
 * a tenth of the time in which a log is followed.
 */
const usual = "0000-00-00T00:00:00.000000000Z "
const usualCodes = Array.from(usual, (character) => character === "0" ? -1 : character.charCodeAt(0))

const isUsual = (line: string): boolean => {
  if (line.length < usualCodes.length) return false
  for (let index = 0; index < usualCodes.length; index++) {
    const code = line.charCodeAt(index)
    const expected = usualCodes[index]
    if (expected === -1 ? code < 48 || code > 57 : code !== expected) return false
  }
  return true
}

/** The length of a line's timestamp; 0 if there is none. */
export const timestampLength = (line: string): number => {
  if (isUsual(line)) {
    return usualCodes.length - 1
  }
  if (!timestamp.test(line)) {
    return 0
  }
  const end = line.indexOf(" ")
  return end === -1 ? line.length : end
}

/** A form of timestamps that sorts as text. The offset of a node's time zone changes twice a year. */
export const sortable = (time: string): string => {
  const [, local = "", fraction = "", offset = ""] = /^([^.Z+]{19})(?:\.(\d+))?(.*)$/.exec(time) ?? []
  const seconds = offset === "Z" ? local : Option.match(DateTime.make(`${local}${offset}`), {
    onNone: () => local,
    onSome: (time) => DateTime.formatIso(time).slice(0, 19)
  })
  return `${seconds}.${fraction.padEnd(9, "0")}`
}

// A kubelet writes its timestamps with nine fractional digits (pkg/kubelet/types/constants.go RFC3339NanoFixed).
const innerTimestamp = /\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\.\d{9}(?:Z|[+-]\d{2}:\d{2}) /g

/**
 * Container runtimes store a long line in pieces: containerd and dockerd of 16 KiB, conmon of 8 KiB. A smaller piece is not
 * expected before a timestamp, but conmon stores what one read returned.
 */
const minPiece = 4096

/** Whether a line of this length, with its timestamp, may have timestamps inside. */
export const mayHaveInner = (length: number): boolean => length >= minPiece

/** A later timestamp was written by the program, not by the kubelet between two pieces. */
const maxSpread = "5 minutes"

/**
 * A line and its timestamp without the timestamps inside. Kubelets before 1.27 put one before each piece of a long line
 * (kubernetes/kubernetes#77603). They are not earlier than the timestamp of the line, and programs write earlier ones.
 */
export const withoutInnerTimestamps = (line: string, length: number): string => {
  if (length === 0 || !mayHaveInner(line.length)) {
    return line
  }
  const first = sortable(line.slice(0, length))
  const last = Option.match(DateTime.make(line.slice(0, length)), {
    onNone: () => first,
    onSome: (time) => sortable(DateTime.formatIso(DateTime.addDuration(time, maxSpread)))
  })
  const kept: Array<string> = []
  let start = 0
  let pieceStart = length + 1
  for (const { 0: found, index } of line.matchAll(innerTimestamp)) {
    const time = sortable(found.trimEnd())
    if (index - pieceStart >= minPiece && time >= first && time <= last) {
      kept.push(line.slice(start, index))
      start = index + found.length
      pieceStart = start
    }
  }
  return kept.length === 0 ? line : kept.join("") + line.slice(start)
}
