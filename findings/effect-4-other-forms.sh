#!/usr/bin/env bash
# effect 4.1: an empty object is a duration of zero, and `Array.partition` gives its two halves the other way round.
#
# Expected (from Effect 3): settings that name no time are refused as a duration, and `partition` gives what does not pass first.
# Seen: `{}`, also the type of `{ seconds: settings.timeout }` without a timeout, is a duration of zero on Effect 4: what was to be limited
# ends at once. `[passed, others]` of `Array.partition` is `[others, passed]` on Effect 3.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v node > /dev/null && command -v npm > /dev/null || { echo "needs node and npm"; exit 2; }
npm init -y > /dev/null
npm install --silent --no-audit --no-fund three@npm:effect@3.22.4 four@npm:effect@4.1.0 || exit 2
echo "node $(node --version), effect 3.22.4 and 4.1.0"
cat > forms.mjs << 'TEXT'
import * as three from "three"
import * as four from "four"

const attempt = (f) => {
  try {
    return f()
  } catch {
    return "refused"
  }
}
const numbers = [1, 2, 3]
const halves3 = three.Array.partition(numbers, (n) => n > 1)
const halves4 = four.Array.partition(numbers, (n) => n > 1 ? four.Result.succeed(n) : four.Result.fail(n))
const empty3 = attempt(() => three.Duration.toMillis(three.Duration.decode({})))
const empty4 = attempt(() => four.Duration.toMillis(four.Duration.fromInputUnsafe({})))
const limited = await four.Effect.runPromiseExit(four.Effect.timeout(four.Effect.sleep("10 millis"), {}))
const [on3, on4] = [`${empty3}; ${JSON.stringify(halves3)}`, `${empty4}; ${JSON.stringify(halves4)}`]
console.log(`expected: refused; [[1],[2,3]]`)
console.log(`seen:     Effect 3: ${on3}; Effect 4: ${on4}; a timeout of {} ${limited._tag === "Failure" ? "ends it at once" : "lets it run"}`)
process.exit(on3 === "refused; [[1],[2,3]]" && on4 === "0; [[2,3],[1]]" && limited._tag === "Failure" ? 0 : 1)
TEXT
node forms.mjs
