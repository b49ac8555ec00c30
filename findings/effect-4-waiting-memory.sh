#!/usr/bin/env bash
# effect 4.1: a waiting stream keeps a tenth of what it keeps on effect 3.22, and several times as much if it is read by `Stream.toPull`.
#
# Expected: a stream that is read through `Stream.toPull` keeps at most half as much again, as on Effect 3.
# Seen: on Effect 4 it keeps three times as much: each pull that waits has copies of the contexts of two fibers, and a semaphore.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v node > /dev/null && command -v npm > /dev/null || { echo "needs node and npm"; exit 2; }
npm init -y > /dev/null
npm install --silent --no-audit --no-fund three@npm:effect@3.22.4 four@npm:effect@4.1.0 || exit 2
echo "node $(node --version), effect 3.22.4 and 4.1.0"
cat > kept.mjs << 'TEXT'
const { Effect, Stream } = await import(process.argv[2])
const heap = () => {
  globalThis.gc()
  globalThis.gc()
  return process.memoryUsage().heapUsed
}
const turns = () => new Promise((resolve) => setTimeout(resolve, 200))
const count = 2_000

/** The bytes that each of many fibers keeps while it waits. */
const kept = async (effect) => {
  const fibers = Array.from({ length: 50 }, () => Effect.runFork(effect))
  await turns()
  const before = heap()
  for (let index = 0; index < count; index++) fibers.push(Effect.runFork(effect))
  await turns()
  const bytes = (heap() - before) / count
  fibers.splice(0)
  return bytes
}
const pulled = Stream.fromPull(Stream.toPull(Stream.never))
// On Effect 4 the scope of a pull is asked for.
const scoped = process.argv[2] === "four" ? Stream.scoped(pulled) : pulled
console.log(JSON.stringify({
  fiber: await kept(Effect.never),
  stream: await kept(Stream.runDrain(Stream.never)),
  pull: await kept(Stream.runDrain(scoped))
}))
process.exit()
TEXT
cat > compare.mjs << 'TEXT'
const [on3, on4] = process.argv.slice(2).map((text) => JSON.parse(text))
const show = ({ fiber, pull, stream }) => `fiber ${fiber.toFixed(0)}, stream ${stream.toFixed(0)}, its pull ${pull.toFixed(0)} bytes`
console.log("expected: the pull of a stream keeps at most 1.5 times as much as the stream")
console.log(`seen:     Effect 3: ${show(on3)}; Effect 4: ${show(on4)}`)
const isFar = on4.stream < 0.2 * on3.stream && on4.fiber < 0.3 * on3.fiber
process.exit(isFar && on3.pull < 1.7 * on3.stream && on4.pull > 2 * on4.stream ? 0 : 1)
TEXT
node compare.mjs "$(node --expose-gc kept.mjs three)" "$(node --expose-gc kept.mjs four)"
