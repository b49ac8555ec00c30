#!/usr/bin/env bash
# node:https: `keepAlive: true` of an Agent does not turn on TCP keepalive for a new TLS connection.
#
# Expected (https://nodejs.org/docs/latest-v20.x/api/http.html#new-agentoptions: with keepAlive, `keepAliveMsecs` "specifies
# the initial delay for TCP Keep-Alive packets"): the socket has a keepalive timer, as with node:http.
# Seen: with node:http it has, with node:https it has none, so a peer that goes silent is not noticed while a response is
# awaited. A program has to call socket.setKeepAlive itself.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for program in openssl ss; do command -v "$program" > /dev/null || { echo "needs $program"; exit 2; }; done
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error --foreground-scripts node@20.20.2 > /dev/null || exit 2
node=$work/node_modules/node/bin/node
[ -x "$node" ] || { echo "no Node for this platform"; exit 2; }
echo "node $("$node" -v)"

openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=localhost -addext subjectAltName=IP:127.0.0.1 \
  -keyout key.pem -out cert.pem 2> /dev/null
cat > show.mjs << 'JS'
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as http from "node:http"
import * as https from "node:https"

const tls = { key: fs.readFileSync("key.pem"), cert: fs.readFileSync("cert.pem") }
const begin = (_request, response) => response.write("begun")

/** Whether the client's socket has a keepalive timer while a response goes on. */
const hasTimer = async (module, server) => {
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
  const { port } = server.address()
  const agent = new module.Agent({ keepAlive: true, keepAliveMsecs: 30_000, ca: tls.cert })
  await new Promise((resolve) =>
    module.get({ host: "127.0.0.1", port, agent }, (response) => response.once("data", resolve))
  )
  const sockets = execFileSync("ss", ["-tnoH", "state", "established", "dst", `127.0.0.1:${port}`], { encoding: "utf8" })
  agent.destroy()
  server.closeAllConnections()
  server.close()
  return sockets.includes("timer:(keepalive")
}
console.log(
  `http ${await hasTimer(http, http.createServer(begin))}, https ${await hasTimer(https, https.createServer(tls, begin))}`
)
JS
seen=$(timeout 60 "$node" show.mjs)
echo "expected: http true, https true"
echo "seen:     $seen"
[ "$seen" = "http true, https false" ]
