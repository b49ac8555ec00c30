#!/usr/bin/env bash
# One Containerfile, two builders: a build argument that BuildKit (docker build) uses is ignored by imagebuilder (buildah, OpenShift's builds).
#
# Expected: `--build-arg VERSION=3`, declared by ARG, has the same effect with both, or one of them reports that it has none.
# Seen: if an ENV of that name comes before the ARG, in the stage or in its base image, imagebuilder 1.2.22 goes on with the value of the ENV, as
# the Dockerfile reference has it ("ENV always override an ARG instruction of the same name"), and BuildKit 0.34 takes that of the ARG. So
# a Containerfile that sets its version by an argument builds the version of its base image with buildah. In `ARG A=1 B=$A`, B is empty to
# imagebuilder, and a default for TARGETARCH is ignored. Both builds succeed without a warning; buildah 1.43 does as imagebuilder.
set -euo pipefail
command -v go > /dev/null || { echo "needs Go"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > go.mod << 'GO'
module finding

go 1.26.0
GO
go get github.com/openshift/imagebuilder@v1.2.22 github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb@v0.34.2 > log 2>&1 || { cat log; exit 2; }
cat > main.go << 'GO'
package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/dockerfile2llb"
	"github.com/moby/buildkit/frontend/dockerui"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"github.com/openshift/imagebuilder"
)

func check(err error) {
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
}

// The label `seen` of the image that BuildKit would make.
func buildkit(text string, arguments map[string]string) string {
	result, err := dockerfile2llb.Dockerfile2LLB(context.Background(), []byte(text), dockerfile2llb.ConvertOpt{
		Config:         dockerui.Config{BuildArgs: arguments},
		TargetPlatform: &ocispec.Platform{OS: "linux", Architecture: "amd64"},
	})
	check(err)
	return result.Image.Config.Labels["seen"]
}

// The same with imagebuilder, without a container: none of the instructions needs one.
func buildah(text string, arguments map[string]string) string {
	node, err := imagebuilder.ParseDockerfile(strings.NewReader(text))
	check(err)
	builder := imagebuilder.NewBuilder(arguments)
	_, err = builder.From(node)
	check(err)
	for _, instruction := range node.Children {
		step := builder.Step()
		check(step.Resolve(instruction))
		check(builder.Run(step, imagebuilder.NoopExecutor, false))
	}
	return builder.Config().Labels["seen"]
}

func main() {
	given := map[string]string{"VERSION": "3"}
	for _, instructions := range os.Args[1:] {
		text := "FROM scratch\n" + strings.ReplaceAll(instructions, "; ", "\n") + "\n"
		fmt.Printf("%s: BuildKit %q, imagebuilder %q\n", instructions, buildkit(text, given), buildah(text, given))
	}
}
GO
CGO_ENABLED=0 go build -o build . > log 2>&1 || { cat log; exit 2; }
seen=$(./build 'ARG VERSION=2; ENV VERSION=1; LABEL seen=$VERSION' 'ENV VERSION=1; ARG VERSION=2; LABEL seen=$VERSION' \
  'ARG A=1 B=$A; LABEL seen=$B' 'ARG TARGETARCH=arm64; LABEL seen=$TARGETARCH')
echo "github.com/openshift/imagebuilder 1.2.22, github.com/moby/buildkit 0.34.2, $(go version | cut -d ' ' -f 3), for linux/amd64, with --build-arg VERSION=3"
echo "expected: the same from both on each line"
echo "$seen" | sed 's/^/seen:     /'
[ "$seen" = 'ARG VERSION=2; ENV VERSION=1; LABEL seen=$VERSION: BuildKit "1", imagebuilder "1"
ENV VERSION=1; ARG VERSION=2; LABEL seen=$VERSION: BuildKit "3", imagebuilder "1"
ARG A=1 B=$A; LABEL seen=$B: BuildKit "1", imagebuilder ""
ARG TARGETARCH=arm64; LABEL seen=$TARGETARCH: BuildKit "arm64", imagebuilder "amd64"' ]
