#!/usr/bin/env bash
# One image index, three readers: containers/image (buildah, skopeo), containerd (the kubelet's pulls) and go-containerregistry (crane).
#
# Expected: of an index with variants of one architecture, all three choose the same image for a platform, one that such a machine can run.
# Seen: for linux/amd64, go-containerregistry 0.22.1 takes the first image of that architecture, also one for amd64/v3, although a plain
# amd64 follows; containers/image 5.42.1 does not know that amd64/v1 is what every amd64 is, and finds nothing; containerd's platforms 1.0
# alone takes the plain one and v1. For amd64/v3 containerd takes the nearest older variant, containers/image the one without a variant, and
# go-containerregistry nothing. So a pod runs another image than the one that was built upon, or that crane showed.
set -euo pipefail
command -v go > /dev/null || { echo "needs Go"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > go.mod << 'GO'
module finding

go 1.26.0
GO
go get go.podman.io/image/v5/manifest@v5.42.1 github.com/google/go-containerregistry/pkg/v1/remote@v0.22.1 \
  github.com/google/go-containerregistry/pkg/registry@v0.22.1 github.com/containerd/platforms@v1.0.0-rc.4 > log 2>&1 || { cat log; exit 2; }
cat > main.go << 'GO'
package main

import (
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"strings"

	"github.com/containerd/platforms"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/random"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	ocispec "github.com/opencontainers/image-spec/specs-go/v1"
	"go.podman.io/image/v5/manifest"
	"go.podman.io/image/v5/types"
)

func must[T any](value T, err error) T {
	if err != nil {
		fmt.Println(err)
		os.Exit(2)
	}
	return value
}

func main() {
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0))))
	defer server.Close()
	for number, line := range os.Args[1:] {
		asked, list, _ := strings.Cut(line, " of ")
		wanted := must(platforms.Parse(asked))
		offered := strings.Split(list, " ")
		names := map[string]string{}
		var index v1.ImageIndex = mutate.IndexMediaType(empty.Index, ocispec.MediaTypeImageIndex)
		for _, text := range offered {
			image := must(random.Image(16, 1))
			platform := must(v1.ParsePlatform(text))
			index = mutate.AppendManifests(index, mutate.IndexAddendum{Add: image, Descriptor: v1.Descriptor{Platform: platform}})
			names[must(image.Digest()).String()] = text
		}
		chosen := func(digest string) string {
			if digest == "" {
				return "none"
			}
			return names[digest]
		}
		reference := must(name.ParseReference(fmt.Sprintf("%s/os:%d", strings.TrimPrefix(server.URL, "http://"), number)))
		if err := remote.WriteIndex(reference, index); err != nil {
			fmt.Println(err)
			os.Exit(2)
		}

		buildah := ""
		parsed := must(manifest.ListFromBlob(must(index.RawManifest()), ocispec.MediaTypeImageIndex))
		context := &types.SystemContext{OSChoice: wanted.OS, ArchitectureChoice: wanted.Architecture, VariantChoice: wanted.Variant}
		if digest, err := parsed.ChooseInstance(context); err == nil {
			buildah = digest.String()
		}

		crane := ""
		if image, err := remote.Image(reference, remote.WithPlatform(*must(v1.ParsePlatform(asked)))); err == nil {
			crane = must(image.Digest()).String()
		}

		node, best := "none", ocispec.Platform{}
		matcher := platforms.Only(wanted)
		for _, text := range offered {
			one := must(v1.ParsePlatform(text))
			platform := ocispec.Platform{OS: one.OS, Architecture: one.Architecture, Variant: one.Variant}
			if matcher.Match(platform) && (node == "none" || matcher.Less(platform, best)) {
				node, best = text, platform
			}
		}
		fmt.Printf("%s: buildah %s, containerd %s, crane %s\n", line, chosen(buildah), node, chosen(crane))
	}
}
GO
CGO_ENABLED=0 go build -tags containers_image_openpgp -o choose . > log 2>&1 || { cat log; exit 2; }
seen=$(./choose "linux/amd64 of linux/amd64/v3 linux/amd64" "linux/amd64 of linux/amd64/v2 linux/amd64/v1" \
  "linux/amd64/v3 of linux/amd64 linux/amd64/v2" "linux/arm of linux/arm/v5 linux/arm/v7")
echo "go.podman.io/image 5.42.1, containerd/platforms 1.0.0-rc.4, go-containerregistry 0.22.1, $(go version | cut -d ' ' -f 3)"
echo "expected: one image on each line"
echo "$seen" | sed 's/^/seen:     /'
[ "$seen" = 'linux/amd64 of linux/amd64/v3 linux/amd64: buildah linux/amd64, containerd linux/amd64, crane linux/amd64/v3
linux/amd64 of linux/amd64/v2 linux/amd64/v1: buildah none, containerd linux/amd64/v1, crane linux/amd64/v2
linux/amd64/v3 of linux/amd64 linux/amd64/v2: buildah linux/amd64, containerd linux/amd64/v2, crane none
linux/arm of linux/arm/v5 linux/arm/v7: buildah linux/arm/v7, containerd linux/arm/v7, crane linux/arm/v5' ]
