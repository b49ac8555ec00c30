import { assert, describe, it } from "@effect/vitest"
import { Effect, FastCheck } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { gunzipSync } from "node:zlib"
import * as BuildRecord from "../../../src/backends/record/BuildRecord.js"
import * as ConfigMapLayout from "../../../src/backends/record/ConfigMapLayout.js"
import * as BuildScript from "../../../src/backends/script/BuildScript.js"
import * as ContextArchive from "../../../src/backends/script/ContextArchive.js"
import * as BuildInput from "../../../src/core/BuildInput.js"
import * as BuildContext from "../../../src/core/input/BuildContext.js"
import * as ContextFile from "../../../src/core/input/ContextFile.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { incompressible } from "../../support/Incompressible.js"
import { shells, temporary, withFunctions } from "../../support/Shell.js"

const options: BuildInput.Options = {
  dockerfile: "FROM scratch",
  baseImage: { pullspec: "quay.io/acme/base:1" },
  finalImage: { pullspec: "quay.io/acme/os:1" }
}

const inputWith = (more: Partial<BuildInput.Options>) => Effect.runSync(BuildInput.make({ ...options, ...more }))

const mebibytes = (count: number, seed: number) => incompressible(count * 1024 * 1024, seed)

const boxes = ({ files, parts }: BuildRecord.Contents) => [files, ...parts.map((part) => part.files)]

const weight = (files: ReadonlyArray<BuildScript.InputFile>) =>
  files.reduce((sum, file) => sum + ConfigMapLayout.cost(file), 0)

/** The files as the pod sees them: all ConfigMaps in one directory. */
const folderOf = (contents: BuildRecord.Contents) => {
  const folder = new Map<string, string | Uint8Array>()
  for (const { content, key } of boxes(contents).flat()) {
    assert.isFalse(folder.has(key), `${key} is there twice`)
    folder.set(key, content)
  }
  return folder
}

/** The archive of the context from its parts in one folder, unpacked to tar. */
const archiveOf = (folder: ReadonlyMap<string, string | Uint8Array>) => {
  const keys = [...folder.keys()].filter((key) => /^context\.tar\.gz(\.part\.\d{6})?$/.test(key)).toSorted()
  const packed = Buffer.concat(keys.map((key) => Buffer.from(folder.get(key) ?? "")))
  return packed.byteLength === 0 ? packed : gunzipSync(packed)
}

const archive = (input: BuildInput.BuildInput) => {
  const context = BuildContext.files(input.context)
  return Buffer.concat(Object.keys(context).length === 0 ? [] : [...ContextArchive.pieces(context)])
}

const contexts = FastCheck.dictionary(
  FastCheck.stringMatching(/^[a-z é]{1,6}x$/),
  FastCheck.oneof(
    FastCheck.string().map((text): ContextFile.Given => text),
    FastCheck.record({
      content: FastCheck.tuple(FastCheck.double({ min: 0, max: 1, noNaN: true }), FastCheck.nat()).map((
        [size, seed]
      ) => mebibytes(size, seed)),
      mode: FastCheck.integer({ min: 0, max: 0o7777 })
    })
  ),
  { maxKeys: 5, noNullPrototype: true }
)

const links = { "one/up": "../../../etc", "null.service": "/dev/null", "-dangling": "-no such\n\n" }

const directories = { one: 0o2555, "empty/é": 0o1777, "empty/é/-in": 0o700, three: 0o755 }

