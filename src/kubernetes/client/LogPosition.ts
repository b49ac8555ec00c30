/**
 * The position in a log across connections: the timestamp of the last line, and how many lines were emitted with it.
 *
 * A response that resumes a log begins with old lines: an API server truncates `sinceTime` to seconds. Lines are skipped up to
 * the last emitted one, and every line after it is new, whatever its timestamp: the clock of a node may be set back. A response
 * that begins with a line after the last emitted one has a hole before it.
 */
import { sortable, timestampLength, withoutInnerTimestamps } from "./LogLine.js"

/**
 * Where a response begins: `since` the timestamp of the position, with the `last` line of the log, or at its `start` as first
 * requested, or with the `whole` log.
 */
export type From = "start" | "since" | "last" | "whole"

/** The line in place of lines that the server does not have any more. */
export const hole = "[os-builder] a part of the log is not available any more"

export interface Filtered {
  /** The new lines, as they are emitted. */
  readonly lines: ReadonlyArray<string>
  /** The log has lines that this response lacks: from where they have to be requested. */
  readonly behind: "since" | "whole" | undefined
}

export interface LogPosition {
  /** The timestamp of the last line; empty if there is none. */
  readonly time: () => string
  /** For a new response: maps received chunks to the lines that were not emitted yet. */
  readonly filter: (from: From) => (received: ReadonlyArray<string>) => Filtered
}

/** `timestamps`: whether lines are emitted with theirs. */
export const make = (timestamps: boolean): LogPosition => {
  let time = ""
  /** Lines at the end with this timestamp. */
  let count = 0
  /** Lines without a timestamp after that. */
  let trailing = 0
  /** The latest timestamp of all, sortable. */
  let latest = ""

  const emit = (line: string): string => {
    const length = timestampLength(line)
    if (length === 0) {
      trailing++
      return line
    }
    const stamp = line.slice(0, length)
    count = stamp === time ? count + 1 : 1
    time = stamp
    trailing = 0
    const cleaned = withoutInnerTimestamps(line, length)
    return timestamps ? cleaned : cleaned.slice(length + 1)
  }

  /** Emits the new lines of a response. */
  const take = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
    let highest = ""
    const emitted = lines.map((line) => {
      const text = emit(line)
      // Timestamps of one server compare as text, but for a change of the time zone.
      if (trailing === 0 && time > highest) {
        highest = time
      }
      return text
    })
    const at = highest === "" ? "" : sortable(highest)
    latest = at > latest ? at : latest
    return emitted
  }

  const filter = (from: From) => {
    const resumeAt = time === "" ? "" : sortable(time)
    let phase: "seek" | "matched" | "new" = time !== "" ? "seek" : trailing > 0 ? "matched" : "new"
    let sameTime = count
    let withoutTime = trailing

    /** What to do with the next line, until the first new one. */
    const classify = (line: string): "skip" | "new" | "hole" | "behind" => {
      const length = timestampLength(line)
      if (phase === "matched") {
        return length === 0 && withoutTime-- > 0 ? "skip" : "new"
      }
      if (length === 0) {
        return "skip"
      }
      const at = sortable(line.slice(0, length))
      if (at === resumeAt) {
        sameTime--
        phase = sameTime <= 0 || from === "last" ? "matched" : "seek"
        return "skip"
      }
      return from === "last"
        ? "behind"
        : sameTime < count
        ? "new"
        : at > latest
        ? "hole"
        : "skip"
    }

    return (lines: ReadonlyArray<string>): Filtered => {
      let start = 0
      let before: ReadonlyArray<string> = []
      for (; phase !== "new" && start < lines.length; start++) {
        const line = lines[start] ?? ""
        const kind = classify(line)
        if (kind === "behind") {
          const isLater = sortable(line.slice(0, timestampLength(line))) > resumeAt
          return { lines: [], behind: isLater ? "since" : "whole" }
        }
        if (kind !== "skip") {
          phase = "new"
          before = kind === "hole" ? [hole] : []
          break
        }
      }
      return {
        lines: [...before, ...take(start === 0 ? lines : lines.slice(start))],
        behind: undefined
      }
    }
  }

  return { time: () => time, filter }
}
