#!/usr/bin/env bash
# buildah 1.28 and 1.43: COPY removes the setgid bit of a directory that it copies from the build context.
#
# Expected (buildah-copy(1), "the contents are copied into the working container" with their permissions, as the sticky bit
# and every other bit of the mode are): a directory of mode 2775 in the context has mode 2775 in the image.
# Seen: it has mode 775. A `RUN chmod` brings the bit back, and a bind mount of the context shows it.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work" 2> /dev/null || buildah unshare rm -rf "$work"' EXIT
cd "$work"
command -v buildah > /dev/null && command -v python3 > /dev/null || { echo "needs buildah and python3"; exit 2; }
echo "buildah $(buildah --version | cut -d ' ' -f 3)"

mkdir -p context/top/shared context/top/sticky
chmod 2775 context/top/shared
chmod 1777 context/top/sticky
printf 'FROM scratch\nCOPY top /\n' > context/Containerfile
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > policy.json
export TMPDIR=$work
buildah_() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@"; }
buildah_ build --signature-policy policy.json --tag copied context > log 2>&1 || { cat log; exit 2; }
buildah_ push --signature-policy policy.json copied "docker-archive:$work/image.tar" > log 2>&1 || { cat log; exit 2; }
modes=$(python3 - << 'TEXT'
import tarfile
image = tarfile.open("image.tar")
for name in image.getnames():
    if name.endswith(".tar") and image.getmember(name).isfile():
        for entry in tarfile.open(fileobj=image.extractfile(name)):
            print(entry.name, "%o" % (entry.mode & 0o7777))
TEXT
)
echo "expected: shared 2775, sticky 1777"
echo "seen:     $(echo "$modes" | tr '\n' ',')"
case $modes in *'shared 775'*) ;; *) exit 1 ;; esac
