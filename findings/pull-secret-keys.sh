#!/usr/bin/env bash
# One pull secret, two readers: the kubelet, which pulls a pod's image, and containers/image, with which a buildah in that pod
# pulls the base image.
#
# Expected: both are given the same secret of type kubernetes.io/dockerconfigjson, so both find the same credentials.
# Seen: the kubelet (k8s.io/kubernetes 1.37.1) takes `username` and `password` and a host with a star, and tries the entries that
# match one after the other. containers/image 5.42.1 takes the longest key alone, knows no star, and reads nothing but `auth`: an
# entry without it hides the shorter keys, and the registry is asked without credentials. Neither says so.
set -euo pipefail
command -v go > /dev/null || { echo "needs Go"; exit 2; }
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
cat > go.mod << 'EOF'
module finding

go 1.26.0
EOF
# The modules that k8s.io/kubernetes names without a version are published with the same number as Kubernetes.
for name in api apiextensions-apiserver apimachinery apiserver cli-runtime client-go cloud-provider cluster-bootstrap \
  component-base component-helpers controller-manager cri-api cri-client cri-streaming csi-translation-lib \
  dynamic-resource-allocation endpointslice externaljwt kms kube-aggregator kube-controller-manager kube-proxy kube-scheduler \
  kubectl kubelet metrics mount-utils pod-security-admission sample-apiserver streaming; do
  go mod edit -replace "k8s.io/$name=k8s.io/$name@v0.37.1"
done
go get k8s.io/kubernetes/pkg/credentialprovider@v1.37.1 go.podman.io/image/v5/pkg/docker/config@v5.42.1 > log 2>&1 ||
  { cat log; exit 2; }
cat > main.go << 'EOF'
package main

import (
	"encoding/json"
	"fmt"
	"os"

	"go.podman.io/image/v5/docker/reference"
	"go.podman.io/image/v5/pkg/docker/config"
	"go.podman.io/image/v5/types"
	"k8s.io/kubernetes/pkg/credentialprovider"
)

func main() {
	text, err := os.ReadFile("secret.json")
	if err != nil {
		panic(err)
	}
	var secret credentialprovider.DockerConfigJSON
	if err := json.Unmarshal(text, &secret); err != nil {
		panic(err)
	}
	keyring := &credentialprovider.BasicDockerKeyring{}
	keyring.Add(nil, secret.Auths)
	for _, image := range os.Args[1:] {
		found, _ := keyring.Lookup(image)
		names := []string{}
		for _, one := range found {
			names = append(names, one.Username)
		}
		named, err := reference.ParseNormalizedNamed(image)
		if err != nil {
			panic(err)
		}
		auth, err := config.GetCredentialsForRef(&types.SystemContext{AuthFilePath: "secret.json"}, named)
		if err != nil {
			panic(err)
		}
		fmt.Printf("%s: kubelet %v, containers/image %q\n", image, names, auth.Username)
	}
}
EOF
CGO_ENABLED=0 go build -tags containers_image_openpgp -o lookup . > log 2>&1 || { cat log; exit 2; }
auth() { printf '%s:secret' "$1" | base64; }
cat > secret.json << EOF
{
  "auths": {
    "*.example.com": { "auth": "$(auth star)" },
    "registry.example.com": { "auth": "$(auth host)" },
    "registry.example.com/team": { "auth": "$(auth team)" },
    "registry.example.com/team/app": { "username": "app", "password": "secret" }
  }
}
EOF
seen=$(HOME=$work ./lookup mirror.example.com/base registry.example.com/team/base registry.example.com/team/app)
echo "k8s.io/kubernetes 1.37.1, go.podman.io/image 5.42.1, $(go version | cut -d ' ' -f 3)"
echo "expected: the same names on both sides of each line"
echo "$seen" | sed 's/^/seen:     /'
[ "$seen" = 'mirror.example.com/base: kubelet [star], containers/image ""
registry.example.com/team/base: kubelet [team host star], containers/image "team"
registry.example.com/team/app: kubelet [app team host star], containers/image ""' ]
