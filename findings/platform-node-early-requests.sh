#!/usr/bin/env bash
# @effect/platform-node 0.108: an HTTP server listens while the layers beside it are built, and never answers what comes then.
#
# Expected (HttpServer: "serve" starts serving): a connection before `serve` is refused, or its request is answered later.
# Seen: the layer of the server listens at once. In the usual composition, with the server provided last, it is built first, and
# the layers of the handlers after it. A request that comes in between is taken and never answered, also once there are
# handlers. A client without a timeout of its own, such as an EventSource, waits for minutes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v node > /dev/null && command -v npm > /dev/null || { echo "needs node and npm"; exit 2; }
npm init -y > /dev/null
npm install --silent --no-audit --no-fund effect@3.22.4 @effect/platform@0.97.2 @effect/platform-node@0.108.2 || exit 2
echo "node $(node --version), @effect/platform-node $(node -p 'require("@effect/platform-node/package.json").version')"
cat > early.mjs << 'TEXT'
import { HttpRouter, HttpServer, HttpServerResponse } from "@effect/platform"
import { NodeHttpServer } from "@effect/platform-node"
import { Context, Effect, Layer } from "effect"
import { createServer } from "node:http"

const server = createServer()
class Slow extends Context.Tag("Slow")() {}
const slow = Layer.effect(Slow, Effect.delay(Effect.succeed("ready"), "1 second"))
const routes = HttpRouter.empty.pipe(
  HttpRouter.get("/", Effect.flatMap(Slow, (text) => HttpServerResponse.text(text)))
)
const app = HttpServer.serve(routes).pipe(
  Layer.provide(slow),
  Layer.provide(NodeHttpServer.layer(() => server, { port: 0, host: "127.0.0.1" }))
)
Effect.runFork(Layer.launch(app))
const ask = (seconds) =>
  fetch(`http://127.0.0.1:${server.address().port}/`, { signal: AbortSignal.timeout(seconds * 1000) })
    .then((response) => response.text(), (error) => error.name)
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
while (!server.listening) await sleep(10)
const early = ask(5)
await sleep(2000)
const late = await ask(5)
console.log(`expected: early ready, late ready`)
console.log(`seen:     early ${await early}, late ${late}`)
process.exit((await early) === "TimeoutError" && late === "ready" ? 0 : 1)
TEXT
node early.mjs
