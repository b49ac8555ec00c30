#!/usr/bin/env bash
# docker-registry 2.8: `garbage-collect --delete-untagged` deletes the images of a tagged image index, and leaves the index.
#
# Expected (the flag's help: "delete manifests that are not currently referenced via tag"; an index lists its images by their digests): an
# image stays that a tag leads to.
# Seen: only the manifest that the tag names is kept. The images in the index, which `buildah manifest push` and `skopeo copy --all` push by
# digest, are deleted with their layers, the command exits 0, and the registry goes on offering the index: its tag is found, has its
# digest, and cannot be pulled for any platform. Version 3.1 keeps them.
set -euo pipefail
work=$(mktemp -d)
registry=
trap '[ -z "$registry" ] || kill "$registry" 2> /dev/null || true; rm -rf "$work"' EXIT
cd "$work"
for program in docker-registry node; do command -v "$program" > /dev/null || { echo "needs $program"; exit 2; }; done
version=$(docker-registry --version | grep -oE '[0-9]+\.[0-9]+\.[0-9]+' | head -n 1)
case $version in 2.8.*) ;; *) echo "needs docker-registry 2.8, not $version"; exit 2 ;; esac
echo "docker-registry $version, node $(node -v)"

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
cat > config.yml << YAML
version: 0.1
log: { level: error }
storage: { filesystem: { rootdirectory: $work/data } }
http: { addr: "127.0.0.1:$port" }
YAML
cat > client.mjs << 'JS'
import { createHash } from "node:crypto"

const [action, port] = process.argv.slice(2)
const server = `http://127.0.0.1:${port}/v2/os`
const digestOf = (bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`
const types = {
  index: "application/vnd.oci.image.index.v1+json",
  manifest: "application/vnd.oci.image.manifest.v1+json",
  config: "application/vnd.oci.image.config.v1+json",
  layer: "application/vnd.oci.image.layer.v1.tar+gzip"
}
const ready = () => fetch(`http://127.0.0.1:${port}/v2/`).then(({ ok }) => ok, () => false)
for (let tries = 0; tries < 100 && !(await ready()); tries++) await new Promise((resolve) => setTimeout(resolve, 100))

const put = async (url, mediaType, bytes) => {
  const response = await fetch(url, { method: "PUT", headers: { "content-type": mediaType }, body: bytes })
  if (response.status !== 201) throw new Error(await response.text())
  return { mediaType, digest: digestOf(bytes), size: bytes.length }
}
const blob = async (mediaType, text) => {
  const { headers } = await fetch(`${server}/blobs/uploads/`, { method: "POST" })
  const url = new URL(headers.get("location"), server)
  url.searchParams.set("digest", digestOf(text))
  return { ...await put(url, "application/octet-stream", Buffer.from(text)), mediaType }
}
const manifest = (content, tag) => {
  const bytes = Buffer.from(JSON.stringify(content))
  return put(`${server}/manifests/${tag ?? digestOf(bytes)}`, content.mediaType, bytes)
}
const statusOf = async (path, accept) => {
  const response = await fetch(`${server}/${path}`, { headers: { accept } })
  return { status: response.status, content: response.ok ? await response.json() : undefined }
}
if (action === "push") {
  const manifests = []
  for (const architecture of ["amd64", "arm64"]) {
    const config = await blob(types.config, JSON.stringify({ architecture, os: "linux", rootfs: { type: "layers", diff_ids: [] } }))
    const layers = [await blob(types.layer, architecture)]
    const image = await manifest({ schemaVersion: 2, mediaType: types.manifest, config, layers })
    manifests.push({ ...image, platform: { architecture, os: "linux" } })
  }
  await manifest({ schemaVersion: 2, mediaType: types.index, manifests }, "1")
} else {
  const index = await statusOf("manifests/1", types.index)
  const images = []
  for (const { digest } of index.content.manifests) images.push((await statusOf(`manifests/${digest}`, types.manifest)).status)
  console.log(`index ${index.status}, its images ${images.join(" and ")}`)
}
JS
start() {
  docker-registry serve config.yml > registry.log 2>&1 &
  registry=$!
}
stop() {
  kill "$registry"
  wait "$registry" 2> /dev/null || true
  registry=
}
start
timeout 60 node client.mjs push "$port"
before=$(timeout 60 node client.mjs look "$port")
stop
docker-registry garbage-collect --delete-untagged config.yml > log 2>&1 || { cat log; exit 2; }
start
after=$(timeout 60 node client.mjs look "$port")
stop
echo "expected: before: index 200, its images 200 and 200; after: the same"
echo "seen:     before: $before; after: $after"
[ "$before" = "index 200, its images 200 and 200" ] && [ "$after" = "index 200, its images 404 and 404" ]
