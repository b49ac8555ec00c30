#!/usr/bin/env bash
# effect 3.22: an environment variable that is set and empty is the number 0, and the default is not used.
#
# Expected (Config.number: "Constructs a config for a float value", and Schema.NumberFromString, which refuses an empty text): it is refused, as
# `Config.boolean`, `duration` and `literal` do, or counts as missing, as for `Config.nonEmptyString`.
# Seen: `RETRIES=""`, which is what a chart writes for a value that is not set, is 0 retries with a default of 3, and blanks are 0 as well.
# Effect 4.1 takes an empty variable for a missing one, of every type, and there it is the schema that makes 0 of an empty text.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v node > /dev/null && command -v npm > /dev/null || { echo "needs node and npm"; exit 2; }
npm init -y > /dev/null
npm install --silent --no-audit --no-fund three@npm:effect@3.22.4 four@npm:effect@4.1.0 || exit 2
echo "node $(node --version), effect 3.22.4 and 4.1.0"
cat > empty.mjs << 'TEXT'
import * as three from "three"
import * as four from "four"

const of = ({ Config, Effect, Schema }, { boolean, decode, integer, number }) => {
  const read = (config) =>
    Effect.runSyncExit(Effect.gen(function*() {
      return yield* config
    }))
  const show = (exit) => exit._tag === "Success" ? exit.value : "refused"
  const seen = {
    integer: read(Config.withDefault(integer("RETRIES"), 3)),
    blank: read(Config.withDefault(number("BLANK"), 3)),
    boolean: read(Config.withDefault(boolean("RETRIES"), true)),
    schema: Effect.runSyncExit(decode(Schema.NumberFromString)(""))
  }
  return Object.entries(seen).map(([name, exit]) => `${name} ${show(exit)}`).join(", ")
}
process.env.RETRIES = ""
process.env.BLANK = " "
const on3 = of(three, {
  integer: three.Config.integer,
  number: three.Config.number,
  boolean: three.Config.boolean,
  decode: three.Schema.decodeUnknown
})
const on4 = of(four, {
  integer: four.Config.Int,
  number: four.Config.Number,
  boolean: four.Config.Boolean,
  decode: four.Schema.decodeUnknownEffect
})
console.log("expected: integer 3 or refused, blank 3 or refused, boolean true or refused, schema refused")
console.log(`seen:     Effect 3: ${on3}; Effect 4: ${on4}`)
process.exit(
  on3 === "integer 0, blank 0, boolean refused, schema refused" && on4 === "integer 3, blank refused, boolean true, schema 0" ? 0 : 1
)
TEXT
node empty.mjs
