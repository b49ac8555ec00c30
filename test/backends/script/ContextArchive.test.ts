import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as ContextArchive from "../../../src/backends/script/ContextArchive.js"
import type { ContextFile } from "../../../src/core/input/ContextFile.js"
import { shells, temporary, withFunctions } from "../../support/Shell.js"

const bytes = (size: number): Uint8Array => Uint8Array.from({ length: size }, (_, index) => (index * index) % 251)

const long = "a long name é/".repeat(20)

const files: Readonly<Record<string, ContextFile>> = {
  "etc/it's a \"file\"": "text é\n\n",
  "-x": "",
  "usr/bin/tool": { content: bytes(200_000), mode: 0o4755 },
  "exactly/512": bytes(512),
  "secret": { content: bytes(1), mode: 0o400 },
  [`${long}file`]: bytes(513),
  ["n".repeat(100)]: "100",
  ["m".repeat(101)]: "101"
}

const links: Readonly<Record<string, string>> = {
  "etc/null.service": "/dev/null",
  "etc/wants/x.service": "../../usr/lib/x.service",
  "-l": "-no such\n\n",
  [`${long}link`]: `../${"target/".repeat(40)}`
}

const directories: Readonly<Record<string, number>> = {
  etc: 0o2555,
  "var/empty": 0o1777,
  "var/empty/-in": 0o700,
  exactly: 0o755,
  [`${long}directory`]: 0o711
}

const context: Readonly<Record<string, ContextFile>> = {
  ...Object.fromEntries(Object.entries(directories).map(([name, mode]) => [name, { directory: true, mode }])),
  ...Object.fromEntries(Object.entries(links).map(([name, link]) => [name, { link }])),
  ...files
}

const archive = (of: Readonly<Record<string, ContextFile>>): Buffer => Buffer.concat([...ContextArchive.pieces(of)])

const check = (folder: string) => {
  const modeOf = (name: string) => fs.lstatSync(path.join(folder, name)).mode & 0o7777
  for (const [name, file] of Object.entries(files)) {
    const [content, mode] = typeof file === "object" && "mode" in file && "content" in file
      ? [file.content, file.mode]
      : [typeof file === "string" || file instanceof Uint8Array ? file : "", 0o644]
    assert.isTrue(fs.readFileSync(path.join(folder, name)).equals(Buffer.from(content)), name)
    assert.strictEqual(modeOf(name), mode, name)
  }
  for (const [name, target] of Object.entries(links)) {
    assert.strictEqual(fs.readlinkSync(path.join(folder, name)), target)
  }
  for (const [name, mode] of Object.entries({ ...directories, usr: 0o755, "etc/wants": 0o755 })) {
    assert.strictEqual(modeOf(name), mode, name)
  }
}

