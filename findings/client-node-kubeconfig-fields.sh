#!/usr/bin/env bash
# @kubernetes/client-node: the kubeconfig loader drops fields without an error.
#
# Expected (kubectl, and https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/): `tokenFile` is the bearer token;
# `as`, `as-uid`, `as-groups` and `as-user-extra` become Impersonate-User, -Uid, -Group and -Extra- headers.
# Seen: only `as` is read. Requests have no Authorization header and impersonate a user without groups.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init -y > /dev/null
npm install --no-audit --no-fund --loglevel=error @kubernetes/client-node@1.4.0 > /dev/null || exit 2
echo "node $(node -v), @kubernetes/client-node 1.4.0"

echo secret > token
cat > kubeconfig << YAML
apiVersion: v1
kind: Config
current-context: test
contexts: [{ name: test, context: { cluster: test, user: test } }]
clusters: [{ name: test, cluster: { server: "https://127.0.0.1:6443" } }]
users:
- name: test
  user:
    tokenFile: $work/token
    as: jane
    as-uid: "7"
    as-groups: [developers]
    as-user-extra: { reason: [test] }
YAML

cat > show.mjs << 'JS'
import { KubeConfig } from "@kubernetes/client-node"
const config = new KubeConfig()
config.loadFromFile("kubeconfig")
const options = {}
await config.applyToHTTPSOptions(options)
console.log(JSON.stringify(options.headers ?? {}))
JS
seen=$(node show.mjs)
echo "expected: Authorization, Impersonate-User, Impersonate-Uid, Impersonate-Group, Impersonate-Extra-reason"
echo "seen:     $seen"
[ "$seen" = '{"Impersonate-User":"jane"}' ]
