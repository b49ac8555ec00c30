#!/usr/bin/env bash
# @kubernetes/client-node 1.4 and 2.0: an error that the callback of a watch throws disappears.
#
# Expected (Node: an error that nothing catches ends the process; `done` of Watch.watch "is called either when connection is closed or
# when there is an error"): the error reaches `done`, or is reported as uncaught.
# Seen: neither. The callback is called within the try block that is meant for lines that are not JSON, and that block drops every error. The
# watch goes on with the next event, so that a controller with a mistake in its handler does nothing, and nothing shows why. If the callback is
# an async function, the same error is an unhandled rejection.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error @kubernetes/client-node@1.4.0 > /dev/null || exit 2
echo "node $(node -v), @kubernetes/client-node 1.4.0"

cat > watch.mjs << 'JS'
import { KubeConfig, Watch } from "@kubernetes/client-node"
import * as http from "node:http"

const server = http.createServer((_, response) => {
  for (const name of ["first", "second"]) {
    const object = { apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default", resourceVersion: "1" } }
    response.write(`${JSON.stringify({ type: "ADDED", object })}\n`)
  }
  response.end()
})
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
const config = new KubeConfig()
config.loadFromClusterAndUser(
  { name: "test", server: `http://127.0.0.1:${server.address().port}`, skipTLSVerify: true },
  { name: "test", token: "none" }
)
const uncaught = []
process.on("uncaughtException", (error) => uncaught.push(error.message))
process.on("unhandledRejection", (error) => uncaught.push(error.message))
const watched = async (handle) => {
  uncaught.length = 0
  const events = []
  const error = await new Promise((resolve) => {
    void new Watch(config).watch("/api/v1/pods", {}, (_, pod) => {
      events.push(pod.metadata.name)
      return handle()
    }, resolve)
  })
  await new Promise((resolve) => setTimeout(resolve, 200))
  return `events ${events.join(" and ")}, done ${error?.message ?? "without an error"}, uncaught ${uncaught.join(" and ") || "none"}`
}
const thrown = () => {
  throw new Error("mistake")
}
console.log(`function: ${await watched(thrown)}; async function: ${await watched(async () => thrown())}`)
server.closeAllConnections()
server.close()
JS
seen=$(timeout 60 node watch.mjs)
echo "expected: function: done mistake, or uncaught mistake"
echo "seen:     $seen"
none="events first and second, done without an error, uncaught"
[ "$seen" = "function: $none none; async function: $none mistake and mistake" ]
