#!/usr/bin/env bash
# effect 4.1: the JSON Schema of a number with bounds has no bounds.
#
# Expected (from `Schema.String.check(…)`, and from Effect 3): `Schema.Number.check(Schema.isBetween({ minimum: 1, maximum: 5 }))` gives a minimum
# and a maximum.
# Seen: as JSON a `Number` is a number, "NaN", "Infinity" or "-Infinity", and its checks are left out without a word. A schema of a tool or an
# OpenAPI page then accepts what the decoder refuses. `Schema.Finite`, and `Schema.isInt()` among the checks, keep them.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v node > /dev/null && command -v npm > /dev/null || { echo "needs node and npm"; exit 2; }
npm init -y > /dev/null
npm install --silent --no-audit --no-fund three@npm:effect@3.22.4 four@npm:effect@4.1.0 || exit 2
echo "node $(node --version), effect 3.22.4 and 4.1.0"
cat > numbers.mjs << 'TEXT'
import * as three from "three"
import { Schema } from "four"

const bounds = ({ maximum, minimum }) => `${minimum}..${maximum}`
const between = Schema.isBetween({ minimum: 1, maximum: 5 })
const of4 = (schema) => bounds(Schema.toJsonSchemaDocument(schema).schema)
const on3 = bounds(three.JSONSchema.make(three.Schema.Number.pipe(three.Schema.between(1, 5))))
const on4 = [Schema.Number.check(between), Schema.Finite.check(between), Schema.Number.check(Schema.isInt(), between)]
const seen = on4.map(of4).join(" ")
const refuses = Schema.decodeUnknownOption(on4[0])(7)._tag === "None"
console.log("expected: 1..5 for Number, Finite and integers")
console.log(`seen:     Effect 3: ${on3}; Effect 4: ${seen}; its decoder ${refuses ? "refuses" : "accepts"} 7`)
process.exit(on3 === "1..5" && seen === "undefined..undefined 1..5 1..5" && refuses ? 0 : 1)
TEXT
node numbers.mjs
