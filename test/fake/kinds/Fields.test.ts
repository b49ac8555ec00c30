import { assert, describe, it } from "vitest"
import * as Fields from "../../../src/fake/kinds/Fields.js"

const read = (time: string) => Fields.read("Kind", { time: Fields.time }, { time })

describe("Fields", () => {
  it("times: are stored in UTC with whole seconds", () => {
    assert.deepStrictEqual(read("2026-12-01T01:30:00.5+02:00").object, { time: "2026-11-30T23:30:00Z" })
    assert.deepStrictEqual(read("2026-12-01T01:30:00Z").object, { time: "2026-12-01T01:30:00Z" })
  })

  it("times: what is not one is refused", () => {
    for (const text of ["", "soon", "2026-12-01", "2026-13-01T00:00:00Z", "2026-12-01T00:00:00"]) {
      assert.lengthOf(read(text).wrong, 1, text)
    }
  })
})
