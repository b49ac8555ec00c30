import { assert, it } from "@effect/vitest"
import * as Fs from "node:fs"
import * as Path from "node:path"

const root = Path.resolve(import.meta.dirname, "../..")
const read = (file: string) => Fs.readFileSync(Path.join(root, file), "utf8").trim()

/** The files that the README shows whole, each under a heading comment that names it. */
const shown = Array.from(
  read("README.md").matchAll(/<!-- (?<file>[\w./-]+) -->\n```ts\n(?<code>[\s\S]*?)\n```/g),
  ({ groups }) => [groups?.["file"] ?? "", groups?.["code"] ?? ""] as const
)

it("readme: shows programs that are there, and tested", () => {
  assert.isNotEmpty(shown)
  for (const [file, code] of shown) {
    assert.strictEqual(code, read(file), file)
  }
})
