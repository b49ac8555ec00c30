import { assert, it } from "@effect/vitest"
import { spawnSync } from "node:child_process"
import * as path from "node:path"

const index = JSON.stringify(path.join(import.meta.dirname, "../../src/index.ts"))

/** Counts the fingerprints: the hashes of a text that begins with a record. */
const program = `
import crypto from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
const real = crypto.createHash
let fingerprints = 0
crypto.createHash = (...options) => {
  const hash = real(...options)
  const update = hash.update.bind(hash)
  hash.update = (data) => {
    if (String(data).startsWith("{")) fingerprints++
    return update(data)
  }
  return hash
}
syncBuiltinESMExports()
const { BuildInput } = await import(${index})
const imported = fingerprints
const { Effect } = await import("effect")
const input = await Effect.runPromise(BuildInput.make({
  dockerfile: "FROM scratch",
  baseImage: { pullspec: "registry.example.com/base:1" },
  finalImage: { pullspec: "registry.example.com/os:1" }
}))
BuildInput.fingerprint(input)
console.log(JSON.stringify({ imported, used: fingerprints > imported }))`

it("import: the main entry computes no fingerprint before it is used", () => {
  const { stderr, stdout } = spawnSync(
    process.execPath,
    ["--import", "tsx", "--input-type=module", "--eval", program],
    { encoding: "utf8" }
  )
  assert.strictEqual(stderr, "")
  assert.deepStrictEqual(JSON.parse(stdout), { imported: 0, used: true })
})
