#!/usr/bin/env bash
# kubectl: for a server without TLS the credentials of the user are dropped without a warning.
#
# Expected (https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/: `token` "is the bearer token for authentication to
# the kubernetes cluster"): the token is sent, or kubectl says that it is not.
# Seen: the request has no Authorization header and kubectl exits 0, so it acts as system:anonymous.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
cd "$work"
for program in kubectl node; do command -v "$program" > /dev/null || { echo "needs $program"; exit 2; }; done
kubectl version --client 2> /dev/null | head -1

cat > server.mjs << 'JS'
import * as fs from "node:fs"
import * as http from "node:http"
const server = http.createServer(({ headers }, response) => {
  fs.writeFileSync("seen", headers.authorization ?? "no Authorization header")
  response.end("{}")
})
server.listen(0, "127.0.0.1", () => fs.writeFileSync("port", String(server.address().port)))
setTimeout(() => process.exit(), 30_000)
JS
node server.mjs &
server=$!
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done

cat > kubeconfig << YAML
apiVersion: v1
kind: Config
current-context: test
contexts: [{ name: test, context: { cluster: test, user: test } }]
clusters: [{ name: test, cluster: { server: "http://127.0.0.1:$(cat port)" } }]
users: [{ name: test, user: { token: secret } }]
YAML
kubectl --kubeconfig kubeconfig get --raw /version > /dev/null || exit 1
echo "expected: Bearer secret"
echo "seen:     $(cat seen)"
[ "$(cat seen)" = "no Authorization header" ]
