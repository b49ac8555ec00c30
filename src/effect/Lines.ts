/**
 * Lines of text that comes in pieces.
 *
 * `Stream.splitLines` of Effect 4 ends a line at a carriage return alone, too, with which programs redraw their progress: a log would
 * have other lines than `tailLines` and a kubelet count.
 */
import * as Effect from "effect/Effect"
import type * as Stream from "effect/Stream"
import * as Pull from "./Pull.js"

const withoutReturn = (line: string): string => line.endsWith("\r") ? line.slice(0, -1) : line

/** Splits at newlines, and removes the carriage return before one. The text after the last newline is a line unless it is empty. */
export const split = <E>(text: Stream.Stream<string, E>): Stream.Stream<string, E> =>
  Pull.scopedStream(Pull.transform(text, (pull) => {
    let rest = ""
    let isEnded = false

    const take = (pieces: ReadonlyArray<string>): ReadonlyArray<string> => {
      const lines: Array<string> = []
      for (const piece of pieces) {
        const parts = piece.split("\n")
        const last = parts.pop() ?? ""
        for (const part of parts) {
          lines.push(withoutReturn(rest + part))
          rest = ""
        }
        rest += last
      }
      return lines
    }

    const finish = (): Pull.Pull<string, never> => {
      isEnded = true
      return rest === "" ? Pull.end : Pull.of(withoutReturn(rest))
    }

    const again: Pull.Pull<string, E> = Effect.suspend(() =>
      isEnded ? Pull.end : Pull.match(Pull.map(pull, take), {
        onEnd: finish,
        onFailure: Pull.fail,
        onSuccess: (lines) => Pull.emit(lines, again)
      })
    )
    return again
  }))
