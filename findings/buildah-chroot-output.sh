#!/usr/bin/env bash
# buildah 1.28 and 1.43, isolation chroot: the output of a RUN is sometimes lost as a whole, and the build succeeds.
#
# Expected (buildah-run(1): the output of the command is buildah's): each line that a RUN writes is in the output of the build.
# Seen: about one RUN in fifty that writes one line and ends at once has no output, on some machines one in some hundreds.
# The process that passes the output on (chroot/run_common.go runUsingChrootMain) exits without waiting for what it has not passed
# on yet. So a log is no proof that something did not run; with `; sleep 0.1` at the end of the RUN no line was lost.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work" 2> /dev/null || buildah unshare rm -rf "$work"' EXIT
cd "$work"
command -v buildah > /dev/null && [ -x /bin/busybox ] || { echo "needs buildah and a static /bin/busybox"; exit 2; }
echo "buildah $(buildah --version | cut -d ' ' -f 3)"

mkdir -p context/bin
cp /bin/busybox context/bin/sh
{
  printf 'FROM scratch\nCOPY bin /bin\n'
  for number in $(seq 20); do echo "RUN echo line-$number"; done
} > context/Containerfile
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > policy.json
export TMPDIR=$work
runs=0 lines=0
# Four minutes at most: it takes chance.
while [ "$SECONDS" -lt 240 ]; do
  # Since 1.35 buildah asks for more than a process without CAP_SYS_RESOURCE may have.
  buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs build --signature-policy policy.json \
    --isolation chroot --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 context > log 2>&1 || { cat log; exit 2; }
  runs=$((runs + 20))
  lines=$((lines + $(grep -cE '^line-[0-9]+$' log)))
  [ "$lines" -eq "$runs" ] || break
done
echo "expected: $runs lines of $runs RUNs"
echo "seen:     $lines"
[ "$lines" -lt "$runs" ]
