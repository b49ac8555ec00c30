import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Stream } from "effect"
import * as fs from "node:fs"
import * as Folder from "../../../src/backends/context/Folder.js"
import { folderWith } from "../../support/TemporaryFolder.js"

const changes: Readonly<Record<string, readonly [change: (file: string) => void, message: RegExp]>> = {
  "a file that is gone": [fs.unlinkSync, / \("a" does not exist\);/],
  "a directory in place of a file": [
    (file) => {
      fs.unlinkSync(file)
      fs.mkdirSync(file)
    },
    / \("a" cannot be read \(EISDIR: .*\)\);/
  ],
  "a link in place of a file": [
    (file) => {
      fs.unlinkSync(file)
      fs.symlinkSync("b", file)
    },
    / \("a" cannot be read \(ELOOP: .*\)\);/
  ],
  "a shorter file": [(file) => fs.truncateSync(file, 1), / \("a"\);/],
  "a longer file": [(file) => fs.appendFileSync(file, "more"), / \("a"\);/]
}

describe("Folder.archive", () => {
  for (const [name, [change, message]] of Object.entries(changes)) {
    it.scoped(`archive: ${name} fails with its path and why`, () =>
      Effect.gen(function*() {
        const directory = yield* folderWith({ a: "first", b: "second" })
        const folder = yield* Folder.list({ directory })
        change(`${directory}/a`)
        const error = yield* Effect.flip(Stream.runDrain(Folder.archive(folder)))
        assert.strictEqual(error.path, "a")
        assert.match(error.message, message)
      }))
  }

  it.scoped("archive: other content of the same size is found by its digest", () =>
    Effect.gen(function*() {
      const directory = yield* folderWith({ a: "first", b: "second" })
      const folder = yield* Folder.list({ directory })
      const digest = yield* Folder.digest(folder)
      assert.isTrue(Exit.isSuccess(yield* Effect.exit(Stream.runDrain(Folder.verified(folder, digest)))))
      fs.writeFileSync(`${directory}/a`, "other")
      const error = yield* Effect.flip(Stream.runDrain(Folder.verified(folder, digest)))
      assert.isUndefined(error.path)
    }))
})
