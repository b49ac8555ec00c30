import { FileSystem, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer, Option } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as ContextDirectory from "../../src/cli/ContextDirectory.js"
import { folderWith } from "../support/CommandHarness.js"

const read = (folder: string) => Effect.provide(ContextDirectory.read(folder), NodeContext.layer)

const info = {
  mtime: Option.none(),
  atime: Option.none(),
  birthtime: Option.none(),
  dev: 0,
  ino: Option.none(),
  mode: 0o644,
  nlink: Option.none(),
  uid: Option.none(),
  gid: Option.none(),
  rdev: Option.none(),
  size: FileSystem.Size(0),
  blksize: Option.none(),
  blocks: Option.none()
}

const issuesOf = (context: ContextDirectory.ContextDirectory) => context.issues.map(String)

describe("ContextDirectory", () => {
  it.scoped("files: keep names, bytes and modes", () =>
    Effect.gen(function*() {
      const bytes = new Uint8Array([0, 255, 13, 10])
      const folder = yield* folderWith({ "a b": "x", "dir/with/ü\"'$(x)": bytes, empty: "", toString: "y" })
      fs.chmodSync(path.join(folder, "a b"), 0o4755)
      fs.chmodSync(path.join(folder, "empty"), 0o600)
      fs.mkdirSync(path.join(folder, "no files"))
      const { files, issues } = yield* read(folder)
      assert.deepStrictEqual(issues, [])
      assert.deepStrictEqual(Object.keys(files), ["a b", "dir/with/ü\"'$(x)", "empty", "toString"])
      assert.deepStrictEqual(files["a b"]?.mode, 0o4755)
      assert.deepStrictEqual(files["empty"]?.mode, 0o600)
      assert.deepStrictEqual(new Uint8Array(files["dir/with/ü\"'$(x)"]?.content ?? []), bytes)
    }))

  it.scoped(".containerignore: excludes files, or else .dockerignore", () =>
    Effect.gen(function*() {
      const files = { "node_modules/a/b": "", "docs/x": "", "docs/README.md": "", "src/y": "", ".dockerignore": "src" }
      const docker = yield* Effect.flatMap(folderWith(files), read)
      assert.deepStrictEqual(Object.keys(docker.files), [
        ".dockerignore",
        "docs/README.md",
        "docs/x",
        "node_modules/a/b"
      ])
      const both = yield* Effect.flatMap(
        folderWith({ ...files, ".containerignore": "node_modules\ndocs\n!docs/README.md\n" }),
        read
      )
      assert.deepStrictEqual(Object.keys(both.files), [".containerignore", ".dockerignore", "docs/README.md", "src/y"])
      const wrong = yield* Effect.flatMap(folderWith({ ...files, ".containerignore": "ok\n[" }), read)
      assert.deepStrictEqual(issuesOf(wrong), [
        "context: .containerignore, line 2: \"[\" is not a pattern"
      ])
    }))

  it.scoped("links: are followed to files inside the context only", () =>
    Effect.gen(function*() {
      const outside = yield* folderWith({ secret: "hunter2" })
      const folder = yield* folderWith({ "real/file": "text" })
      const link = (target: string, name: string) => fs.symlinkSync(target, path.join(folder, name))
      link("real/file", "inside")
      link("real", "directory")
      link(".", "loop")
      link(path.join(outside, "secret"), "outside")
      link("../../../../../../etc/hostname", "up")
      link("nowhere", "dangling")
      fs.writeFileSync(path.join(folder, ".dockerignore"), "ignored\n")
      link("nowhere", "ignored")
      const context = yield* read(folder)
      assert.deepStrictEqual(Object.keys(context.files), [".dockerignore", "inside", "real/file"])
      assert.strictEqual(Buffer.from(context.files["inside"]?.content ?? []).toString(), "text")
      assert.deepStrictEqual(issuesOf(context), [
        "context[\"dangling\"]: is a link to a file that does not exist",
        "context[\"directory\"]: is a link to a directory; copy the directory into the context",
        "context[\"loop\"]: is a link to a directory; copy the directory into the context",
        "context[\"outside\"]: is a link to a file outside the context; copy the file into the context",
        "context[\"up\"]: is a link to a file outside the context; copy the file into the context"
      ])
    }))

  it.scoped("size limit: reading stops at the first byte over it", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ a: "small", z: "never reached" })
      const giant = fs.openSync(path.join(folder, "b"), "w")
      fs.ftruncateSync(giant, 1024 ** 4)
      fs.closeSync(giant)
      const before = process.memoryUsage().rss
      const context = yield* read(folder)
      assert.isBelow(process.memoryUsage().rss - before, 256 * 1024 ** 2)
      assert.deepStrictEqual(Object.keys(context.files), ["a"])
      assert.lengthOf(context.issues, 1)
      assert.match(
        issuesOf(context)[0] ?? "",
        /^context: has more than 8388608 bytes \(8 MiB\); .*"b".*\.containerignore$/
      )
    }))

  it.effect("file limit: reading stops at the first file over it", () =>
    Effect.gen(function*() {
      const names = Array.from({ length: 5000 }, (_, index) => `f${index}`)
      const context = yield* ContextDirectory.read("/context").pipe(
        Effect.provide(Layer.merge(
          Path.layer,
          FileSystem.layerNoop({
            realPath: Effect.succeed,
            readDirectory: () => Effect.succeed(names),
            readFile: () => Effect.succeed(new Uint8Array()),
            stat: () => Effect.succeed({ ...info, type: "File" })
          })
        ))
      )
      assert.lengthOf(Object.keys(context.files), 4096)
      assert.match(issuesOf(context)[0] ?? "", /^context: has more than 4096 files/)
    }))

  it.effect("fifos, sockets, devices: are issues", () =>
    Effect.gen(function*() {
      const context = yield* ContextDirectory.read("/context").pipe(
        Effect.provide(Layer.merge(
          Path.layer,
          FileSystem.layerNoop({
            realPath: Effect.succeed,
            readDirectory: () => Effect.succeed(["pipe"]),
            stat: () => Effect.succeed({ ...info, type: "FIFO" })
          })
        ))
      )
      assert.deepStrictEqual(issuesOf(context), ["context[\"pipe\"]: is neither a file nor a directory"])
    }))

  it.scoped("directory: an unreadable one is an issue", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ file: "" })
      assert.deepStrictEqual(issuesOf(yield* read(`${folder}/none`)), [`context: ${folder}/none does not exist`])
      const [issue] = issuesOf(yield* read(`${folder}/file`))
      assert.match(issue ?? "", /^context: /)
    }))
})
