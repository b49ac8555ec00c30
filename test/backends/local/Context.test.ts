import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
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
        "a/secret": { content: bytes, mode: 0o600 }
      }
      yield* Context.write(fs, path, folder, { ...input(), context })
      const modeOf = (name: string) => Effect.map(fs.stat(path.join(folder, name)), ({ mode }) => mode & 0o7777)
      assert.strictEqual(yield* fs.readFileString(path.join(folder, "it's \"one\" $HOME")), "text é")
      assert.deepStrictEqual(yield* fs.readFile(path.join(folder, "a/b/c/run")), bytes)
      assert.deepStrictEqual(
        yield* Effect.forEach(["", "a/b/c", "a/b/c/run", "a/b.txt", "a/secret"], modeOf),
        [0o755, 0o755, 0o4755, 0o644, 0o600]
      )
    }).pipe(Effect.provide(NodeContext.layer)))
})
