import { assert, describe, it } from "@effect/vitest"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import { fields } from "../../../src/kubernetes/kubeconfig/FieldTable.js"

const goModule = path.resolve(import.meta.dirname, "../../control-plane")

/** The folder of client-go at the version of the control plane; it was downloaded to build kubectl. */
const clientGo = () =>
  execFileSync("go", ["list", "-m", "-f", "{{.Dir}}", "k8s.io/client-go"], { cwd: goModule, encoding: "utf8" }).trim()

/** The JSON names of the fields of each struct. */
const structs = (source: string): Readonly<Record<string, ReadonlyArray<string>>> =>
  Object.fromEntries(
    Array.from(source.matchAll(/^type (\w+) struct \{\n([^]*?)^\}/gm), ([, name = "", body = ""]) => [
      name,
      Array.from(body.matchAll(/`json:"([^",]+)/g), ([, field = ""]) => field)
    ])
  )

const sorted = (record: Readonly<Record<string, ReadonlyArray<string>>>) =>
  Object.fromEntries(Object.entries(record).map(([name, names]) => [name, names.toSorted()]))

describe("FieldTable", () => {
  it("FieldTable: has every field of client-go's kubeconfig, and no other", () => {
    const source = fs.readFileSync(path.join(clientGo(), "tools/clientcmd/api/v1/types.go"), "utf8")
    const theirs = sorted(structs(source))
    assert.isAbove(Object.keys(theirs).length, 10)
    const ours = sorted(Object.fromEntries(Object.entries(fields).map(([name, table]) => [name, Object.keys(table)])))
    assert.deepStrictEqual(ours, theirs)
  }, 60_000)
})