describe("ContextArchive", { timeout: 60_000 }, () => {
  for (const [command = "tar", ...args] of [["tar"], ["busybox", "tar"]]) {
    it(`pieces: unpacked by ${[command, ...args].join(" ")}, whole and exactly`, () => {
      temporary((folder) => {
        execFileSync("sh", [
          "-c",
          "umask 022; exec \"$@\"",
          "sh",
          command,
          ...args,
          "-x",
          "-p",
          "-o",
          "-m",
          "-C",
          folder
        ], {
          input: archive(context)
        })
        check(folder)
        // Removal of what is read-only.
        fs.chmodSync(path.join(folder, "etc"), 0o755)
      })
    })
  }

  it("pieces: small files share a piece, and a large one is not copied", () => {
    const content = bytes(1_000_000)
    const pieces = [...ContextArchive.pieces({ a: "x", b: content, c: "y" })]
    assert.lengthOf(pieces, 3)
    assert.strictEqual(pieces[1], content)
    assert.strictEqual(pieces.reduce((sum, piece) => sum + piece.byteLength, 0) % 512, 0)
  })

  it("pieces: an empty context is an archive", () => {
    assert.strictEqual(execFileSync("tar", ["-t"], { input: archive({}), encoding: "utf8" }), "")
  })

  it("pieces: a size of 8 GiB or more is readable", () => {
    const size = 8 ** 11
    // Only the header is made: nobody has the content.
    const file = new Proxy(new Uint8Array(), {
      get: (target, key) => key === "byteLength" ? size : Reflect.get(target, key)
    })
    const { value } = ContextArchive.pieces({ file }).next()
    const header = Buffer.from(value ?? new Uint8Array()).subarray(0, 512)
    assert.match(
      execFileSync("sh", ["-c", "tar -tv 2> /dev/null || :"], { input: header, encoding: "utf8" }),
      / 8589934592 /
    )
  })

  for (const shell of shells) {
    it(`script: makes the context from standard input: ${shell.join(" ")}`, () => {
      temporary((folder) => {
        fs.writeFileSync(path.join(folder, "archive"), archive(context))
        const target = path.join(folder, "context")
        const env = {
          ARCHIVE: path.join(folder, "archive"),
          OSB_CONTEXT_DIR: target,
          OSB_CONTEXT_ARCHIVE: "-"
        }
        const run = withFunctions(shell, "lay_context < \"$ARCHIVE\"; await_context; printf %s \"$context\"", env)
        assert.strictEqual(run.status, 0, run.stderr)
        assert.strictEqual(run.stdout, target)
        check(target)
        fs.chmodSync(path.join(target, "etc"), 0o755)
      })
    })

    it(`script: programs started while the context is laid out do not inherit its archive: ${shell.join(" ")}`, () => {
      temporary((folder) => {
        fs.writeFileSync(path.join(folder, "archive"), archive(context))
        const run = withFunctions(shell, "lay_context < \"$ARCHIVE\"; ls -l /proc/self/fd; await_context; cat", {
          ARCHIVE: path.join(folder, "archive"),
          OSB_CONTEXT_DIR: path.join(folder, "context"),
          OSB_CONTEXT_ARCHIVE: "-"
        })
        assert.strictEqual(run.status, 0, run.stderr)
        assert.include(run.stdout, "/dev/null")
        assert.notInclude(run.stdout, "archive")
        fs.chmodSync(path.join(folder, "context", "etc"), 0o755)
      })
    })

    it(`script: an archive that cannot be unpacked, and a missing tar: ${shell.join(" ")}`, () => {
      temporary((folder) => {
        fs.writeFileSync(path.join(folder, "archive"), archive(context).subarray(0, 5_000))
        const env = { ARCHIVE: path.join(folder, "archive"), OSB_CONTEXT_ARCHIVE: "-" }
        const run = withFunctions(shell, "lay_context < \"$ARCHIVE\"; await_context; echo went on", env)
        assert.strictEqual(run.status, 17)
        assert.notInclude(run.stdout, "went on")
        assert.strictEqual(run.message?.text, "the context cannot be unpacked")
        const without = withFunctions(shell, "command() { return 1; }; lay_context < \"$ARCHIVE\"", env)
        assert.strictEqual(without.status, 20)
        assert.match(without.message?.text ?? "", /^tar is missing/)
      })
    })
  }

  it("script: nothing is written through a link", () => {
    temporary((folder) => {
      const outside = path.join(folder, "outside")
      fs.mkdirSync(outside, { mode: 0o700 })
      // Validation refuses such a context.
      const hostile = {
        "a/up": { link: outside },
        "a/up/file": "text",
        "a/up/made": { directory: true, mode: 0o777 } as const
      }
      fs.writeFileSync(path.join(folder, "archive"), archive(hostile))
      withFunctions(["sh"], "lay_context < \"$ARCHIVE\"; await_context", {
        ARCHIVE: path.join(folder, "archive"),
        OSB_CONTEXT_DIR: path.join(folder, "context"),
        OSB_CONTEXT_ARCHIVE: "-"
      })
      assert.deepStrictEqual(fs.readdirSync(outside), [])
      assert.strictEqual(fs.statSync(outside).mode & 0o777, 0o700)
    })
  })
})
