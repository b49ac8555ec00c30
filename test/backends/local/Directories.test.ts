import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Directories from "../../../src/backends/local/Directories.js"
import { systemMessage } from "../../../src/effect/FileError.js"

const world = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const path = yield* Path.Path
  const root = yield* fs.makeTempDirectoryScoped()
  return { fs, root, make: (...names: ReadonlyArray<string>) => Directories.make(fs, path, path.join(root, ...names)) }
})

describe("Directories", () => {
  it.scoped("make: creates what is missing above it, and leaves what exists", () =>
    Effect.gen(function*() {
      const { fs, make, root } = yield* world
      yield* make("a", "b", "c")
      yield* make("a", "b", "c")
      yield* make("a", "b")
      const { mode } = yield* fs.stat(`${root}/a/b/c`)
      assert.strictEqual(mode & 0o777, 0o700)
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scoped("make: many at once have one result", () =>
    Effect.gen(function*() {
      const { fs, make, root } = yield* world
      yield* Effect.forEach(["x", "y", "z", "x"], (name) => make("a", "b", name), { concurrency: "unbounded" })
      assert.sameMembers(yield* fs.readDirectory(`${root}/a/b`), ["x", "y", "z"])
    }).pipe(Effect.provide(NodeContext.layer)))

  // Node's own recursive mkdir tries forever there, as it takes ENOENT for a missing parent.
  it.live("make: fails below a file system that creates no directories", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const error = yield* Effect.flip(Directories.make(fs, path, "/proc/os-builder/state"))
      assert.include(String(error.message), "/proc/os-builder")
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scoped("make: fails below a file", () =>
    Effect.gen(function*() {
      const { fs, make, root } = yield* world
      yield* fs.writeFileString(`${root}/file`, "")
      assert.include(systemMessage(yield* Effect.flip(make("file", "a", "b"))), "ENOTDIR")
    }).pipe(Effect.provide(NodeContext.layer)))
})
