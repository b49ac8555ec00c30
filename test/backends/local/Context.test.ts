import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit } from "effect"
import * as Context from "../../../src/backends/local/Context.js"
import { input } from "../../support/Records.js"

describe("Context", () => {
  it.scopedLive("write: every file with its bytes and mode, and directories that any user may enter", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const folder = path.join(yield* fs.makeTempDirectoryScoped(), "context")
      const bytes = Uint8Array.from({ length: 256 }, (_, index) => index)
      const context = {
        "it's \"one\" $HOME": "text é",
        "a/b/c/run": { content: bytes, mode: 0o4755 },
        "a/b.txt": "",
        "a/secret": { content: bytes, mode: 0o600 },
        "empty/one": { directory: true as const, mode: 0o1777 },
        "a/b": { directory: true as const, mode: 0o2511 }
      }
      yield* Context.write(fs, path, folder, { ...input(), context })
      const modeOf = (name: string) => Effect.map(fs.stat(path.join(folder, name)), ({ mode }) => mode & 0o7777)
      assert.strictEqual(yield* fs.readFileString(path.join(folder, "it's \"one\" $HOME")), "text é")
      assert.deepStrictEqual(yield* fs.readFile(path.join(folder, "a/b/c/run")), bytes)
      assert.deepStrictEqual(
        yield* Effect.forEach(["", "a/b/c", "a/b/c/run", "a/b.txt", "a/secret", "empty", "empty/one", "a/b"], modeOf),
        [0o755, 0o755, 0o4755, 0o644, 0o600, 0o755, 0o1777, 0o2511]
      )
    }).pipe(Effect.provide(NodeContext.layer)))

  it.scopedLive("write: links keep their targets, and nothing is written through them", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const parent = yield* fs.makeTempDirectoryScoped()
      const outside = path.join(parent, "outside")
      yield* fs.makeDirectory(outside, { mode: 0o700 })
      const folder = path.join(parent, "context")
      const links = { "a/up": "../../outside", null: "/dev/null", dangling: "no/such", "it's": "$(x) \n\n" }
      const context = {
        ...Object.fromEntries(Object.entries(links).map(([name, link]) => [name, { link }])),
        "a/file": "text"
      }
      yield* Context.write(fs, path, folder, { ...input(), context })
      for (const [name, target] of Object.entries(links)) {
        assert.strictEqual(yield* fs.readLink(path.join(folder, name)), target)
      }
      // Validation refuses such a context; a writer that follows links would leave the directory here.
      const hostile = { ...input(), context: { "a/up": { link: outside }, "a/up/file": "text" } }
      const failed = yield* Effect.exit(Context.write(fs, path, path.join(parent, "hostile"), hostile))
      assert.isTrue(Exit.isFailure(failed))
      assert.deepStrictEqual(yield* fs.readDirectory(outside), [])
      assert.strictEqual((yield* fs.stat(outside)).mode & 0o777, 0o700)
    }).pipe(Effect.provide(NodeContext.layer)))
})
