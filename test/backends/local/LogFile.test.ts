import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Chunk, Deferred, Effect, FastCheck, Fiber, Ref, Schema, Stream } from "effect"
import * as LogFile from "../../../src/backends/local/LogFile.js"

const written = Schema.Array(Schema.String.pipe(Schema.pattern(/^[ a-zé]{0,9}$/)))

const file = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  return { fs, path: `${yield* fs.makeTempDirectoryScoped()}/log` }
})

describe("LogFile", () => {
  it.scopedLive("LogFile: gives the last lines, with or without a newline at the end", () =>
    Effect.gen(function*() {
      const { fs, path } = yield* file
      const samples = FastCheck.sample(
        FastCheck.tuple(Arbitrary.make(written), FastCheck.nat(6), FastCheck.boolean()),
        100
      )
      for (const [lines, count, closed] of samples) {
        const text = lines.join("\n")
        yield* fs.writeFileString(path, closed && lines.length > 0 ? `${text}\n` : text)
        // An empty last line that no newline closes is none.
        const kept = closed || lines.at(-1) !== "" ? lines : lines.slice(0, -1)
        const tail = yield* LogFile.tail(fs, path, count)
        assert.deepStrictEqual(tail, count === 0 ? [] : kept.slice(-count), JSON.stringify({ text, count, closed }))
      }
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("LogFile: a carriage return ends a line only before a newline", () =>
    Effect.gen(function*() {
      const { fs, path } = yield* file
      yield* fs.writeFileString(path, "first\r\n50%\r100%\nlast\r")
      assert.deepStrictEqual(yield* LogFile.tail(fs, path, 3), ["first", "50%\r100%", "last"])
      assert.deepStrictEqual(yield* LogFile.tail(fs, path, 2), ["50%\r100%", "last"])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("LogFile: looks again at once when it is told that the file is complete", () =>
    Effect.gen(function*() {
      const { fs, path } = yield* file
      yield* fs.writeFileString(path, "one\n")
      const isComplete = yield* Ref.make(false)
      const complete = yield* Deferred.make<void>()
      const seen = yield* Deferred.make<void>()
      const reading = yield* LogFile.lines(fs, path, {
        isComplete: Ref.get(isComplete),
        interval: "1 hour",
        ended: Deferred.await(complete)
      }).pipe(Stream.tap(() => Deferred.succeed(seen, undefined)), Stream.runCollect, Effect.fork)
      yield* Deferred.await(seen)
      yield* fs.writeFileString(path, "two\n", { flag: "a" })
      yield* Ref.set(isComplete, true)
      yield* Deferred.succeed(complete, undefined)
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(reading)), ["one", "two"])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("LogFile: reads what is added until it is complete, letters split in two included", () =>
    Effect.gen(function*() {
      const { fs, path } = yield* file
      yield* fs.writeFileString(path, "one\ntw")
      const complete = yield* Ref.make(false)
      const reading = yield* Effect.fork(
        LogFile.lines(fs, path, { isComplete: Ref.get(complete), interval: "1 millis" }).pipe(Stream.runCollect)
      )
      const [first = 0, ...rest] = new TextEncoder().encode("é")
      yield* fs.writeFile(path, new Uint8Array([first]), { flag: "a" })
      yield* Effect.sleep("20 millis")
      yield* fs.writeFile(path, new Uint8Array(rest), { flag: "a" })
      yield* fs.writeFileString(path, "\nthree", { flag: "a" })
      yield* Ref.set(complete, true)
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Fiber.join(reading)), ["one", "twé", "three"])
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("LogFile: has no tail of a file that is not there", () =>
    Effect.gen(function*() {
      const { fs, path } = yield* file
      assert.deepStrictEqual(yield* LogFile.tail(fs, path, 3), [])
    }).pipe(Effect.provide(NodeContext.layer)))
})
