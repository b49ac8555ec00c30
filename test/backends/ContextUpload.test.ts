import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { ContextUpload } from "effect-os-builder"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { folderWith } from "../support/TemporaryFolder.js"

const issuesOf = (folder: string) =>
  Effect.match(ContextUpload.read(folder), {
    onFailure: (rejected) => rejected.issues.map(String),
    onSuccess: () => []
  })

describe("ContextUpload", () => {
  it.scoped("digest: the same for the same content, whatever an ignore file excludes", () =>
    Effect.gen(function*() {
      const files = { ".containerignore": "*.log\n", "etc/motd": "hello", "bin/run": "#!/bin/sh\n" }
      const one = yield* Effect.flatMap(folderWith(files), ContextUpload.read)
      const two = yield* Effect.flatMap(folderWith({ ...files, "a.log": "excluded" }), ContextUpload.read)
      const other = yield* Effect.flatMap(folderWith({ ...files, "etc/motd": "bye" }), ContextUpload.read)
      assert.strictEqual(one.upload.digest, two.upload.digest)
      assert.notStrictEqual(one.upload.digest, other.upload.digest)
    }))

  it.scoped("links: a target that is not UTF-8 is refused, since the archive would have another one", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ a: "" })
      fs.symlinkSync(Buffer.from([0xff]), path.join(folder, "link"))
      assert.deepStrictEqual(yield* issuesOf(folder), [
        "context.upload.directory: \"link\" is a link with a target that is not UTF-8 text"
      ])
    }))

  it.scoped("ignore file: must be UTF-8 text, and its invalid lines are named", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(
        yield* Effect.flatMap(folderWith({ ".containerignore": new Uint8Array([0xff]) }), issuesOf),
        ["context.upload.directory: .containerignore is not UTF-8 text"]
      )
      assert.deepStrictEqual(
        yield* Effect.flatMap(folderWith({ ".dockerignore": "ok\n[" }), issuesOf),
        ["context.upload.directory: .dockerignore, line 2: \"[\" is not a pattern"]
      )
    }))

  it.scoped("ignoreFile: holds instead of those of the folder, which are then left out, and is not in the digest", () =>
    Effect.gen(function*() {
      const other = yield* folderWith({ "Containerfile.dockerignore": "secret\n" })
      const ignoreFile = path.join(other, "Containerfile.dockerignore")
      const folder = yield* folderWith({
        kept: "",
        secret: "",
        ".dockerignore": "kept\n",
        ".containerignore": "kept\n"
      })
      const { upload } = yield* ContextUpload.read(folder, { ignoreFile: path.relative(".", ignoreFile) })
      assert.strictEqual(upload.ignoreFile, ignoreFile)
      const same = yield* Effect.flatMap(folderWith({ kept: "" }), (folder) => ContextUpload.read(folder))
      assert.strictEqual(upload.digest, same.upload.digest)
      assert.deepStrictEqual(
        (yield* Effect.flip(ContextUpload.read(folder, { ignoreFile: `${other}/none` }))).issues.map(String),
        [`context.upload.directory: ${other}/none does not exist`]
      )
    }))

  it.scoped("issues: all at once", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ "a/b": "" })
      const pipes = [path.join(folder, "a/pipe"), path.join(folder, "pipe")]
      execFileSync("mkfifo", pipes)
      assert.deepStrictEqual(yield* issuesOf(folder), [
        "context.upload.directory: \"a/pipe\" is neither a file, a link nor a directory",
        "context.upload.directory: \"pipe\" is neither a file, a link nor a directory"
      ])
      execFileSync("mkfifo", Array.from({ length: 200 }, (_, index) => path.join(folder, `${index}`)))
      assert.lengthOf(yield* issuesOf(folder), 100)
      assert.deepStrictEqual(yield* issuesOf(path.join(folder, "a/b")), [
        `context.upload.directory: ${folder}/a/b is not a directory`
      ])
    }))

  it.scoped("directory: one that cannot be read, or has a pipe, is refused", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ file: "" })
      execFileSync("mkfifo", [path.join(folder, "pipe")])
      assert.deepStrictEqual(yield* issuesOf(folder), [
        "context.upload.directory: \"pipe\" is neither a file, a link nor a directory"
      ])
      assert.deepStrictEqual(yield* issuesOf(`${folder}/none`), [
        `context.upload.directory: ${folder}/none does not exist`
      ])
      assert.deepStrictEqual(yield* issuesOf(""), [
        "context.upload.directory: must have the name of a directory; . is the current one"
      ])
    }))
})
