#!/usr/bin/env bash
# buildah 1.30 and later: a `$` in the value of --label is expanded with the variables of the image.
#
# Expected (buildah-build(1): "Add an image label (e.g. label=value) to the image metadata"; the value of another option, such as
# --annotation, is kept): `--label 'price=$HOME'` gives the label `$HOME`, as buildah 1.28 does.
# Seen: the label has the value of an ENV or ARG of that name, or nothing.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work" 2> /dev/null || buildah unshare rm -rf "$work"' EXIT
cd "$work"
command -v buildah > /dev/null || { echo "needs buildah"; exit 2; }
version=$(buildah --version | cut -d ' ' -f 3)
case $version in 1.?.* | 1.[12]?.*) echo "needs buildah 1.30 or later, not $version"; exit 2 ;; esac
echo "buildah $version"

printf 'FROM scratch\nENV PRICE=100\n' > Containerfile
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > policy.json
export TMPDIR=$work
buildah_() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
buildah_ build --signature-policy policy.json --label 'price=$PRICE' --label 'other=a$NONE' --annotation 'price=$PRICE' --tag labelled . > log 2>&1 || { cat log; exit 2; }
label() { buildah_ inspect --type image --format "{{ index .OCIv1.Config.Labels \"$1\" }}" labelled; }
annotation=$(buildah_ inspect --type image --format '{{ index .ImageAnnotations "price" }}' labelled)
echo "expected: price=\$PRICE, other=a\$NONE, annotation \$PRICE"
echo "seen:     price=$(label price), other=$(label other), annotation $annotation"
[ "$(label price)" = 100 ] && [ "$(label other)" = a ] && [ "$annotation" = '$PRICE' ]
