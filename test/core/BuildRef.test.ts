import { assert, describe, it } from "@effect/vitest"
import { Either, Schema } from "effect"
import { BuildRef } from "effect-os-builder"

describe("BuildRef", () => {
  it.prop("BuildRef: is read back from its text", [BuildRef.BuildRef], ([ref]) => {
    assert.deepStrictEqual(Schema.decodeSync(BuildRef.FromString)(String(ref)), ref)
  })

  it("BuildRef: refuses text of another shape", () => {
    for (const text of ["", "custom", "a/b/c", "a/b/c/d/e", "a//c/d", "a/b c/d/e"]) {
      assert.isTrue(Either.isLeft(Schema.decodeEither(BuildRef.FromString)(text)), text)
    }
  })
})
