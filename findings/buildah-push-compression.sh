#!/usr/bin/env bash
# buildah 1.28 and 1.43: the compression of a pushed image, and with it the digest, depends on what was pushed to the registry before.
#
# Expected (buildah-push(1): "--compression-format: Specifies the compression format to use. Supported values are: gzip, zstd", and without
# it gzip): the layers have that format, and the same image has the same digest under each name.
# Seen: a layer that the registry has already, also in another repository, is taken as it is there. With 1.28 a push with zstd after one
# without leaves gzip, with the digest of the first, and exit status 0. With 1.43 zstd is zstd, but a push without the option after
# one with zstd gives zstd layers, which older nodes cannot pull: --compression-format gzip has to be written out.
set -euo pipefail
work=$(mktemp -d)
registry=
trap '[ -z "$registry" ] || kill "$registry" 2> /dev/null || true; rm -rf "$work" 2> /dev/null || buildah unshare rm -rf "$work"' EXIT
cd "$work"
for program in buildah docker-registry node; do command -v "$program" > /dev/null || { echo "needs $program"; exit 2; }; done
version=$(buildah --version | cut -d ' ' -f 3)
echo "buildah $version, docker-registry $(docker-registry --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)"

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
cat > config.yml << YAML
version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: $work/data } }
http: { addr: "127.0.0.1:$port" }
YAML
docker-registry serve config.yml > registry.log 2>&1 &
registry=$!
for _ in $(seq 100); do
  ! node -e 'fetch(process.argv[1]).then(() => process.exit(0), () => process.exit(1))' "http://127.0.0.1:$port/v2/" || break
  sleep 0.1
done

for name in image control; do
  mkdir "$name"
  echo "$name $version $port" > "$name/file"
  printf 'FROM scratch\nCOPY file /\n' > "$name/Containerfile"
done
echo '{"default":[{"type":"insecureAcceptAnything"}]}' > policy.json
export TMPDIR=$work
buildah_() { buildah --root "$work/storage" --runroot "$work/run" --storage-driver vfs "$@" > log 2>&1 || { cat log; exit 2; }; }
# Prints the format of the layer that was pushed under a name.
cat > layer.mjs << 'JS'
const [port, repository, tag] = process.argv.slice(2)
const headers = { accept: "application/vnd.oci.image.manifest.v1+json" }
const response = await fetch(`http://127.0.0.1:${port}/v2/${repository}/manifests/${tag}`, { headers })
console.log((await response.json()).layers[0].mediaType.split("+")[1])
JS
# push IMAGE REPOSITORY TAG OPTIONS: pushes the image and prints the format of its layer.
push() {
  local image=$1 repository=$2 tag=$3
  shift 3
  buildah_ push --signature-policy policy.json --tls-verify=false "$@" "$image" "docker://127.0.0.1:$port/$repository:$tag"
  node layer.mjs "$port" "$repository" "$tag"
}
for name in image control; do buildah_ build --signature-policy policy.json --tag "$name" "$name"; done
alone=$(push control control zstd --compression-format zstd)
first=$(push image os gzip)
second=$(push image os zstd --compression-format zstd)
third=$(push image other gzip)
echo "expected: gzip, then zstd with --compression-format zstd, then gzip in another repository"
echo "seen:     $first, then $second, then $third; an image that is pushed with zstd alone: $alone"
case "$version $alone $first $second $third" in
  '1.2'?.*' zstd gzip gzip gzip' | '1.4'?.*' zstd gzip zstd zstd') ;;
  *) exit 1 ;;
esac
