import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { join } from "node:path"
import * as Json from "../../../src/fake/Json.js"
import * as BuiltIn from "../../../src/fake/openapi/BuiltIn.js"
import { api, bare, jobs, pod, pods, refused } from "../../support/FakeApi.js"
import { rows } from "./FieldTable.js"

const sources = join(import.meta.dirname, "../../../src/fake")

/** Whether a file names a field, as a text or as a property; a prefix of it may be computed, as in `${kind}Probe`. */
const names = (file: string, field: string): boolean => {
  const source = readFileSync(join(sources, file), "utf8")
  return new RegExp(`["\`.]${field}["\`]|\\b${field}:|\\}${field.replace(/^(?:liveness|readiness|startup)/, "")}\``)
    .test(source)
}

describe("the table of fields", () => {
  it.effect("the table of fields: has each field of the schemas of Kubernetes once", () =>
    Effect.gen(function*() {
      const schemas = yield* BuiltIn.load
      for (const [name, of] of Object.entries(rows)) {
        const listed = of.flatMap(({ fields }) => fields.split(" "))
        const known = Object.keys(Json.object(schemas[`io.k8s.api.${name}`], "properties"))
        assert.deepStrictEqual(listed.toSorted(), known.toSorted(), name)
      }
    }))

  it("the table of fields: what is honoured is read by a file that it names", () => {
    const unread = Object.entries(rows).flatMap(([name, of]) =>
      of.flatMap((row) =>
        row.is === "honoured"
          ? row.fields.split(" ").filter((field) => !row.by.some((file) => names(file, field))).map((field) =>
            `${name}.${field}`
          )
          : []
      )
    )
    assert.deepStrictEqual(unread, [])
  })

  it.effect("the table of fields: what is dropped is not in the object", () =>
    Effect.gen(function*() {
      const client = api(yield* bare())
      const template = { spec: { containers: [{ name: "main", image: "i" }], restartPolicy: "Never" } }
      const paths = { "core.v1.PodSpec": pods, "batch.v1.JobSpec": jobs }
      for (const [name, path] of Object.entries(paths)) {
        for (const { fields, is } of rows[name] ?? []) {
          for (const field of is === "dropped" ? fields.split(" ") : []) {
            const spec = path === pods ? template.spec : { template }
            const made = yield* client.post(path, {
              metadata: { name: field.toLowerCase() },
              spec: { ...spec, [field]: {} }
            })
            assert.notProperty(made["spec"], field)
          }
        }
      }
    }))

  it.effect("the table of fields: what is refused is refused with the name of the field", () =>
    Effect.gen(function*() {
      const client = api(yield* bare())
      for (const row of rows["core.v1.PodSpec"] ?? []) {
        if (row.is === "refused") {
          const { message } = yield* refused(
            client.post(pods, Json.set(pod("p"), ["spec", row.fields], JSON.parse(JSON.stringify(row.example))))
          )
          assert.include(message, `spec.${row.fields}: Forbidden: `)
        }
      }
    }))
})
