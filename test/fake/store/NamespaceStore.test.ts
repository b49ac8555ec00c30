import { assert, it } from "@effect/vitest"
import { FastCheck } from "effect"
import * as Json from "../../../src/fake/Json.js"
import { type Equality, NamespaceStore } from "../../../src/fake/store/NamespaceStore.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"

const few = (...values: ReadonlyArray<string>) => FastCheck.constantFrom(...values)

const labels = FastCheck.dictionary(few("a", "b", "__proto__"), few("x", "y", "toString"), { maxKeys: 3 })

const step = FastCheck.oneof(
  FastCheck.record({ does: FastCheck.constant("set" as const), name: few("1", "2", "3", "4"), labels }),
  FastCheck.record({ does: FastCheck.constant("delete" as const), name: few("1", "2", "3", "4") }),
  FastCheck.record({
    does: FastCheck.constant("list" as const),
    having: FastCheck.array(FastCheck.tuple(few("a", "b", "__proto__"), few("x", "y", "toString")), { maxLength: 2 })
  })
)

const has = (object: JsonObject) => ([label, value]: Equality) =>
  Json.text(object, "metadata", "labels", label) === value

it("NamespaceStore.list: the label index finds the same objects as a scan", () => {
  let found = 0
  FastCheck.assert(
    FastCheck.property(FastCheck.array(step, { minLength: 5, maxLength: 40, size: "max" }), (steps) => {
      const store = new NamespaceStore()
      for (const one of steps) {
        switch (one.does) {
          case "set":
            store.set(one.name, { metadata: { name: one.name, labels: one.labels } })
            break
          case "delete":
            store.delete(one.name)
            break
          case "list": {
            const all = store.list()
            const wanted = all.filter((object) => one.having.every(has(object)))
            assert.deepStrictEqual(store.list(one.having), wanted)
            assert.deepStrictEqual(
              all.map((object) => Json.text(object, "metadata", "name")).toSorted(),
              all.map((object) => Json.text(object, "metadata", "name"))
            )
            found += one.having.length > 0 ? wanted.length : 0
          }
        }
      }
    })
  )
  assert.isAbove(found, 0)
})