describe("layout", { timeout: 60_000 }, () => {
  it("a small build: the record alone", () => {
    const { files, parts } = ConfigMapLayout.pack(inputWith({ context: { a: "text" } }))
    assert.deepStrictEqual(parts, [])
    assert.deepStrictEqual(files.map(({ key }) => key), [
      "build.sh",
      "containerfile",
      "context.tar.gz"
    ])
    assert.strictEqual(files[0]?.content, BuildScript.source)
  })

  it("any build: no file is lost, each ConfigMap is within its budget, no gaps", () => {
    FastCheck.assert(
      FastCheck.property(contexts, (context) => {
        const input = inputWith({ context })
        const contents = ConfigMapLayout.pack(input)
        assert.isTrue(archiveOf(folderOf(contents)).equals(archive(input)))
        const [record = [], ...further] = boxes(contents)
        assert.isAtMost(weight([...record, BuildRecord.inputFile(input, contents.parts)]), ConfigMapLayout.budget)
        for (const box of further) assert.isAtMost(weight(box), ConfigMapLayout.budget)
        for (const box of further.slice(0, -1)) assert.isAtLeast(weight(box), ConfigMapLayout.budget - 32 * 1024)
        assert.isTrue(contents.parts.every((part) => part.path === ""))
      }),
      { numRuns: 30 }
    )
  })

  it("the largest context: ConfigMaps that the API server accepts", () => {
    const input = inputWith({
      dockerfile: `FROM scratch\n${"# é\n".repeat(100_000)}`,
      context: { ...Object.fromEntries(Array.from({ length: 3000 }, (_, n) => [`d/${n}`, ""])), big: mebibytes(7.9, 1) }
    })
    const contents = ConfigMapLayout.pack(input)
    const record = BuildRecord.manifest({ backend: "custom", namespace: "ns", number: 1, input, contents })
    const values = (object: JsonObject) =>
      [
        ...Object.values(object["data"] ?? {}),
        ...Object.values(object["binaryData"] ?? {}).map((base64) => Buffer.from(String(base64), "base64"))
      ].reduce((sum: number, value) => sum + Buffer.byteLength(value), 0)
    assert.isAtMost(values(record), 1024 * 1024)
    assert.strictEqual(contents.parts.length, 8)
  })

  it("the record: filled to the last byte; `excess` is what a larger build has too much", () => {
    const filled = (bytes: number) => inputWith({ imageLabels: { a: "x".repeat(bytes) }, dockerfile: large })
    // A label's value is there twice: in the input, and in a file of its own that may stand elsewhere.
    const large = `FROM scratch\n#${"x".repeat(500_000)}`
    assert.strictEqual(ConfigMapLayout.excess(filled(1)), 0)
    const control = inputWith({ dockerfile: large, imageLabels: { a: "\u0001".repeat(60_000) }, buildArgs: {} })
    assert.strictEqual(ConfigMapLayout.excess(control), 0)
    const both = inputWith({
      dockerfile: large,
      imageLabels: { a: "\u0001".repeat(60_000) },
      buildArgs: { A: "\u0001".repeat(60_000) }
    })
    assert.isAbove(ConfigMapLayout.excess(both), 200_000)
  })

  it("many small files: one archive, and few ConfigMaps", () => {
    const files = Array.from({ length: 2000 }, (_, n) => [`src/module-${n}/index.txt`, `file ${n}\n`.repeat(40)])
    const { files: keys, parts } = ConfigMapLayout.pack(inputWith({ context: Object.fromEntries(files) }))
    assert.deepStrictEqual(keys.map(({ key }) => key), ["build.sh", "containerfile", "context.tar.gz"])
    assert.deepStrictEqual(parts, [])
  })

  for (const shell of shells) {
    it(`files: a damaged archive ends the script: ${shell.join(" ")}`, () => {
      const context = { file: { content: mebibytes(0.5, 3), mode: 0o644 } }
      temporary((folder) => {
        fs.writeFileSync(path.join(folder, "context.tar.gz"), ContextArchive.compressed(context).subarray(0, 400_000))
        temporary((work) => {
          const env = { OSB_INPUT_DIR: folder, OSB_WORK_DIR: work }
          const run = withFunctions(shell, "lay_context; await_context; echo went on", env)
          assert.strictEqual(run.status, 17)
          assert.notInclude(run.stdout, "went on")
          assert.strictEqual(run.message?.text, "the context cannot be unpacked")
          const without = withFunctions(shell, "command() { return 1; }; lay_context; echo went on", env)
          assert.strictEqual(without.status, 20)
          assert.match(without.message?.text ?? "", /^gzip is missing/)
        })
      })
    })

    it(`files: assembled by the script: ${shell.join(" ")}`, () => {
      const input = inputWith({
        context: {
          "one/a b": "text\n\n",
          "two/large": { content: mebibytes(3.5, 7), mode: 0o400 },
          "three/empty": { content: "", mode: 0o755 },
          ...Object.fromEntries(Object.entries(links).map(([name, link]) => [name, { link }])),
          ...Object.fromEntries(Object.entries(directories).map(([name, mode]) => [name, { directory: true, mode }]))
        }
      })
      temporary((folder) => {
        for (const [key, content] of folderOf(ConfigMapLayout.pack(input))) {
          fs.writeFileSync(path.join(folder, key), content)
        }
        temporary((work) => {
          const run = withFunctions(shell, "lay_context; await_context", { OSB_INPUT_DIR: folder, OSB_WORK_DIR: work })
          assert.strictEqual(run.status, 0, run.stderr)
          for (const [name, file] of Object.entries(input.context ?? {})) {
            if (!ContextFile.isRegular(file)) continue
            const laid = path.join(work, "context", name)
            assert.isTrue(fs.readFileSync(laid).equals(ContextFile.bytes(file)), name)
            assert.strictEqual(fs.statSync(laid).mode & 0o7777, ContextFile.mode(file))
          }
          for (const [name, target] of Object.entries(links)) {
            assert.strictEqual(fs.readlinkSync(path.join(work, "context", name)), target)
          }
          for (const [name, mode] of Object.entries(directories)) {
            assert.strictEqual(fs.statSync(path.join(work, "context", name)).mode & 0o7777, mode, name)
          }
        })
      })
    })
  }
})
