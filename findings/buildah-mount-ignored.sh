#!/usr/bin/env bash
# buildah 1.28 and 1.43: `RUN --mount=type=bind` shows the files of the build context that .dockerignore excludes.
#
# Expected (https://docs.docker.com/build/concepts/context/#dockerignore-files: matching files are removed from the build context before the
# build): they are not there for a mount of the context either, as with BuildKit.
# Seen: COPY leaves them out, and a bind mount has them; buildah-build(1) speaks of COPY and ADD alone. So `RUN --mount=type=bind,target=/src make`
# works on other files than the `COPY . /src` that it replaces, such as a stale build directory or a .env file, and one Containerfile and
# context give two images.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work" 2> /dev/null || buildah unshare rm -rf "$work"' EXIT
cd "$work"
command -v buildah > /dev/null && [ -x /bin/busybox ] || { echo "needs buildah and a static /bin/busybox"; exit 2; }
echo "buildah $(buildah --version | cut -d ' ' -f 3)"

mkdir -p context/bin context/src
cp /bin/busybox context/bin/sh
cp /bin/busybox context/bin/ls
# The sleep: the output of a RUN that ends at once may be lost.
touch context/src/kept context/src/ignored
echo src/ignored > context/.dockerignore
cat > context/Containerfile << 'TEXT'
FROM scratch
COPY bin /bin
COPY src /copied
RUN --mount=type=bind,source=src,target=/src echo mounted: $(ls /src); echo copied: $(ls /copied); sleep 0.5
TEXT
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > policy.json
export TMPDIR=$work
# Since 1.35 buildah asks for more than a process without CAP_SYS_RESOURCE may have.
buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs build --signature-policy policy.json \
  --isolation chroot --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 context > log 2>&1 || { cat log; exit 2; }
seen=$(grep -E '^(mounted|copied): ' log | paste -sd ' ')
echo "expected: mounted: kept copied: kept"
echo "seen:     $seen"
[ "$seen" = "mounted: ignored kept copied: kept" ]
