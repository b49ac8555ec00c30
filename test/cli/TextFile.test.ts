import { FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { spawn } from "node:child_process"
import * as path from "node:path"
import * as TextFile from "../../src/cli/TextFile.js"

const reading = (limit: number, file: string) =>
  Effect.flatMap(FileSystem.FileSystem, (fs) => TextFile.read(fs, file, limit))

/** A pipe into which a shell command writes. */
const pipe = (command: string) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const fifo = path.join(yield* fs.makeTempDirectoryScoped(), "fifo")
    yield* Effect.acquireRelease(
      Effect.sync(() => spawn("sh", ["-c", `mkfifo "$1" && ${command} > "$1"`, "sh", fifo], { stdio: "ignore" })),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    yield* Effect.repeat(fs.exists(fifo), { until: (exists) => exists })
    return fifo
  })

it.scopedLive("a text file: a pipe is read to its end", () =>
  Effect.gen(function*() {
    assert.strictEqual(yield* reading(100, yield* pipe("printf 'FROM scratch\\n'")), "FROM scratch\n")
  }).pipe(Effect.provide(NodeContext.layer)))

it.scopedLive("a text file: a pipe of exactly the limit is read, one byte more is refused", () =>
  Effect.gen(function*() {
    assert.strictEqual(yield* reading(4, yield* pipe("printf abcd")), "abcd")
    const error = yield* Effect.flip(reading(4, yield* pipe("printf abcde")))
    assert.strictEqual(error.message, "has more than 4 bytes")
  }).pipe(Effect.provide(NodeContext.layer)))

it.scopedLive("a text file: a device that never ends is refused at the limit", () =>
  Effect.gen(function*() {
    const error = yield* Effect.flip(reading(512 * 1024, "/dev/zero"))
    assert.strictEqual(error.message, "has more than 524288 bytes")
  }).pipe(Effect.provide(NodeContext.layer)))
