#!/usr/bin/env bash
# effect 4.1: a fiber goes on within the call that wakes it, where one of effect 3.22 goes on when the scheduler comes to it.
#
# Expected (neither major documents it, and the code compiles on both): the statement after `resume(…)` runs before what waits.
# Seen: on Effect 4 the fiber asks for the next value within `resume(…)`. A source that empties its buffer after the call gives the
# same values twice. `Deferred.succeed` and `Latch.open` run those that wait in the same way.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v node > /dev/null && command -v npm > /dev/null || { echo "needs node and npm"; exit 2; }
npm init -y > /dev/null
npm install --silent --no-audit --no-fund three@npm:effect@3.22.4 four@npm:effect@4.1.0 || exit 2
echo "node $(node --version), effect 3.22.4 and 4.1.0"
cat > resume.mjs << 'TEXT'
import * as three from "three"
import * as four from "four"

/** Reads a buffer of one value, for 50 milliseconds. */
const read = async ({ Effect }, callback) => {
  const seen = []
  let buffered = ["a"]
  let notify = () => {}
  const take = callback((resume) => {
    notify = () => {
      if (buffered.length === 0) return
      notify = () => {}
      resume(Effect.succeed(buffered))
      buffered = []
    }
    notify()
  })
  const all = Effect.gen(function*() {
    while (true) seen.push(...(yield* take))
  })
  Effect.runFork(Effect.timeout(all, 50))
  setTimeout(() => {
    buffered = ["b"]
    notify()
  }, 10)
  await new Promise((resolve) => setTimeout(resolve, 100))
  return seen.slice(0, 4).join(" ")
}
const [on3, on4] = [await read(three, three.Effect.async), await read(four, four.Effect.callback)]
console.log(`expected: a b`)
console.log(`seen:     Effect 3: ${on3}; Effect 4: ${on4}`)
process.exit(on3 === "a b" && on4 !== "a b" ? 0 : 1)
TEXT
node resume.mjs
