#!/usr/bin/env bash
# docker-registry 2.8: which image a tag has, and whether it is there at all, depends on the header Accept.
#
# Expected (RFC 9110, 12.5.1: no Accept, or `*/*`, means that any type will do; the OCI distribution specification: 404 when "the manifest
# was not found"): a request without Accept finds the image, and the digest is one and the same.
# Seen: an OCI image, which is what buildah pushes by default, is 404 MANIFEST_UNKNOWN for curl and fetch, by tag and by digest, until its own
# media type is named. The tag of a Docker manifest list has the digest of the list for a client that names its type, and of the image for
# linux/amd64 for one that names only the type of an image. So a look whether an image is still there says no, and a digest that was
# looked up is not the one that a node pulls.
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
docker-registry serve config.yml > registry.log 2>&1 &
registry=$!

cat > ask.mjs << 'JS'
import { createHash } from "node:crypto"
import * as http from "node:http"

const server = `http://127.0.0.1:${process.argv[2]}`
const digestOf = (bytes) => `sha256:${createHash("sha256").update(bytes).digest("hex")}`
const sleep = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds))
for (let tries = 0; tries < 100 && !(await fetch(`${server}/v2/`).catch(() => undefined))?.ok; tries++) await sleep(100)

const put = async (url, type, bytes) => {
  const response = await fetch(url, { method: "PUT", headers: { "content-type": type }, body: bytes })
  if (response.status !== 201) throw new Error(await response.text())
  return { digest: digestOf(bytes), size: bytes.length }
}
const blob = async (text) => {
  const { headers } = await fetch(`${server}/v2/os/blobs/uploads/`, { method: "POST" })
  const url = new URL(headers.get("location"), server)
  url.searchParams.set("digest", digestOf(text))
  return put(url, "application/octet-stream", Buffer.from(text))
}
const manifest = async (reference, content) => {
  const bytes = Buffer.from(JSON.stringify(content))
  const stored = await put(`${server}/v2/os/manifests/${reference ?? digestOf(bytes)}`, content.mediaType, bytes)
  return { mediaType: content.mediaType, ...stored }
}
const oci = "application/vnd.oci.image.manifest.v1+json"
const docker = "application/vnd.docker.distribution.manifest.v2+json"
const list = "application/vnd.docker.distribution.manifest.list.v2+json"
const types = {
  [oci]: ["application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+gzip"],
  [docker]: ["application/vnd.docker.container.image.v1+json", "application/vnd.docker.image.rootfs.diff.tar.gzip"]
}
const image = async (reference, mediaType, architecture) => {
  const [configType, layerType] = types[mediaType]
  const config = await blob(JSON.stringify({ architecture, os: "linux", rootfs: { type: "layers", diff_ids: [] } }))
  const layer = await blob("layer")
  return manifest(reference, {
    schemaVersion: 2,
    mediaType,
    config: { mediaType: configType, ...config },
    layers: [{ mediaType: layerType, ...layer }]
  })
}
const single = await image("oci", oci, "amd64")
const amd64 = await image(undefined, docker, "amd64")
const arm64 = await image(undefined, docker, "arm64")
const both = await manifest("list", {
  schemaVersion: 2,
  mediaType: list,
  manifests: [["amd64", amd64], ["arm64", arm64]].map(([architecture, one]) => ({ ...one, platform: { architecture, os: "linux" } }))
})
const names = new Map([[single.digest, "the image"], [amd64.digest, "the image for amd64"], [both.digest, "the list"]])

/** What the registry has for a reference; node:http, unlike fetch, sends no Accept of its own. */
const ask = (reference, accept) =>
  new Promise((resolve, reject) => {
    const headers = accept === undefined ? {} : { accept }
    http.get(`${server}/v2/os/manifests/${reference}`, { headers, agent: false }, (response) => {
      response.resume()
      response.on("end", () => resolve(names.get(response.headers["docker-content-digest"]) ?? String(response.statusCode)))
    }).on("error", reject)
  })
const found = [await ask("oci"), await ask("oci", "*/*"), await ask(single.digest, "*/*"), await ask("oci", oci)]
const listed = [await ask("list", docker), await ask("list", `${list}, ${docker}`)]
const show = ([none, any, digest, own], [image, both]) =>
  `OCI image: without Accept ${none}, with */* ${any}, by digest ${digest}, with its own type ${own}; ` +
  `list: with the type of an image ${image}, with that of a list too ${both}`
const all = "the image"
console.log(`expected: ${show([all, all, all, all], ["the list", "the list"])}`)
console.log(`seen:     ${show(found, listed)}`)
process.exit(show(found, listed) === show(["404", "404", "404", all], ["the image for amd64", "the list"]) ? 0 : 1)
JS
timeout 60 node ask.mjs "$port"
