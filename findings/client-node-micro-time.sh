#!/usr/bin/env bash
# @kubernetes/client-node 1.4 and 2.0: a `renewTime` that its types take is refused by the API server, and one that is read is not what they say.
#
# Expected (the types: `renewTime` of a Lease is a V1MicroTime, which is a Date, as `creationTimestamp` beside it is): a Date can be
# written, and one is read.
# Seen: a `new Date()` passes the compiler and is sent with the three digits of toISOString. The API server's type for that field, MicroTime, takes
# exactly six digits; Time, the type of `creationTimestamp`, takes any number and drops them. What is read is a text: `renewTime.getTime` is
# not a function. The same fields are `acquireTime`, and `eventTime` of an Event.
set -euo pipefail
for program in go node npm; do command -v "$program" > /dev/null || { echo "needs $program"; exit 2; }; done
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > go.mod << 'GO'
module finding

go 1.26.0
GO
go get k8s.io/api/coordination/v1@v0.37.1 > log 2>&1 || { cat log; exit 2; }
cat > main.go << 'GO'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	coordination "k8s.io/api/coordination/v1"
)

func main() {
	if err := json.NewDecoder(os.Stdin).Decode(&coordination.Lease{}); err != nil {
		fmt.Println("refused")
		return
	}
	fmt.Println("taken")
}
GO
CGO_ENABLED=0 go build -o decode . > log 2>&1 || { cat log; exit 2; }
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error @kubernetes/client-node@1.4.0 typescript@5.9.3 @types/node@20 > /dev/null || exit 2
echo "k8s.io/api 0.37.1, $(go version | cut -d ' ' -f 3), @kubernetes/client-node 1.4.0, node $(node -v)"

cat > types.mts << 'TS'
import type { V1LeaseSpec } from "@kubernetes/client-node"
export const written: V1LeaseSpec = { renewTime: new Date() }
export const read = (spec: V1LeaseSpec): number | undefined => spec.renewTime?.getTime()
TS
types=compile
npx tsc --noEmit --strict --skipLibCheck --module nodenext --target es2022 --types node types.mts > log || { cat log; types="do not compile"; }
cat > lease.mjs << 'JS'
import { CoordinationV1Api, KubeConfig, V1MicroTime } from "@kubernetes/client-node"
import { spawnSync } from "node:child_process"
import * as http from "node:http"
import { text } from "node:stream/consumers"

const stored = {
  apiVersion: "coordination.k8s.io/v1",
  kind: "Lease",
  metadata: { name: "builder", namespace: "default", creationTimestamp: "2026-12-01T12:00:00Z" },
  spec: { renewTime: "2026-12-01T12:00:00.123456Z" }
}
let body = ""
const server = http.createServer(async (request, response) => {
  body = await text(request)
  response.setHeader("content-type", "application/json")
  response.end(JSON.stringify(stored))
})
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve))
const config = new KubeConfig()
config.loadFromClusterAndUser(
  { name: "test", server: `http://127.0.0.1:${server.address().port}`, skipTLSVerify: true },
  { name: "test", token: "none" }
)
const api = config.makeApiClient(CoordinationV1Api)
const target = { name: "builder", namespace: "default" }
const lease = await api.readNamespacedLease(target)
const read = [lease.metadata.creationTimestamp, lease.spec.renewTime].map((time) => time instanceof Date ? "a Date" : typeof time)
const decoded = async (renewTime) => {
  await api.replaceNamespacedLease({ ...target, body: { ...lease, spec: { renewTime } } })
  return spawnSync("./decode", { input: body, encoding: "utf8" }).stdout.trim()
}
const time = "2026-12-01T12:00:00.123Z"
console.log(`creationTimestamp is ${read[0]}, renewTime is ${read[1]}; ` +
  `Date ${await decoded(new Date(time))}, V1MicroTime ${await decoded(new V1MicroTime(time))}`)
server.closeAllConnections()
server.close()
JS
seen="the types $types; $(timeout 60 node lease.mjs)"
echo "expected: the types compile; creationTimestamp is a Date, renewTime is a Date; Date taken, V1MicroTime taken"
echo "seen:     $seen"
[ "$seen" = "the types compile; creationTimestamp is a Date, renewTime is string; Date refused, V1MicroTime taken" ]
