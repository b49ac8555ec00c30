import { assert, describe, it } from "@effect/vitest"
import { FastCheck } from "effect"
import * as LogPosition from "../../../src/kubernetes/client/LogPosition.js"

/** Few times, so that many lines have the same one: of two zones, with fractions of other lengths, and of a clock that was set back. */
const time = FastCheck.oneof(
  FastCheck.tuple(
    FastCheck.constantFrom("09:59:59", "10:00:00", "10:00:01"),
    FastCheck.constantFrom("000000000", "000000001", "5")
  )
    .map(([second, fraction]) => `2026-11-22T${second}.${fraction}Z`),
  FastCheck.constantFrom("2026-11-22T12:00:00.000000001+02:00", "2026-11-22T10:00:00Z")
)

const line = FastCheck.oneof(
  {
    weight: 6,
    arbitrary: FastCheck.tuple(time, FastCheck.constantFrom("", "a", "é 😀", "2026-11-22T10:00:00.000000000Z b")).map((
      both
    ) => both.join(" "))
  },
  { weight: 1, arbitrary: time },
  { weight: 1, arbitrary: FastCheck.constantFrom("", "no time", "2026-11-22T10:00:00.00000000xZ c") }
)

const log = FastCheck.array(line, { maxLength: 40 })

/** The log in blocks, which the sizes make, and in chunks of two blocks. */
const chunksOf = (
  lines: ReadonlyArray<string>,
  sizes: ReadonlyArray<number>
): ReadonlyArray<ReadonlyArray<Uint8Array>> => {
  const chunks: Array<Array<Uint8Array>> = []
  let start = 0
  for (let n = 0; start < lines.length; n++) {
    const block = Buffer.from(lines.slice(start, start + (sizes[n % sizes.length] ?? 1)).join("\n"))
    const chunk = chunks.at(-1)
    if (chunk === undefined || chunk.length === 2) chunks.push([block])
    else chunk.push(block)
    start += sizes[n % sizes.length] ?? 1
  }
  return chunks
}

const sizes = FastCheck.array(FastCheck.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 5 })

const withoutTime = (line: string) => line.replace(/^2026-11-22T[\d:.]+(?:Z|\+02:00)(?: |$)/, "")

describe("LogPosition", () => {
  it("filter: emits the lines of any blocks, with and without their times", () => {
    FastCheck.assert(FastCheck.property(log, sizes, FastCheck.boolean(), (lines, sizes, timestamps) => {
      const position = LogPosition.make(timestamps)
      const filter = position.filter("start")
      assert.deepStrictEqual(
        chunksOf(lines, sizes).flatMap((chunk) => filter(chunk).lines),
        timestamps ? lines : lines.map(withoutTime)
      )
      assert.strictEqual(position.time(), lines.findLast((line) => withoutTime(line) !== line)?.split(" ")[0] ?? "")
    }))
  })

  it("filter: resumes after the last line at the same place for any blocks", () => {
    FastCheck.assert(
      FastCheck.property(
        log,
        log,
        sizes,
        FastCheck.constantFrom<LogPosition.From>("since", "last", "whole"),
        (first, then, sizes, from) => {
          const resumed = (sizes: ReadonlyArray<number>) => {
            const position = LogPosition.make(true)
            const start = position.filter("start")
            const emitted = chunksOf(first, sizes).map((chunk) => start(chunk))
            const next = position.filter(from)
            const behind = chunksOf(then, sizes).map((chunk) => next(chunk))
            return { emitted, behind, time: position.time() }
          }
          const lines = (filtered: ReadonlyArray<LogPosition.Filtered>) => filtered.flatMap(({ lines }) => lines)
          const inBlocks = resumed(sizes)
          const oneByOne = resumed([1])
          const isBehind = (filtered: ReadonlyArray<LogPosition.Filtered>) =>
            filtered.find(({ behind }) => behind !== undefined)?.behind
          assert.deepStrictEqual(lines(inBlocks.emitted), lines(oneByOne.emitted))
          assert.strictEqual(isBehind(inBlocks.behind), isBehind(oneByOne.behind))
          if (isBehind(oneByOne.behind) === undefined) {
            assert.deepStrictEqual(lines(inBlocks.behind), lines(oneByOne.behind))
            assert.strictEqual(inBlocks.time, oneByOne.time)
          }
        }
      )
    )
  })
})
