#!/usr/bin/env bash
# bsdtar 3.6: an archive on standard input that was cut between two files, or that is empty, is unpacked without an error.
#
# Expected (POSIX ustar: an archive ends with two blocks of zeros): a stream without its end is an error.
# Seen: a plain archive that ends after any file is taken, and so is an empty stream; of a gzip stream only the empty one is.
# OpenShift's builder unpacks binary sources this way (openshift/builder pkg/build/builder/source.go ExtractInputBinary), so that a
# client that dies after it has attached leaves a build of some of the files, or of none.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
command -v bsdtar > /dev/null || { echo "needs bsdtar (libarchive-tools)"; exit 2; }
bsdtar --version

mkdir files
for number in $(seq 10); do head -c 5000 /dev/urandom > "files/$number"; done
tar -C files -cf archive.tar .
gzip -k archive.tar

# accepted FILE BYTES: whether the first bytes of the file are unpacked without an error; prints how many files there are then.
accepted() {
  rm -rf out
  mkdir out
  head -c "$2" "$1" | bsdtar -x -o -m -f - -C out 2> /dev/null || return 1
  find out -type f | wc -l
}
plain=0
for bytes in $(seq 512 512 "$(stat -c %s archive.tar)"); do
  found=$(accepted archive.tar "$bytes") || continue
  [ "$found" -eq 10 ] || plain=$((plain + 1))
done
packed=0 size=$(stat -c %s archive.tar.gz)
for bytes in $(seq 1 499 "$size") $((size - 9)) $((size - 1)); do
  [ "$bytes" -eq "$size" ] || ! accepted archive.tar.gz "$bytes" > /dev/null || packed=$((packed + 1))
done
empty=$(accepted archive.tar 0 || echo refused)
echo "expected: 0 cut plain archives taken, 0 cut gzip streams, an empty stream refused"
echo "seen:     $plain cut plain archives taken, $packed cut gzip streams, an empty stream gives $empty files"
[ "$plain" -gt 0 ] && [ "$empty" = 0 ]
