#!/usr/bin/env bash
# @kubernetes/client-node 1.4 and 2.0: `tailLines: 0` of a log is dropped, so that the whole log is read.
#
# Expected (core/v1, PodLogOptions.tailLines: "the number of lines from the end of the logs to show"; kubectl logs --tail=0 -f): no line
# that was written before, and with `follow` the new ones alone.
# Seen: the request has no tailLines, which means all lines. A program that follows a build from now on gets everything that it had
# before, without an error. `tailLines: 1` is sent.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error @kubernetes/client-node@1.4.0 > /dev/null || exit 2
echo "node $(node -v), @kubernetes/client-node 1.4.0"

cat > follow.mjs << 'JS'
import { KubeConfig, Log } from "@kubernetes/client-node"
import * as http from "node:http"
import { PassThrough } from "node:stream"
import { text } from "node:stream/consumers"

// As an API server: the last lines that are asked for, all of them if none are.
const server = http.createServer(({ url }, response) => {
  const tail = new URL(url, "http://server").searchParams.get("tailLines")
  const lines = ["old 1", "old 2", "old 3"]
  response.end(lines.slice(tail === null ? 0 : lines.length - Number(tail)).join(", "))
})
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
const config = new KubeConfig()
config.loadFromClusterAndUser(
  { name: "test", server: `http://127.0.0.1:${server.address().port}`, skipTLSVerify: true },
  { name: "test", token: "none" }
)
const shown = []
for (const tailLines of [1, 0]) {
  const output = new PassThrough()
  await new Log(config).log("default", "pod", "build", output, { follow: true, tailLines })
  shown.push(`tailLines ${tailLines}: ${(await text(output)) || "nothing"}`)
}
console.log(shown.join("; "))
server.closeAllConnections()
server.close()
JS
seen=$(timeout 60 node follow.mjs)
echo "expected: tailLines 1: old 3; tailLines 0: nothing"
echo "seen:     $seen"
[ "$seen" = "tailLines 1: old 3; tailLines 0: old 1, old 2, old 3" ]
