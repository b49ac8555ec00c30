#!/usr/bin/env bash
# buildah 1.28 and 1.43: CMD and ENTRYPOINT run by /bin/sh, whatever SHELL says, in the docker format too.
#
# Expected (the Dockerfile reference: SHELL is "the default shell used for the shell form of commands", and affects RUN, CMD and ENTRYPOINT;
# docker build): after `SHELL ["/bin/bash", "-c"]`, `CMD exec app` is the command /bin/bash -c 'exec app'.
# Seen: in the docker format, which alone has a field for it, the image records the shell, and its command is /bin/sh -c all the same. The build
# succeeds without a warning. An image without /bin/sh does not start, and a command with a word of bash fails in the container, not in
# the build, where RUN has used the shell.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work" 2> /dev/null || buildah unshare rm -rf "$work"' EXIT
cd "$work"
command -v buildah > /dev/null || { echo "needs buildah"; exit 2; }
echo "buildah $(buildah --version | cut -d ' ' -f 3)"

cat > Containerfile << 'EOF'
FROM scratch
SHELL ["/bin/bash", "-o", "pipefail", "-c"]
ENTRYPOINT exec app
CMD [[ -t 0 ]]
EOF
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > policy.json
export TMPDIR=$work
buildah_() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
buildah_ build --signature-policy policy.json --format docker --tag shell . > log 2>&1 || { cat log; exit 2; }
if grep -i warn log; then echo "it warns"; exit 1; fi
of() { buildah_ inspect --type image --format "{{ .Docker.Config.$1 }}" shell; }
seen="SHELL $(of Shell), ENTRYPOINT $(of Entrypoint), CMD $(of Cmd)"
shell="/bin/bash -o pipefail -c"
echo "expected: SHELL [$shell], ENTRYPOINT [$shell exec app], CMD [$shell [[ -t 0 ]]]"
echo "seen:     $seen"
[ "$seen" = "SHELL [$shell], ENTRYPOINT [/bin/sh -c exec app], CMD [/bin/sh -c [[ -t 0 ]]]" ]
