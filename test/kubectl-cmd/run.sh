#!/usr/bin/env bash
# Runs groups of kubectl's own tests, test/cmd of the module k8s.io/kubernetes, against a server that runs already:
#
#     run.sh SOURCE PROGRAMS SERVER_PORT TOKEN GROUP...
#
# SOURCE is the module, PROGRAMS the folder with kubectl. Prints "passed GROUP" or "failed GROUP" for each.
set -o nounset
source_of=$1 programs=$2 port=$3 token=$4
shift 4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/root/third_party/forked" "$work/root/test/e2e" "$work/root/_output"
cp -r "$source_of/hack" "$source_of/test/cmd" "$work/root/" 2>/dev/null
mv "$work/root/cmd" "$work/root/test/cmd"
cp -r "$source_of/third_party/forked/shell2junit" "$work/root/third_party/forked/"
cp -r "$source_of/test/fixtures" "$source_of/test/conformance" "$work/root/test/" 2>/dev/null
cp -r "$source_of/test/e2e/testing-manifests" "$work/root/test/e2e/" 2>/dev/null
chmod -R u+w "$work"
ln -s "$programs" "$work/root/_output/bin"
cd "$work/root" || exit 1
for group in "$@"; do
  cat > "$work/one.sh" <<SCRIPT
set -o errexit -o nounset -o pipefail
export KUBE_TEMP=$work/temp HOME=$work/temp KUBECONFIG=$work/temp/config ALLOW_SKEW=y SECURE_API_PORT=$port
mkdir -p $work/temp
source hack/lib/init.sh
source hack/lib/test.sh
source test/cmd/legacy-script.sh
SUPPORTED_RESOURCES=("*")
CONTEXT=test
kubectl config set-credentials test-admin --token "$token" > /dev/null
kubectl config set-cluster local --insecure-skip-tls-verify --server "https://127.0.0.1:$port" > /dev/null
kubectl config set-context test --user test-admin --cluster local > /dev/null
kubectl config use-context test > /dev/null
# Instead of all groups, one; the token is that of the server.
record_command() {
  if [ "\$1" = "$group" ]; then
    kube_flags_with_token=("\${kube_flags[@]}" "--token=$token")
    set -o errexit
    "\$1"
    touch $work/passed
    exit 0
  fi
}
cleanup() { stop-proxy; }
runTests
SCRIPT
  rm -rf "$work/temp" "$work/passed"
  timeout "${LIMIT:-120}" bash "$work/one.sh" > "$work/log" 2>&1
  if [ -e "$work/passed" ]; then echo "passed $group"; else
    echo "failed $group: $(grep -v '^+++\|^ *$\|!!!\|Call tree\|^  [0-9]*:' "$work/log" | tail -1 | cut -c1-150)"
  fi
  [ -n "${LOGS:-}" ] && cp "$work/log" "$LOGS/$port-$group.log"
done
