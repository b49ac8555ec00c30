#!/usr/bin/env bash
# @kubernetes/client-node: every request opens a TLS connection of its own.
#
# Expected (client-go, kubectl, and HTTP/1.1 with keep-alive, which the server below offers): requests one after the other
# share a connection.
# Seen: ten requests make ten TLS handshakes.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v openssl > /dev/null || { echo "needs openssl"; exit 2; }
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error @kubernetes/client-node@1.4.0 > /dev/null || exit 2
echo "node $(node -v), @kubernetes/client-node 1.4.0"

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout key.pem -out cert.pem 2> /dev/null
cat > count.mjs << 'JS'
import { CoreV1Api, KubeConfig } from "@kubernetes/client-node"
import * as fs from "node:fs"
import * as https from "node:https"

const tls = { key: fs.readFileSync("key.pem"), cert: fs.readFileSync("cert.pem") }
const pod = JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name: "pod", namespace: "default" } })
const server = https.createServer({ ...tls, keepAliveTimeout: 60_000 }, (_request, response) => {
  response.setHeader("content-type", "application/json")
  response.end(pod)
})
let connections = 0
server.on("secureConnection", () => connections++)
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))

const config = new KubeConfig()
config.loadFromClusterAndUser(
  { name: "test", server: `https://localhost:${server.address().port}`, caData: tls.cert.toString("base64") },
  { name: "test", token: "none" }
)
const api = config.makeApiClient(CoreV1Api)
for (let request = 0; request < 10; request++) await api.readNamespacedPod({ name: "pod", namespace: "default" })
console.log(connections)
server.closeAllConnections()
server.close()
JS
seen=$(timeout 60 node count.mjs)
echo "expected: 1 connection for 10 requests"
echo "seen:     $seen"
[ "$seen" = 10 ]
