#!/usr/bin/env bash
# buildah 1.28: in the OCI format, which is the default, SHELL has no effect on RUN.
#
# Expected (https://docs.docker.com/reference/dockerfile/#shell, "overrides the default shell used for the shell form of
# commands"): with `SHELL ["/bin/sh", "-o", "pipefail", "-c"]` a RUN whose pipe breaks fails, as it does with
# `--format docker`.
# Seen: with `--format oci` the RUN passes and the build ends with exit status 0. A warning in the log is the only sign.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work" 2> /dev/null || buildah unshare rm -rf "$work"' EXIT
cd "$work"
command -v buildah > /dev/null && [ -e /bin/busybox ] || { echo "needs buildah 1.28 and a static busybox"; exit 2; }
version=$(buildah --version | cut -d ' ' -f 3)
case $version in 1.28.*) ;; *) echo "needs buildah 1.28, not $version"; exit 2 ;; esac
echo "buildah $version"

cp /bin/busybox busybox
cat > Containerfile << 'TEXT'
FROM scratch
COPY busybox /bin/sh
SHELL ["/bin/sh", "-o", "pipefail", "-c"]
HEALTHCHECK CMD /bin/sh -c :
RUN /bin/sh -c 'exit 1' | :
TEXT
export TMPDIR=$work
build() {
  local status=0
  buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs build --isolation chroot --format "$1" . \
    > "$1.log" 2>&1 || status=$?
  echo "$status"
}
oci=$(build oci) docker=$(build docker)
echo "expected: exit status 1 with oci, 1 with docker"
echo "seen:     exit status $oci with oci, $docker with docker"
grep -i 'not supported for OCI' oci.log || true
[ "$oci" = 0 ] && [ "$docker" = 1 ]
