#!/usr/bin/env bash
# @kubernetes/client-node 1.4 and 2.0: an informer that is stopped while it lists starts to watch all the same.
#
# Expected (`stop` of an informer; client-go, where the stop channel ends the reflector at any time): after stop() no request is made and
# no event is delivered.
# Seen: stop() takes effect for a watch that is open and before a new list. During the list it sets a flag that is not read again: when the list
# has come the informer calls the handlers for its objects, opens a watch, and delivers events from it. The connection keeps the process
# running. A second stop() after the watch has begun ends it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error @kubernetes/client-node@1.4.0 > /dev/null || exit 2
echo "node $(node -v), @kubernetes/client-node 1.4.0"

cat > stop.mjs << 'JS'
import { KubeConfig, makeInformer } from "@kubernetes/client-node"
import * as http from "node:http"

const pod = (name) => ({ apiVersion: "v1", kind: "Pod", metadata: { name, namespace: "default", resourceVersion: "1" } })
let watches = 0
const server = http.createServer((_, response) => {
  watches++
  response.write(`${JSON.stringify({ type: "ADDED", object: pod("watched") })}\n`)
})
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
const config = new KubeConfig()
config.loadFromClusterAndUser(
  { name: "test", server: `http://127.0.0.1:${server.address().port}`, skipTLSVerify: true },
  { name: "test", token: "none" }
)
let finishList
const list = new Promise((resolve) => {
  finishList = () => resolve({ metadata: { resourceVersion: "1" }, items: [pod("listed")] })
})
const informer = makeInformer(config, "/api/v1/namespaces/default/pods", () => list)
const events = []
informer.on("add", ({ metadata }) => events.push(metadata.name))
const started = informer.start()
await informer.stop()
finishList()
await started
await new Promise((resolve) => setTimeout(resolve, 500))
console.log(`after stop(): ${watches} watches, events: ${events.join(" ") || "none"}`)
process.exit()
JS
seen=$(timeout 60 node stop.mjs)
echo "expected: after stop(): 0 watches, events: none"
echo "seen:     $seen"
[ "$seen" = "after stop(): 1 watches, events: listed watched" ]
