import { assert, it } from "@effect/vitest"
import * as RequestLimiter from "../../../src/kubernetes/transport/RequestLimiter.js"

it("RequestLimiter: starts as many as it has slots, and the others in FIFO order", () => {
  const limiter = RequestLimiter.make(2)
  const started: Array<string> = []
  const [a, b, c, d, e] = ["a", "b", "c", "d", "e"].map((name) => ({ start: () => started.push(name) }))
  assert(a !== undefined && b !== undefined && c !== undefined && d !== undefined && e !== undefined)
  for (const start of [a, b, c, d, e]) limiter.acquire(start)
  assert.deepStrictEqual(started, ["a", "b"])
  // A release from the queue frees no slot.
  limiter.release(d)
  assert.deepStrictEqual(started, ["a", "b"])
  limiter.release(b)
  assert.deepStrictEqual(started, ["a", "b", "c"])
  limiter.release(a)
  limiter.release(c)
  limiter.release(e)
  assert.deepStrictEqual(started, ["a", "b", "c", "e"])
  limiter.acquire(a)
  limiter.acquire(b)
  limiter.acquire(c)
  assert.deepStrictEqual(started, ["a", "b", "c", "e", "a", "b"])
})
