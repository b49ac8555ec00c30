#!/usr/bin/env bash
# buildah 1.28 and 1.43, isolation chroot: a RUN whose shell a signal ends has exit status 1.
#
# Expected (what sh, runc and crun make of a signal, and buildah with another isolation passes on): 128 and the signal, 137 for KILL.
# Seen: exit status 1, which is also that of a program which failed by itself. So a RUN that the kernel killed for want of memory
# looks like a fault of the Containerfile; the only sign is the line "subprocess exited on killed" above the error. A RUN that
# itself exits with 137 has 137.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work" 2> /dev/null || buildah unshare rm -rf "$work"' EXIT
cd "$work"
command -v buildah > /dev/null && [ -x /bin/busybox ] || { echo "needs buildah and a static /bin/busybox"; exit 2; }
echo "buildah $(buildah --version | cut -d ' ' -f 3)"

cp /bin/busybox busybox
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > policy.json
export TMPDIR=$work
# status_of COMMAND: the exit status of a build whose RUN is that command.
status_of() {
  printf 'FROM scratch\nCOPY busybox /bin/sh\nRUN %s\n' "$1" > Containerfile
  local status=0
  # Since 1.35 buildah asks for more than a process without CAP_SYS_RESOURCE may have.
  buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs build --signature-policy policy.json \
    --isolation chroot --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 . > log 2>&1 || status=$?
  echo "$status"
}
killed=$(status_of 'kill -KILL $$')
said=$(grep -c 'subprocess exited on killed' log || true)
exited=$(status_of 'exit 137')
echo "expected: 137 of a RUN that is killed, 137 of one that exits with 137"
echo "seen:     $killed and $exited; lines about the signal: $said"
[ "$killed" = 1 ] && [ "$exited" = 137 ] && [ "$said" -ge 1 ]
