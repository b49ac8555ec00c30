import { assert, it } from "@effect/vitest"
import * as RequestLimiter from "../../../src/kubernetes/transport/RequestLimiter.js"

it("Gate lets so many in, and the others in their turn", () => {
  const gate = RequestLimiter.make(2)
  const inside: Array<string> = []
  const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((name) => () => {
    inside.push(name)
  })
  assert(a !== undefined && b !== undefined && c !== undefined && d !== undefined && e !== undefined)
  for (const start of [a, b, c, d, e]) gate.enter(start)
  assert.deepStrictEqual(inside, ["a", "b"])
  // Who stops waiting makes no room.
  gate.leave(d)
  assert.deepStrictEqual(inside, ["a", "b"])
  gate.leave(b)
  assert.deepStrictEqual(inside, ["a", "b", "c"])
  gate.leave(a)
  gate.leave(c)
  gate.leave(e)
  assert.deepStrictEqual(inside, ["a", "b", "c", "e"])
  gate.enter(a)
  gate.enter(b)
  gate.enter(c)
  assert.deepStrictEqual(inside, ["a", "b", "c", "e", "a", "b"])
})
