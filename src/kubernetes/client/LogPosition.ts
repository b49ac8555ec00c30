/**
 * The position in a log across connections: the timestamp of the last line, and how many lines were emitted with it.
 *
 * A response that resumes a log begins with old lines: an API server truncates `sinceTime` to seconds. Lines are skipped up to
 * the last emitted one, and every line after it is new, whatever its timestamp: the clock of a node may be set back. A response
 * that begins with a line after the last emitted one has a hole before it.
 */
import { isAscii } from "node:buffer"
import * as LineText from "./LineText.js"
import { mayHaveInner, sortable, timestampLength, withoutInnerTimestamps } from "./LogLine.js"
import * as LogTimes from "./LogTimes.js"

/**
 * Where a response begins: `since` the timestamp of the position, at the `last` line of the log, at the `start` as first requested,
 * or at the beginning of the `whole` log.
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
  /** For a new response: maps the bytes of whole lines, newlines between them, to the lines that were not emitted yet. */
  readonly filter: (from: From) => (received: ReadonlyArray<Uint8Array>) => Filtered
}

/** `timestamps`: whether lines are emitted with theirs. */
export const make = (timestamps: boolean): LogPosition => {
  const times = LogTimes.make()
  /** Lines without a timestamp after the last one that has one. */
  let trailing = 0

  /** Emits the line from `start` to `end` of a text: a slice of the text, and none for its timestamp. */
  const take = (
    bytes: DataView,
    offset: number,
    text: string,
    start: number,
    end: number,
    emitted: Array<string>
  ): void => {
    const length = times.read(bytes, offset, text, start, end)
    if (length === 0) {
      trailing++
      emitted.push(text.slice(start, end))
    } else {
      trailing = 0
      const skipped = timestamps ? 0 : length + 1
      emitted.push(
        mayHaveInner(end - start)
          ? withoutInnerTimestamps(text.slice(start, end), length).slice(skipped)
          : text.slice(Math.min(start + skipped, end), end)
      )
    }
  }

  const filter = (from: From) => {
    const resumeAt = times.last() === "" ? "" : sortable(times.last())
    let phase: "seek" | "matched" | "new" | "behind" = resumeAt !== "" ? "seek" : trailing > 0 ? "matched" : "new"
    const count = times.count()
    const latest = times.latest()
    let sameTime = count
    let withoutTime = trailing

    /** How to treat the next line, until the first new one. */
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

    let behind: Filtered["behind"]

    /** Emits the line if it is the first new one. */
    const seek = (bytes: DataView, offset: number, line: string, emitted: Array<string>): void => {
      const kind = classify(line)
      if (kind === "skip") return
      if (kind === "behind") {
        behind = sortable(line.slice(0, timestampLength(line))) > resumeAt ? "since" : "whole"
        phase = "behind"
        return
      }
      if (kind === "hole") emitted.push(hole)
      phase = "new"
      take(bytes, offset, line, 0, line.length, emitted)
    }

    return (received: ReadonlyArray<Uint8Array>): Filtered => {
      const emitted: Array<string> = []
      for (const part of received) {
        const bytes = Buffer.from(part.buffer, part.byteOffset, part.byteLength)
        const view = new DataView(part.buffer, part.byteOffset, part.byteLength)
        const ascii = isAscii(bytes)
        for (let from = 0; from <= bytes.length;) {
          const to = LineText.endOfBlock(bytes, from)
          // A character for each byte: it has the newlines where the bytes have them.
          const characters = bytes.toString("latin1", from, to)
          const text = ascii ? characters : bytes.toString("utf8", from, to)
          for (let offset = 0, start = 0; offset <= characters.length;) {
            const next = LineText.endOfLine(characters, offset)
            const end = ascii ? next : LineText.endOfLine(text, start)
            if (phase === "new") take(view, from + offset, text, start, end, emitted)
            else if (phase !== "behind") seek(view, from + offset, text.slice(start, end), emitted)
            offset = next + 1
            start = end + 1
          }
          from = to + 1
        }
      }
      return { lines: behind === undefined ? emitted : [], behind }
    }
  }

  return { time: times.last, filter }
}
