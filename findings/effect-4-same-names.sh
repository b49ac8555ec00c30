#!/usr/bin/env bash
# effect 4.1: functions that have the same names and types as in effect 3.22, and other results.
#
# Expected (a strict compiler accepts the code on both majors): the same results.
# Seen: `Random.nextIntBetween` includes the upper bound. Durations become negative, where those of Effect 3 stop at zero. A context that
# is replaced loses the clock of the caller, which is not in the context of Effect 3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v node > /dev/null && command -v npm > /dev/null || { echo "needs node and npm"; exit 2; }
npm init -y > /dev/null
npm install --silent --no-audit --no-fund three@npm:effect@3.22.4 four@npm:effect@4.1.0 || exit 2
echo "node $(node --version), effect 3.22.4 and 4.1.0"
cat > same.mjs << 'TEXT'
import * as three from "three"
import * as four from "four"

const of = ({ Clock, Context, Duration, Effect, Random }, { replaceContext, withClock }) => {
  const numbers = new Set(Effect.runSync(Effect.replicateEffect(Random.nextIntBetween(1, 3), 500)))
  const rest = Duration.toMillis(Duration.subtract(Duration.seconds(1), Duration.seconds(3)))
  const clock = { ...Effect.runSync(Clock.clockWith(Effect.succeed)), currentTimeMillis: Effect.succeed(5) }
  const time = Effect.runSync(withClock(replaceContext(Clock.currentTimeMillis, () => Context.empty()), clock))
  return `${[...numbers].sort().join(" ")}; ${rest} ms; ${time === 5 ? "the caller's clock" : "another clock"}`
}
const on3 = of(three, { replaceContext: three.Effect.mapInputContext, withClock: three.Effect.withClock })
const on4 = of(four, {
  replaceContext: four.Effect.updateContext,
  withClock: (effect, clock) => four.Effect.provideService(effect, four.Clock.Clock, clock)
})
console.log(`expected: 1 2; 0 ms; the caller's clock`)
console.log(`seen:     Effect 3: ${on3}; Effect 4: ${on4}`)
process.exit(on3 === "1 2; 0 ms; the caller's clock" && on4 === "1 2 3; -2000 ms; another clock" ? 0 : 1)
TEXT
node same.mjs
