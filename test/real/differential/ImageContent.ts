/**
 * What an image is, apart from the time at which it was made: its files, its configuration and its history.
 */
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as path from "node:path"
import { gunzipSync } from "node:zlib"
import * as Tar from "./Tar.js"

/** Each part is a table of texts, so that two images can be compared key by key. */
export interface ImageContent {
  readonly files: ReadonlyMap<string, string>
  readonly config: ReadonlyMap<string, string>
  readonly history: ReadonlyMap<string, string>
}

/** A blob of a registry that keeps its data in a folder. */
const blob = (registryFolder: string, digest: string): Buffer => {
  const [algorithm = "", hex = ""] = digest.split(":")
  return fs.readFileSync(
    path.join(registryFolder, "docker/registry/v2/blobs", algorithm, hex.slice(0, 2), hex, "data")
  )
}

const whiteout = ".wh."
const opaque = ".wh..wh..opq"

/** Applies a layer, as https://github.com/opencontainers/image-spec/blob/main/layer.md#whiteouts has it. */
const apply = (files: Map<string, Tar.Entry>, entries: ReadonlyArray<Tar.Entry>): void => {
  const remove = (below: string, itself: boolean) => {
    for (const name of [...files.keys()]) {
      if ((itself && name === below) || name.startsWith(below === "" ? "" : `${below}/`)) files.delete(name)
    }
  }
  for (const { name } of entries) {
    const parent = path.dirname(name) === "." ? "" : path.dirname(name)
    const last = path.basename(name)
    if (last === opaque) remove(parent, false)
    else if (last.startsWith(whiteout)) remove(path.join(parent, last.slice(whiteout.length)), true)
  }
  for (const entry of entries) {
    if (path.basename(entry.name).startsWith(whiteout)) continue
    const before = files.get(entry.name)
    if (before !== undefined && (before.type === "directory") !== (entry.type === "directory")) {
      remove(entry.name, true)
    }
    files.set(entry.name, entry)
  }
}

/** All there is to a file; its time only where it is older than the test, since what a build writes has the time of the build. */
const described = (entry: Tar.Entry, startedAt: number): string => {
  const hash = createHash("sha256").update(entry.content).digest("hex").slice(0, 16)
  return [
    entry.type,
    entry.mode.toString(8),
    `${entry.uid}:${entry.gid}`,
    entry.link,
    entry.type === "file" ? `${entry.content.length} bytes ${hash}` : "",
    JSON.stringify(entry.xattrs, Object.keys(entry.xattrs).toSorted()),
    entry.mtime < startedAt ? `at ${entry.mtime}` : ""
  ].filter((part) => part !== "" && part !== "{}").join(" ")
}

/** A name for each inode: names that are linked to one file are equal whichever of them the layer has as the file. */
const filesOf = (layers: ReadonlyArray<Buffer>, startedAt: number): ReadonlyMap<string, string> => {
  const files = new Map<string, Tar.Entry>()
  for (const layer of layers) apply(files, Tar.read(layer))
  const targets = new Map<string, Array<string>>()
  for (const [name, { link, type }] of files) {
    if (type === "hardlink") targets.set(link, [...(targets.get(link) ?? [link]), name])
  }
  const groups = new Map(
    [...targets.values()].flatMap((names) => names.map((name) => [name, names.toSorted()] as const))
  )
  return new Map(
    [...files].filter(([name]) => name !== "").map(([name, entry]) => {
      const file = entry.type === "hardlink" ? files.get(entry.link) ?? entry : entry
      const group = groups.get(name)
      return [name, described(file, startedAt) + (group === undefined ? "" : ` linked ${group.join(" ")}`)] as const
    })
  )
}

// Names, ids and times that no two builds share.
const volatile = new Set([
  "created",
  "id",
  "parent",
  "container",
  "config.Image",
  "config.Hostname",
  "container_config.Image",
  "container_config.Hostname",
  "org.opencontainers.image.created"
])

const flat = (value: unknown, prefix: string, into: Map<string, string>): Map<string, string> => {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    for (const [key, inner] of Object.entries(value)) {
      const name = prefix === "" ? key : `${prefix}.${key}`
      if (!volatile.has(name) && !volatile.has(key)) flat(inner, name, into)
    }
  } else if (value !== null) {
    into.set(prefix, JSON.stringify(value))
  }
  return into
}

/** A stage that another is built on has an id of its own, which depends on the time. */
const withoutId = (comment: string): string => comment.replace(/^FROM [0-9a-f]{12}$/, "FROM a stage")

/** The digest of a base that is a stage depends on the time too. */
const withoutStage = (
  annotations: Readonly<Record<string, string>>,
  isStage: boolean
): Readonly<Record<string, string>> => {
  const { "org.opencontainers.image.base.digest": digest, ...others } = annotations
  return digest === undefined || isStage ? others : annotations
}

/** Reads an image from the data folder of the registry that has it; `startedAt` in seconds since 1970. */
export const read = (registryFolder: string, digest: string, startedAt: number): ImageContent => {
  const manifest = JSON.parse(blob(registryFolder, digest).toString())
  const { history = [], rootfs, ...config } = JSON.parse(blob(registryFolder, manifest.config.digest).toString())
  const layers: ReadonlyArray<Buffer> = manifest.layers.map(({ digest }: { readonly digest: string }) =>
    gunzipSync(blob(registryFolder, digest))
  )
  const isStage = history.some(({ comment }: { readonly comment?: string }) =>
    comment !== undefined && comment !== withoutId(comment)
  )
  return {
    files: filesOf(layers, startedAt),
    config: new Map([
      ...flat(config, "", new Map()),
      ...flat(withoutStage(manifest.annotations ?? {}, isStage), "annotation", new Map()),
      ["manifest", String(manifest.mediaType ?? "application/vnd.oci.image.manifest.v1+json")],
      ["layers", String(rootfs.diff_ids.length)]
    ]),
    history: new Map(
      history.map((
        { author = "", comment = "", created_by = "", empty_layer = false }: Readonly<Record<string, unknown>>,
        index: number
      ) => [
        String(index + 1),
        JSON.stringify({ created_by, comment: withoutId(String(comment)), author, empty_layer })
      ])
    )
  }
}

/** The keys in which two tables differ, with both values. */
export const differences = (plain: ReadonlyMap<string, string>, ours: ReadonlyMap<string, string>) =>
  [...new Set([...plain.keys(), ...ours.keys()])].toSorted()
    .map((key) => ({ key, plain: plain.get(key) ?? "none", ours: ours.get(key) ?? "none" }))
    .filter(({ ours, plain }) => plain !== ours)
