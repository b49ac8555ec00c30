#!/usr/bin/env bash
# kube-apiserver 1.37: in `kubectl get jobs` the DURATION of a Job that failed keeps growing.
#
# Expected (the description of the column, "Time required to complete the job"; the STATUS beside it is Failed): the time that the Job ran,
# up to its Failed condition.
# Seen: the server prints the time from startTime until now for every Job without a completionTime, and a Job that failed never has one
# (batch/v1: it "is set when the job finishes successfully, and only then"). A build that failed after 3 minutes shows 2d2h two days later.
# The end of a failed Job is the lastTransitionTime of its condition. The server's printer runs here without the server.
set -euo pipefail
command -v go > /dev/null || { echo "needs Go"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
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
go get k8s.io/kubernetes/pkg/printers/internalversion@v1.37.1 > log 2>&1 || { cat log; exit 2; }
cat > main.go << 'GO'
package main

import (
	"fmt"
	"os"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/apis/batch"
	"k8s.io/kubernetes/pkg/apis/core"
	"k8s.io/kubernetes/pkg/printers"
	"k8s.io/kubernetes/pkg/printers/internalversion"
)

func main() {
	generator := printers.NewTableGenerator()
	internalversion.AddHandlers(generator)
	start := metav1.NewTime(time.Now().Add(-50 * time.Hour))
	end := metav1.NewTime(start.Add(3 * time.Minute))
	one := int32(1)
	for _, kind := range []batch.JobConditionType{batch.JobComplete, batch.JobFailed} {
		job := batch.Job{
			Spec: batch.JobSpec{Completions: &one},
			Status: batch.JobStatus{
				StartTime:  &start,
				Conditions: []batch.JobCondition{{Type: kind, Status: core.ConditionTrue, LastTransitionTime: end}},
			},
		}
		if kind == batch.JobComplete {
			job.Status.CompletionTime = &end
		}
		table, err := generator.GenerateTable(&job, printers.GenerateOptions{})
		if err != nil {
			fmt.Println(err)
			os.Exit(2)
		}
		row := map[string]interface{}{}
		for index, column := range table.ColumnDefinitions {
			if column.Priority == 0 {
				row[column.Name] = table.Rows[0].Cells[index]
			}
		}
		fmt.Printf("%v %v\n", row["Status"], row["Duration"])
	}
}
GO
CGO_ENABLED=0 go build -o jobs . > log 2>&1 || { cat log; exit 2; }
seen=$(./jobs | paste -sd ',')
echo "k8s.io/kubernetes 1.37.1, $(go version | cut -d ' ' -f 3)"
echo "expected: Complete 3m,Failed 3m"
echo "seen:     $seen"
[ "$seen" = "Complete 3m,Failed 2d2h" ]
