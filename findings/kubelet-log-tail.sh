#!/usr/bin/env bash
# The kubelet 1.37: `tailLines` and `sinceTime` of a log cut a long line in its middle.
#
# Expected (core/v1, PodLogOptions: `tailLines` is "the number of lines from the end of the logs to show"; kubectl logs --tail: "Lines of
# recent log file to display"): a line of a program counts as one line, and is shown whole or not at all.
# Seen: a container runtime stores a line of more than 16 KiB (conmon: 8 KiB) in pieces, and the kubelet counts these. Of a line of 32 KiB and
# one character, tailLines=1 returns that one character, and tailLines=2 the second half; the two pieces of two lines are one line of
# output. sinceTime compares each piece, so that the rest of a line comes as a line, without the timestamp that was asked for. Nothing
# marks the cut. A JSON document on one line, the last line of a build's log, is no JSON then.
set -euo pipefail
command -v go > /dev/null || { echo "needs Go"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > go.mod << 'GO'
module finding

go 1.26.0
GO
go get k8s.io/cri-client/pkg/logs@v0.37.1 > log 2>&1 || { cat log; exit 2; }
cat > main.go << 'GO'
package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"strings"
	"time"

	"k8s.io/cri-client/pkg/logs"
)

func main() {
	start := time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)
	text := ""
	// As containerd writes them: P marks a piece, F the last one of a line.
	for second, piece := range []string{"F short", "P " + strings.Repeat("a", 16384), "P " + strings.Repeat("b", 16384), "F c"} {
		text += start.Add(time.Duration(second)*time.Second).Format(logs.RFC3339NanoFixed) + " stdout " + piece + "\n"
	}
	if err := os.WriteFile("0.log", []byte(text), 0o600); err != nil {
		panic(err)
	}
	show := func(name string, options logs.LogOptions) {
		var output bytes.Buffer
		if err := logs.ReadLogs(context.Background(), "0.log", "", &options, nil, &output, &output); err != nil {
			panic(err)
		}
		lines := []string{}
		for line := range strings.Lines(output.String()) {
			line = strings.ReplaceAll(strings.TrimSuffix(line, "\n"), strings.Repeat("a", 16384), "{16384 a}")
			lines = append(lines, strings.ReplaceAll(line, strings.Repeat("b", 16384), "{16384 b}"))
		}
		fmt.Printf("%s: %s\n", name, strings.Join(lines, " | "))
	}
	for tail := int64(1); tail <= 3; tail++ {
		show(fmt.Sprintf("tailLines %d", tail), logs.LogOptions{TailLines: &tail})
	}
	show("timestamps", logs.LogOptions{Timestamp: true})
	show("timestamps, sinceTime 12:00:02", logs.LogOptions{Timestamp: true, Since: start.Add(2 * time.Second)})
}
GO
CGO_ENABLED=0 go build -o tail . > log 2>&1 || { cat log; exit 2; }
seen=$(./tail)
echo "k8s.io/cri-client 0.37.1, $(go version | cut -d ' ' -f 3)"
echo "expected: tailLines 1: {16384 a}{16384 b}c; tailLines 2 and 3: short | {16384 a}{16384 b}c; each line with a timestamp where asked"
echo "$seen" | sed 's/^/seen:     /'
[ "$seen" = 'tailLines 1: c
tailLines 2: {16384 b}c
tailLines 3: {16384 a}{16384 b}c
timestamps: 2026-12-01T12:00:00.000000000Z short | 2026-12-01T12:00:01.000000000Z {16384 a}{16384 b}c
timestamps, sinceTime 12:00:02: {16384 b}c' ]
