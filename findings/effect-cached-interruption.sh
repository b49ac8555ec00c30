#!/usr/bin/env bash
# effect 3.22: when the first caller of `Effect.cached` is interrupted, each later one is, too. effect 4.1 computes the value again.
#
# Expected (Effect.cached: "Once the result is computed, it is cached"): an interruption ends the caller alone and is not cached, so that
# the next caller computes the value.
# Seen: on Effect 3 a timeout of the first caller is kept as the result. Later callers are interrupted, and so is one that waited beside
# it, though nothing interrupts them; `catchAll` and `retry` do not see it. The same is true of a layer that two fibers build from one
# MemoMap. `Effect.cachedWithTTL` and `Cache` compute the value again on both majors.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v node > /dev/null && command -v npm > /dev/null || { echo "needs node and npm"; exit 2; }
npm init -y > /dev/null
npm install --silent --no-audit --no-fund three@npm:effect@3.22.4 four@npm:effect@4.1.0 || exit 2
echo "node $(node --version), effect 3.22.4 and 4.1.0"
cat > cached.mjs << 'TEXT'
import * as three from "three"
import * as four from "four"

const of = ({ Effect, Fiber, Layer }, { fork, layer, wasInterrupted }) => {
  const slow = Effect.as(Effect.sleep("50 millis"), "value")
  const show = (exit) => exit._tag === "Success" ? "succeeds" : wasInterrupted(exit) ? "is interrupted" : "fails"
  /** What becomes of the caller that waits beside the first one, which is interrupted, and of the one after both. */
  const callers = (call) =>
    Effect.gen(function*() {
      const first = yield* fork(call)
      const beside = yield* fork(call)
      yield* Effect.sleep("10 millis")
      yield* Fiber.interrupt(first)
      const exit = yield* Fiber.await(beside)
      const later = yield* Effect.exit(call)
      return `${show(exit)}/${show(later)}`
    })
  return Effect.runPromise(Effect.scoped(Effect.gen(function*() {
    const memo = yield* Layer.makeMemoMap
    const scope = yield* Effect.scope
    const cached = yield* callers(yield* Effect.cached(slow))
    const withTtl = yield* callers(yield* Effect.cachedWithTTL(slow, "1 hour"))
    const built = yield* callers(Layer.buildWithMemoMap(layer(slow), memo, scope))
    return `cached ${cached}, cachedWithTTL ${withTtl}, layer ${built}`
  })))
}
const layers = (layer) => {
  let made
  return (effect) => (made ??= layer(effect))
}
class Three extends three.Context.Tag("Three")() {}
class Four extends four.Context.Service()("Four") {}
const on3 = await of(three, {
  fork: three.Effect.fork,
  layer: layers((effect) => three.Layer.effect(Three, effect)),
  wasInterrupted: three.Exit.isInterrupted
})
const on4 = await of(four, {
  fork: four.Effect.forkChild,
  layer: layers((effect) => four.Layer.effect(Four, effect)),
  wasInterrupted: four.Exit.hasInterrupts
})
const both = "succeeds/succeeds"
console.log(`expected: cached ${both}, cachedWithTTL ${both}, layer ${both} (beside/later)`)
console.log(`seen:     Effect 3: ${on3}`)
console.log(`          Effect 4: ${on4}`)
const none = "is interrupted/is interrupted"
process.exit(
  on3 === `cached ${none}, cachedWithTTL ${both}, layer ${none}` &&
    on4 === `cached ${both}, cachedWithTTL ${both}, layer is interrupted/succeeds`
    ? 0
    : 1
)
TEXT
node cached.mjs
