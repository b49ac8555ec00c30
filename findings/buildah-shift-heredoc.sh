#!/usr/bin/env bash
# buildah 1.33 and later: a shift in the shell's arithmetic is taken for a heredoc.
#
# Expected (sh, and BuildKit, for which a heredoc has its name right after `<<`): `RUN echo $(( 1 << 4 ))` prints 16, as with
# buildah 1.28.
# Seen: "unterminated heredoc", since a name may come after a blank. Without the blanks, `$((1<<4))`, it prints 16.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work" 2> /dev/null || buildah unshare rm -rf "$work"' EXIT
cd "$work"
command -v buildah > /dev/null && [ -x /bin/busybox ] || { echo "needs buildah and a static /bin/busybox"; exit 2; }
version=$(buildah --version | cut -d ' ' -f 3)
case $version in 1.?.* | 1.[12]?.* | 1.3[012].*) echo "needs buildah 1.33 or later, not $version"; exit 2 ;; esac
echo "buildah $version"

cp /bin/busybox busybox
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > policy.json
export TMPDIR=$work
# built COMMAND: the number that a build with that RUN prints, or its error.
built() {
  printf 'FROM scratch\nCOPY busybox /bin/sh\nRUN %s; sleep 0.1\n' "$1" > Containerfile
  buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs build --signature-policy policy.json \
    --isolation chroot --ulimit nofile=1024:1024 --ulimit nproc=1024:1024 . > log 2>&1 || true
  grep -oE '^16$|unterminated heredoc' log | head -n 1
}
blanks=$(built 'echo $(( 1 << 4 ))')
none=$(built 'echo $((1<<4))')
echo "expected: 16 of \$(( 1 << 4 )), 16 of \$((1<<4))"
echo "seen:     $blanks, $none"
[ "$blanks" = 'unterminated heredoc' ] && [ "$none" = 16 ]
