import { assert, describe, it } from "@effect/vitest"
import { ApiStore } from "../../../src/fake/store/ApiStore.js"

const key = (name: string) => ({ resource: "pods", namespace: "ns", name })

const object = (name: string) => ({ metadata: { namespace: "ns", name } })

describe("ApiStore", () => {
  it("changes: are in the order of the writes where a wake writes too", () => {
    const store = new ApiStore({ history: 10 })
    store.log("pods").onNext(() => store.put(key("second"), object("second")))
    store.put(key("first"), object("first"))
    assert.deepStrictEqual(store.log("pods").after(0).map(({ revision }) => revision), [1, 2])
    assert.deepStrictEqual(store.log("pods", "ns").after(0).map(({ revision }) => revision), [1, 2])
  })

  it("transaction: wakes what waits after all of its writes", () => {
    const store = new ApiStore({ history: 10 })
    const seen: Array<number> = []
    store.log("pods").onNext(() => seen.push(store.revision))
    store.transaction(() => {
      store.put(key("first"), object("first"))
      store.transaction(() => store.put(key("second"), object("second")))
      assert.isEmpty(seen)
    })
    assert.deepStrictEqual(seen, [2])
  })

  it("transaction: one that throws wakes what waits for its writes", () => {
    const store = new ApiStore({ history: 10 })
    const seen: Array<number> = []
    store.log("pods").onNext(() => seen.push(store.revision))
    assert.throws(() =>
      store.transaction(() => {
        store.put(key("first"), object("first"))
        throw new Error("stop")
      }), "stop")
    assert.deepStrictEqual(seen, [1])
  })
})
