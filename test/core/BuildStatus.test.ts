import { assert, it } from "@effect/vitest"
import { Arbitrary, FastCheck, Schema } from "effect"
import { BuildStatus } from "effect-os-builder"

const status = Arbitrary.make(BuildStatus.BuildStatus)

/** The same status once more, as another object. */
const copy = (of: BuildStatus.BuildStatus): BuildStatus.BuildStatus =>
  Schema.decodeSync(BuildStatus.BuildStatus)(Schema.encodeSync(BuildStatus.BuildStatus)(of))

/** A status, and it or something like it, with fields of another. */
const two = FastCheck.tuple(status, status, FastCheck.nat()).map(([one, other, choice]) => {
  if (one._tag !== other._tag || choice % 3 === 0) return [one, choice % 2 === 0 ? copy(one) : other] as const
  const fields = Object.keys(one).filter((name) => name !== "_tag")
  const name = fields[choice % Math.max(1, fields.length)] ?? "_tag"
  const mixed = Object.assign(Object.create(Object.getPrototypeOf(one)), copy(one), {
    ...(name in other ? { [name]: Reflect.get(other, name) } : {})
  })
  return [one, mixed] as const
})

it("BuildStatus: two statuses are equivalent exactly when Schema says so", () => {
  const bySchema = Schema.equivalence(BuildStatus.BuildStatus)
  const seen = { same: 0, different: 0 }
  FastCheck.assert(
    FastCheck.property(two, ([self, that]) => {
      const expected = bySchema(self, that)
      seen[expected ? "same" : "different"]++
      assert.strictEqual(BuildStatus.equivalence(self, that), expected)
    }),
    { numRuns: 1_000 }
  )
  assert.isAbove(Math.min(seen.same, seen.different), 50)
})
