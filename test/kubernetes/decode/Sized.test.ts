import { assert, describe, it } from "@effect/vitest"
import * as Sized from "../../../src/kubernetes/decode/Sized.js"

describe("Sized", () => {
  it("of: makes plain objects of any number of fields, without those that are undefined", () => {
    for (const count of [0, 1, 5, 11, 12, 200]) {
      const names = Array.from({ length: count }, (_, index) => `field${index}`)
      const object = Sized.of(
        names.flatMap((name) => [name, `${name}-absent`]),
        names.flatMap((name) => [name, undefined])
      )
      assert.deepStrictEqual(object, Object.fromEntries(names.map((name) => [name, name])))
      assert.strictEqual(Object.getPrototypeOf(object), Object.prototype)
      assert.strictEqual(object["constructor"], Object)
      assert.deepStrictEqual(structuredClone(object), { ...object })
    }
  })

  it("of: __proto__ is a field, and not the prototype", () => {
    const object = Sized.of(["__proto__", "a"], [{ b: 1 }, 2])
    assert.deepStrictEqual(Object.entries(object), [["__proto__", { b: 1 }], ["a", 2]])
    assert.strictEqual(Object.getPrototypeOf(object), Object.prototype)
    assert.strictEqual(object["b"], undefined)
  })
})
