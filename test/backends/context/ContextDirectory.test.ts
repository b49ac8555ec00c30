import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as ContextDirectory from "../../../src/backends/context/ContextDirectory.js"
import * as ContextFile from "../../../src/core/input/ContextFile.js"
import { folderWith } from "../../support/TemporaryFolder.js"

const limited = (folder: string) => ContextDirectory.read(folder, { limits: ContextDirectory.clusterLimits })

const modeOf = (file: ContextFile.ContextFile | undefined) =>
  typeof file === "object" && "mode" in file ? file.mode : undefined

const bytesOf = (file: ContextFile.ContextFile | undefined) =>
  file !== undefined && ContextFile.isRegular(file) ? new Uint8Array(ContextFile.bytes(file)) : undefined

const issuesOf = (context: ContextDirectory.ContextDirectory) => context.issues.map(String)

describe("ContextDirectory", () => {
  it.scoped("files: keep names, bytes and modes", () =>
    Effect.gen(function*() {
      const bytes = new Uint8Array([0, 255, 13, 10])
      const folder = yield* folderWith({ "a b": "x", "dir/with/ü\"'$(x)": bytes, empty: "", toString: "y" })
      fs.chmodSync(path.join(folder, "a b"), 0o4755)
      fs.chmodSync(path.join(folder, "empty"), 0o600)
      const { files, issues } = yield* ContextDirectory.read(folder)
      assert.deepStrictEqual(issues, [])
      assert.deepStrictEqual(Object.keys(files), ["a b", "dir/with/ü\"'$(x)", "empty", "toString"])
      assert.strictEqual(modeOf(files["a b"]), 0o4755)
      assert.strictEqual(modeOf(files["empty"]), 0o600)
      assert.deepStrictEqual(bytesOf(files["dir/with/ü\"'$(x)"]), bytes)
    }))

  it.scoped("directories: kept where they are empty or have a mode of their own", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({
        "plain/file": "",
        "shared/file": "",
        "logs/a.log": "",
        "out/keep/x": "",
        "out/y": "",
        ".containerignore": "**/*.log\nout\n!out/keep\nno\n"
      })
      const make = (name: string, mode: number) => {
        fs.mkdirSync(path.join(folder, name), { recursive: true })
        fs.chmodSync(path.join(folder, name), mode)
      }
      make("plain", 0o755)
      make("shared", 0o2775)
      make("logs", 0o755)
      make("empty/inner", 0o1777)
      make("empty", 0o755)
      make("no", 0o700)
      make("out", 0o700)
      make("out/keep", 0o700)
      const { files, issues } = yield* ContextDirectory.read(folder)
      assert.deepStrictEqual(issues, [])
      const { ".containerignore": _, ...rest } = files
      assert.deepStrictEqual(
        Object.entries(rest).map(([name, file]) => [name, ContextFile.isDirectory(file) ? file.mode : "file"]),
        [
          ["empty/inner", 0o1777],
          ["logs", 0o755],
          ["out/keep/x", "file"],
          ["out/keep", 0o700],
          ["plain/file", "file"],
          ["shared/file", "file"],
          ["shared", 0o2775]
        ]
      )
    }))

  it.scoped(".containerignore: excludes files, or else .dockerignore", () =>
    Effect.gen(function*() {
      const files = { "node_modules/a/b": "", "docs/x": "", "docs/README.md": "", "src/y": "", ".dockerignore": "src" }
      const docker = yield* Effect.flatMap(folderWith(files), ContextDirectory.read)
      assert.deepStrictEqual(Object.keys(docker.files), [
        ".dockerignore",
        "docs/README.md",
        "docs/x",
        "node_modules/a/b"
      ])
      const both = yield* Effect.flatMap(
        folderWith({ ...files, ".containerignore": "node_modules\ndocs\n!docs/README.md\n" }),
        ContextDirectory.read
      )
      assert.deepStrictEqual(Object.keys(both.files), [".containerignore", ".dockerignore", "docs/README.md", "src/y"])
      const wrong = yield* Effect.flatMap(folderWith({ ...files, ".containerignore": "ok\n[" }), ContextDirectory.read)
      assert.deepStrictEqual(issuesOf(wrong), [
        "context: .containerignore, line 2: \"[\" is not a pattern"
      ])
    }))

  it.scoped("links: keep their targets, wherever those are", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ "real/file": "text", ".dockerignore": "ignored\n" })
      const links = {
        absolute: "/dev/null",
        dangling: "nowhere",
        directory: "real",
        "etc/multi.wants/x.service": "../x.service",
        inside: "real/file",
        loop: ".",
        up: "../../../../../../etc/hostname"
      }
      fs.mkdirSync(path.join(folder, "etc/multi.wants"), { recursive: true })
      for (const [name, target] of Object.entries({ ...links, ignored: "nowhere" })) {
        fs.symlinkSync(target, path.join(folder, name))
      }
      const context = yield* ContextDirectory.read(folder)
      assert.deepStrictEqual(issuesOf(context), [])
      const { ".dockerignore": _, "real/file": file, ...rest } = context.files
      assert.deepStrictEqual(bytesOf(file), new TextEncoder().encode("text"))
      assert.deepStrictEqual(
        rest,
        Object.fromEntries(Object.entries(links).map(([name, link]) => [name, { link }]))
      )
    }))

  it.scoped("links: a target that is not UTF-8 is an issue", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ a: "" })
      fs.symlinkSync(Buffer.from([0xff]), path.join(folder, "link"))
      const context = yield* ContextDirectory.read(folder)
      assert.deepStrictEqual(issuesOf(context), ["context.link: is a link with a target that is not UTF-8 text"])
    }))

  it.scoped("size limit: reading stops at the first byte over it", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ a: "small", z: "never reached" })
      const giant = fs.openSync(path.join(folder, "b"), "w")
      fs.ftruncateSync(giant, 1024 ** 4)
      fs.closeSync(giant)
      const before = process.memoryUsage().rss
      const context = yield* limited(folder)
      assert.isBelow(process.memoryUsage().rss - before, 256 * 1024 ** 2)
      assert.deepStrictEqual(Object.keys(context.files), ["a"])
      assert.lengthOf(context.issues, 1)
      assert.match(
        issuesOf(context)[0] ?? "",
        /^context: has more than 8388608 bytes \(8 MiB\), which is the limit on a cluster; .*"b".*\.containerignore, COPY .*image, or build with --backend local$/
      )
    }))

  it.scoped("size: no limit but that of a cluster", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ a: new Uint8Array(9 * 1024 * 1024) })
      const context = yield* ContextDirectory.read(folder)
      assert.deepStrictEqual(issuesOf(context), [])
      assert.strictEqual(bytesOf(context.files["a"])?.byteLength, 9 * 1024 * 1024)
    }))

  it.scoped("file limit: reading stops at the first file over it", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ a: "", b: "", "c/d": "", e: "" })
      const context = yield* ContextDirectory.read(folder, { limits: { bytes: 1000, files: 3 } })
      assert.deepStrictEqual(Object.keys(context.files), ["a", "b", "c/d"])
      assert.match(issuesOf(context)[0] ?? "", /^context: has more than 3 files, .*"e"/)
    }))

  it.effect("files of the kernel: are issues, for their size does not say what is in them", () =>
    Effect.gen(function*() {
      const { files, issues } = yield* ContextDirectory.read("/proc/sys/kernel/random")
      assert.notProperty(files, "uuid")
      assert.include(
        issues.map(String),
        "context.uuid: does not have the 0 bytes that its directory says: it changes, or is not a file on a disk"
      )
    }))

  it.effect("an empty name: is an issue, not the current directory", () =>
    Effect.gen(function*() {
      const { files, issues } = yield* ContextDirectory.read("")
      assert.deepStrictEqual(files, {})
      assert.deepStrictEqual(issues.map(String), ["context: must have the name of a directory; . is the current one"])
    }))

  it.scoped("fifos, sockets, devices: are issues", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ file: "" })
      execFileSync("mkfifo", [path.join(folder, "pipe")])
      const context = yield* ContextDirectory.read(folder)
      assert.deepStrictEqual(Object.keys(context.files), ["file"])
      assert.deepStrictEqual(issuesOf(context), ["context.pipe: is neither a file, a link nor a directory"])
    }))

  it.scoped("directory: an unreadable one is an issue", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ file: "" })
      assert.deepStrictEqual(issuesOf(yield* ContextDirectory.read(`${folder}/none`)), [
        `context: ${folder}/none does not exist`
      ])
      const [issue] = issuesOf(yield* ContextDirectory.read(`${folder}/file`))
      assert.match(issue ?? "", /^context: /)
    }))
})
