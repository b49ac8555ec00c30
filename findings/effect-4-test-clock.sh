#!/usr/bin/env bash
# effect 4.1: `TestClock.adjust` lets other fibers run once and moves the time, and the environment is read once.
#
# Expected (the code is the same on both majors, but for names): a sleep that a forked fiber begins after a few steps ends with `adjust`, as
# on Effect 3, whose TestClock waits until every fiber is suspended; and a setting has the value that the environment has by then.
# Seen: on Effect 4 the time moves before the fiber sleeps, so that the sleep ends at a later time, or a test never; and a variable that is
# set after the first setting was read is not seen.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v node > /dev/null && command -v npm > /dev/null || { echo "needs node and npm"; exit 2; }
npm init -y > /dev/null
npm install --silent --no-audit --no-fund three@npm:effect@3.22.4 four@npm:effect@4.1.0 || exit 2
echo "node $(node --version), effect 3.22.4 and 4.1.0"
cat > clock.mjs << 'TEXT'
import * as three from "three"
import * as four from "four"
import * as TestClock from "four/testing/TestClock"

const of = async ({ Config, Effect, Fiber }, { adjust, fork, string, test, yieldNow }) => {
  const variable = (name) => Effect.runSync(Config.withDefault(string(name), "unset"))
  variable("FINDING")
  process.env["FINDING"] = "set"
  const setting = variable("FINDING")
  delete process.env["FINDING"]
  const program = Effect.gen(function*() {
    let ended = false
    const steps = Effect.gen(function*() {
      for (let step = 0; step < 5; step++) yield* yieldNow
      yield* Effect.sleep("1 minute")
      ended = true
    })
    const fiber = yield* fork(steps)
    yield* adjust("1 minute")
    for (let step = 0; step < 20; step++) yield* yieldNow
    yield* Fiber.interrupt(fiber)
    return ended
  })
  return `the sleep ${await Effect.runPromise(test(program)) ? "ends" : "does not end"}; FINDING is ${setting}`
}
const on3 = await of(three, {
  adjust: three.TestClock.adjust,
  fork: three.Effect.fork,
  string: three.Config.string,
  test: three.Effect.provide(three.TestContext.TestContext),
  yieldNow: three.Effect.yieldNow()
})
const on4 = await of(four, {
  adjust: TestClock.adjust,
  fork: four.Effect.forkChild,
  string: four.Config.String,
  test: four.Effect.provide(TestClock.layer()),
  yieldNow: four.Effect.yieldNow
})
const expected = "the sleep ends; FINDING is set"
console.log(`expected: ${expected}`)
console.log(`seen:     Effect 3: ${on3}; Effect 4: ${on4}`)
process.exit(on3 === expected && on4 === "the sleep does not end; FINDING is unset" ? 0 : 1)
TEXT
node clock.mjs
