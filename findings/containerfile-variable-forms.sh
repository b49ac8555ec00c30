#!/usr/bin/env bash
# One Containerfile, two builders: BuildKit (docker build) and imagebuilder (buildah, podman, OpenShift's builds).
#
# Expected (the Dockerfile reference, "Environment replacement"; a shell): `${NAME:?message}` ends the build with the message if NAME has no
# value, and the patterns of `#`, `##`, `%` and `%%` match as in a shell, where `*` matches any characters.
# Seen: with imagebuilder 1.2.22 the message becomes the value and the build succeeds: a check that a version was given puts its own
# message into the image. A `*` does not match a slash, so `${IMAGE##*/}`, the usual way to the last part of a name, keeps the middle of it,
# and `${IMAGE##*:}` keeps everything. A prefix that leaves one character is not removed: `${TAG#v}` of v9 is v9, and of v10 it is 10.
# `/#` and `/%`, which imagebuilder takes for the start and the end as bash does, are plain characters to BuildKit 0.34.
# buildah 1.43 gives the same as imagebuilder.
set -euo pipefail
command -v go > /dev/null || { echo "needs Go"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > go.mod << 'GO'
module finding

go 1.26.0
GO
go get github.com/openshift/imagebuilder@v1.2.22 github.com/moby/buildkit/frontend/dockerfile/shell@v0.34.2 > log 2>&1 || { cat log; exit 2; }
cat > main.go << 'GO'
package main

import (
	"fmt"
	"os"

	"github.com/moby/buildkit/frontend/dockerfile/shell"
	"github.com/openshift/imagebuilder"
)

func main() {
	variables := []string{"IMAGE=quay.io/fedora/fedora-bootc:43", "TAG=v9", "VERSION=v10"}
	shown := func(text string, err error) string {
		if err != nil {
			return "error"
		}
		return text
	}
	for _, word := range os.Args[1:] {
		text, _, err := shell.NewLex('\\').ProcessWord(word, shell.EnvsFromSlice(variables))
		buildkit := shown(text, err)
		fmt.Printf("%s: BuildKit %s, imagebuilder %s\n", word, buildkit, shown(imagebuilder.ProcessWord(word, variables)))
	}
}
GO
CGO_ENABLED=0 go build -o expand . > log 2>&1 || { cat log; exit 2; }
seen=$(./expand '${NONE:?give a version}' '${IMAGE##*/}' '${IMAGE##*:}' '${IMAGE%%/*}' '${TAG#v}' '${VERSION#v}' '${TAG##v}' '${TAG%%9}' '${TAG/#v/}')
echo "github.com/openshift/imagebuilder 1.2.22, github.com/moby/buildkit 0.34.2, $(go version | cut -d ' ' -f 3)"
echo "with IMAGE=quay.io/fedora/fedora-bootc:43, TAG=v9, VERSION=v10"
echo "expected: the same from both on each line"
echo "$seen" | sed 's/^/seen:     /'
[ "$seen" = '${NONE:?give a version}: BuildKit error, imagebuilder give a version
${IMAGE##*/}: BuildKit fedora-bootc:43, imagebuilder fedora/fedora-bootc:43
${IMAGE##*:}: BuildKit 43, imagebuilder quay.io/fedora/fedora-bootc:43
${IMAGE%%/*}: BuildKit quay.io, imagebuilder quay.io/fedora
${TAG#v}: BuildKit 9, imagebuilder v9
${VERSION#v}: BuildKit 10, imagebuilder 10
${TAG##v}: BuildKit 9, imagebuilder 9
${TAG%%9}: BuildKit v, imagebuilder v9
${TAG/#v/}: BuildKit v9, imagebuilder 9' ]
