/** The tables of docs/fake-kubernetes.md are those of the code: `UPDATE=yes npx vitest run test/fake/documentation.test.ts`. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Json from "../../src/fake/Json.js"
import { api, bare } from "../support/FakeApi.js"
import { rows } from "./fields/FieldTable.js"

const { UPDATE } = process.env

const path = join(import.meta.dirname, "../../docs/fake-kubernetes.md")

const all = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"]

const row = (cells: ReadonlyArray<string>) => `| ${cells.join(" | ")} |`

/** What discovery has: a row for each resource, with its subresources. */
const table = Effect.gen(function*() {
  const { get } = api(yield* bare())
  const groups = Json.objects(yield* get("/apis"), "groups").flatMap((group) =>
    Json.objects(group, "versions").map((version) => Json.text(version, "groupVersion") ?? "")
  )
  const rows: Array<string> = []
  for (const version of ["v1", ...groups.toSorted()]) {
    const document = yield* get(version === "v1" ? "/api/v1" : `/apis/${version}`)
    const resources = Json.objects(document, "resources")
    const nameOf = (one: Json.Value) => Json.text(one, "name") ?? ""
    const main = resources.filter((one) => !nameOf(one).includes("/"))
    for (const one of main.toSorted((a, b) => nameOf(a) < nameOf(b) ? -1 : 1)) {
      const missing = all.filter((verb) => !Json.texts(one, "verbs").includes(verb))
      const below = resources.map(nameOf).filter((name) => name.startsWith(`${nameOf(one)}/`)).map((name) =>
        name.split("/")[1]
      )
      rows.push(row([
        version,
        Json.text(one, "kind") ?? "",
        missing.length === 0
          ? "all"
          : missing.length === 1
          ? `all but ${missing[0]}`
          : Json.texts(one, "verbs").join(", "),
        below.toSorted().join(", ")
      ]))
    }
  }
  return [row(["Version", "Kind", "Verbs", "Subresources"]), row(["---", "---", "---", "---"]), ...rows, ""].join("\n")
})

/** A row for each group of fields that share their treatment. */
const fieldTable = [
  row(["Schema", "Fields", "On the fake", ""]),
  row(["---", "---", "---", "---"]),
  ...Object.entries(rows).flatMap(([name, of]) =>
    of.map(({ fields, is, note }) =>
      row([
        name.split(".").at(-1) ?? "",
        fields.split(" ").toSorted().map((field) => `\`${field}\``).join(", "),
        is,
        note
      ])
    )
  ),
  ""
].join("\n")

/** Compares the part of the page between two marks with what it has to be, or writes it. */
const check = (name: string, wanted: string): void => {
  const [begin, end] = [`<!-- ${name} -->\n`, `<!-- end of ${name} -->`]
  const page = readFileSync(path, "utf8")
  const [before = "", rest = ""] = page.split(begin)
  const [now = "", after = ""] = rest.split(end)
  if (UPDATE === "yes") {
    writeFileSync(path, `${before}${begin}${wanted}${end}${after}`)
  } else {
    assert.strictEqual(now, wanted)
  }
}

describe("the documentation of the fake", () => {
  it.effect("docs/fake-kubernetes.md: has the kinds of the code, with their verbs and subresources", () =>
    Effect.map(table, (wanted) => check("kinds", wanted)))

  it("docs/fake-kubernetes.md: has what the fake does with each field of pods and Jobs", () => {
    check("fields", fieldTable)
  })
})
