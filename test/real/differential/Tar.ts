/**
 * Archives of the differential test: written for its base image and its context, read from the layers of images.
 */

export interface Entry {
  /** Without a slash at either end. */
  readonly name: string
  readonly type: "file" | "directory" | "symlink" | "hardlink" | "character" | "block" | "fifo"
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Seconds since 1970. */
  readonly mtime: number
  readonly link: string
  readonly content: Buffer
  readonly xattrs: Readonly<Record<string, string>>
}

const types: ReadonlyArray<readonly [flag: string, type: Entry["type"]]> = [
  ["0", "file"],
  ["1", "hardlink"],
  ["2", "symlink"],
  ["3", "character"],
  ["4", "block"],
  ["5", "directory"],
  ["6", "fifo"]
]

const xattrPrefix = "SCHILY.xattr."

const block = 512

const octal = (value: number, length: number): string => value.toString(8).padStart(length - 1, "0") + "\0"

const padded = (content: Buffer): Buffer =>
  Buffer.concat([content, Buffer.alloc((block - content.length % block) % block)])

const header = (name: string, flag: string, size: number, entry: Entry): Buffer => {
  const made = Buffer.alloc(block)
  made.write(name, 0)
  made.write(octal(entry.mode, 8), 100)
  made.write(octal(entry.uid, 8), 108)
  made.write(octal(entry.gid, 8), 116)
  made.write(octal(size, 12), 124)
  made.write(octal(entry.mtime, 12), 136)
  made.write(" ".repeat(8), 148)
  made.write(flag, 156)
  made.write(entry.link, 157)
  made.write("ustar\x0000", 257)
  made.write(octal(made.reduce((sum, byte) => sum + byte, 0), 7), 148)
  return made
}

const paxRecord = (key: string, value: string): string => {
  const rest = ` ${key}=${value}\n`
  const length = Buffer.byteLength(rest, "latin1")
  const digits = String(length + String(length).length).length
  return `${length + digits}${rest}`
}

/** An archive of entries; names and links of at most 99 bytes. */
export const write = (entries: ReadonlyArray<Partial<Entry> & Pick<Entry, "name">>): Buffer =>
  Buffer.concat([
    ...entries.flatMap((given) => {
      const entry: Entry = {
        type: "file",
        mode: given.type === "directory" ? 0o755 : 0o644,
        uid: 0,
        gid: 0,
        mtime: 1_000_000_000,
        link: "",
        content: Buffer.alloc(0),
        xattrs: {},
        ...given
      }
      const flag = types.find(([, type]) => type === entry.type)?.[0] ?? "0"
      const pax = Buffer.from(
        Object.entries(entry.xattrs).map(([key, value]) => paxRecord(xattrPrefix + key, value)).join(""),
        "latin1"
      )
      const name = entry.type === "directory" ? `${entry.name}/` : entry.name
      return [
        ...(pax.length === 0 ? [] : [header("pax", "x", pax.length, entry), padded(pax)]),
        header(name, flag, entry.content.length, entry),
        padded(entry.content)
      ]
    }),
    Buffer.alloc(2 * block)
  ])

const paxOf = (content: Buffer): ReadonlyMap<string, string> => {
  const found = new Map<string, string>()
  const text = content.toString("latin1")
  for (let at = 0; at < text.length;) {
    const length = Number.parseInt(text.slice(at), 10)
    if (!(length > 0)) break
    const record = text.slice(text.indexOf(" ", at) + 1, at + length - 1)
    found.set(record.slice(0, record.indexOf("=")), record.slice(record.indexOf("=") + 1))
    at += length
  }
  return found
}

/** The entries of an archive in their order. */
export const read = (archive: Buffer): ReadonlyArray<Entry> => {
  const entries: Array<Entry> = []
  let pax: ReadonlyMap<string, string> = new Map()
  let longName: string | undefined
  let longLink: string | undefined
  for (let at = 0; at + block <= archive.length && archive[at] !== 0;) {
    const head = archive.subarray(at, at + block)
    const text = (from: number, length: number) => head.toString("latin1", from, from + length).replace(/\0.*$/s, "")
    const number = (from: number, length: number) => Number.parseInt(text(from, length).trim() || "0", 8)
    const flag = text(156, 1)
    const size = Number(pax.get("size") ?? number(124, 12))
    const content = archive.subarray(at + block, at + block + size)
    at += block + Math.ceil(size / block) * block
    if (flag === "x") {
      pax = paxOf(content)
      continue
    }
    if (flag === "L") longName = content.toString("latin1").replace(/\0.*$/s, "")
    if (flag === "K") longLink = content.toString("latin1").replace(/\0.*$/s, "")
    if (flag === "L" || flag === "K" || flag === "g") continue
    const prefix = text(345, 155)
    const name = pax.get("path") ?? longName ?? (prefix === "" ? text(0, 100) : `${prefix}/${text(0, 100)}`)
    entries.push({
      name: name.replace(/^\.?\/+|\/+$/g, ""),
      type: types.find(([one]) => one === flag)?.[1] ?? "file",
      mode: number(100, 8) & 0o7777,
      uid: Number(pax.get("uid") ?? number(108, 8)),
      gid: Number(pax.get("gid") ?? number(116, 8)),
      mtime: Math.floor(Number(pax.get("mtime") ?? number(136, 12))),
      link: pax.get("linkpath") ?? longLink ?? text(157, 100),
      content,
      xattrs: Object.fromEntries(
        [...pax].filter(([key]) => key.startsWith(xattrPrefix)).map(([key, value]) => [
          key.slice(xattrPrefix.length),
          value
        ])
      )
    })
    pax = new Map()
    longName = undefined
    longLink = undefined
  }
  return entries
}
