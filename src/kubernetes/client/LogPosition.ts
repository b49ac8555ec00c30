/**
 * The position in a log across connections: the timestamp of the last line, and how many lines were emitted with it.
 *
 * A response that resumes a log begins with old lines: an API server truncates `sinceTime` to seconds. Lines are skipped up to
 * the last emitted one, and every line after it is new, whatever its timestamp: the clock of a node may be set back. A response
 * that begins with a line after the last emitted one has a hole before it.
 */
import { mayHaveInner, sortable, timestampLength, withoutInnerTimestamps } from "./LogLine.js"
import * as LogTimes from "./LogTimes.js"

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
  /** For a new response: maps received blocks of lines, newlines between them, to the lines that were not emitted yet. */
  readonly filter: (from: From) => (received: ReadonlyArray<string>) => Filtered
}

/** `timestamps`: whether lines are emitted with theirs. */
export const make = (timestamps: boolean): LogPosition => {
  const times = LogTimes.make()
  /** Lines without a timestamp after the last one that has one. */
  let trailing = 0

  /** Emits the lines of a block: a slice of the block for each, and none for its timestamp. */
  const take = (block: string, emitted: Array<string>): void => {
    for (let start = 0; start <= block.length;) {
      const newline = block.indexOf("\n", start)
      const end = newline === -1 ? block.length : newline
      const length = times.read(block, start, end)
      if (length === 0) {
        trailing++
        emitted.push(block.slice(start, end))
      } else {
        trailing = 0
        const skipped = timestamps ? 0 : length + 1
        emitted.push(
          mayHaveInner(end - start)
            ? withoutInnerTimestamps(block.slice(start, end), length).slice(skipped)
            : block.slice(Math.min(start + skipped, end), end)
        )
      }
      start = end + 1
    }
  }

  const filter = (from: From) => {
    const resumeAt = times.last() === "" ? "" : sortable(times.last())
    let phase: "seek" | "matched" | "new" = resumeAt !== "" ? "seek" : trailing > 0 ? "matched" : "new"
    const count = times.count()
    const latest = times.latest()
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

    return (blocks: ReadonlyArray<string>): Filtered => {
      const emitted: Array<string> = []
      for (const block of blocks) {
        if (phase === "new") {
          take(block, emitted)
          continue
        }
        for (const line of block.split("\n")) {
          const kind = phase === "new" ? "new" : classify(line)
          if (kind === "behind") {
            const isLater = sortable(line.slice(0, timestampLength(line))) > resumeAt
            return { lines: [], behind: isLater ? "since" : "whole" }
          }
          if (kind === "hole") emitted.push(hole)
          if (kind !== "skip") {
            phase = "new"
            take(line, emitted)
          }
        }
      }
      return { lines: emitted, behind: undefined }
    }
  }

  return { time: times.last, filter }
}
