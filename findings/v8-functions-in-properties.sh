#!/usr/bin/env bash
# Node 20 and 22 (V8): a function that is assigned to a property is allocated in the old generation, so that what it refers to
# outlives every scavenge.
#
# Expected: garbage of a short life is collected by scavenges, wherever the function that refers to it was written.
# Seen: `holder.read = () => payload` leaves megabytes in the old generation until a full collection; a variable in between, or an
# object literal, leaves nothing. effect 3.22 writes it so in Channel.fromEffect, through which Stream.runForEachChunk and the like pass
# what the program does with each chunk, and in Effect.async: the chunks of a stream stay until a full collection.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v npm > /dev/null || { echo "needs npm"; exit 2; }
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error --foreground-scripts node20@npm:node@20.20.2 node22@npm:node@22.23.3 effect@3.22.4 \
  > /dev/null || exit 2
cat > show.mjs << 'TEXT'
import { Chunk, Effect, Option, Stream } from "effect"
import * as v8 from "node:v8"

const old = () => v8.getHeapSpaceStatistics().find(({ space_name }) => space_name === "old_space").space_used_size
const begin = () => {
  globalThis.gc()
  const before = old()
  let peak = before
  return { look: () => { peak = Math.max(peak, old()) }, megabytes: () => ((peak - before) / 1e6).toFixed(1) }
}

const ways = {
  "assigned to a property": (payload) => { const holder = {}; holder.read = () => payload; return holder },
  "assigned to a variable first": (payload) => { const holder = {}; const read = () => payload; holder.read = read; return holder },
  "in an object literal": (payload) => ({ read: () => payload })
}
const seen = []
for (const [way, make] of Object.entries(ways)) {
  const { look, megabytes } = begin()
  for (let n = 0; n < 50_000; n++) {
    make(new Array(100).fill(n)).read()
    if (n % 1_000 === 0) look()
  }
  seen.push(megabytes())
  console.log(`a function ${way}: ${megabytes()} MB in the old generation`)
}

/** A thousand chunks, each in a turn of the event loop. */
const chunks = () => {
  let n = 0
  return Effect.async((resume) => {
    setImmediate(() => resume(n++ < 1_000 ? Effect.succeed(Chunk.unsafeFromArray(Array.from({ length: 2_000 }, () => ({ n })))) : Effect.fail(Option.none())))
  })
}
const runs = {
  "Effect.forever of the pull": (pull, use) => Effect.ignore(Effect.forever(Effect.flatMap(pull, use))),
  "Stream.runForEachChunk": (pull, use) => Stream.runForEachChunk(Stream.repeatEffectChunkOption(pull), use)
}
for (const [name, run] of Object.entries(runs)) {
  const { look, megabytes } = begin()
  await Effect.runPromise(run(chunks(), (chunk) => Effect.sync(() => { Chunk.unsafeGet(chunk, 0); look() })))
  seen.push(megabytes())
  console.log(`${name}: ${megabytes()} MB`)
}
const [property, variable, literal, forever, stream] = seen.map(Number)
process.exit(property > 1 && variable < 0.5 && literal < 0.5 && stream > 2 * forever ? 0 : 1)
TEXT
for version in node20 node22; do
  node=$work/node_modules/$version/bin/node
  [ -x "$node" ] || { echo "no Node for this platform"; exit 2; }
  echo "node $("$node" -v), effect 3.22.4"
  "$node" --expose-gc show.mjs
done
