#!/usr/bin/env bash
# @kubernetes/client-node: of several files in KUBECONFIG, the last current-context wins.
#
# Expected (https://kubernetes.io/docs/concepts/configuration/organize-cluster-access-kubeconfig/, "The first file to set a
# particular value or map key wins"; kubectl): the current-context of the first file.
# Seen: that of the last file, so the same KUBECONFIG reaches another cluster than with kubectl.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error @kubernetes/client-node@1.4.0 > /dev/null || exit 2
echo "node $(node -v), @kubernetes/client-node 1.4.0"

for name in first second; do
  cat > "$name" << YAML
apiVersion: v1
kind: Config
current-context: $name
contexts: [{ name: $name, context: { cluster: $name, user: $name } }]
clusters: [{ name: $name, cluster: { server: "https://$name.example.com:6443" } }]
users: [{ name: $name, user: { token: none } }]
YAML
done

cat > show.mjs << 'JS'
import { KubeConfig } from "@kubernetes/client-node"
const config = new KubeConfig()
config.loadFromDefault()
console.log(config.getCurrentContext(), config.getCurrentCluster().server)
JS
export KUBECONFIG=$work/first:$work/second
seen=$(node show.mjs)
if command -v kubectl > /dev/null; then
  echo "kubectl:  $(kubectl config current-context) ($(kubectl version --client 2> /dev/null | head -n 1))"
fi
echo "expected: first https://first.example.com:6443"
echo "seen:     $seen"
[ "$seen" = "second https://second.example.com:6443" ]
