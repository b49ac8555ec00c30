/**
 * A build context as a tar archive, which the script unpacks in one process, however many files it has.
 *
 * The format is ustar (POSIX.1-1988) with the entries `L` and `K` of GNU tar for long names and targets: busybox reads them, and
 * no others. Files come first, then links, so that none is followed, and directories last, those inside before those around
 * them, because busybox sets their modes at once, and these may forbid writing there. Owner and times are left to who unpacks.
 */
import { gzipSync } from "node:zlib"
import * as ContextFile from "../../core/input/ContextFile.js"

const blockBytes = 512

// Headers and small files are put together to pieces of this size. Larger files are passed on without a copy.
const pieceBytes = 64 * 1024

/** The header of a file, a link or a directory in an archive. */
export type Entry = FileEntry | LinkEntry | DirectoryEntry

export interface FileEntry {
  readonly type: "file"
  readonly path: string
  readonly mode: number
  readonly size: number
}

export interface LinkEntry {
  readonly type: "link"
  readonly path: string
  readonly target: string
}

export interface DirectoryEntry {
  readonly type: "directory"
  readonly path: string
  readonly mode: number
}

const byPath = (a: Entry, b: Entry): number => a.path < b.path ? -1 : 1

/** The entries in the order of an archive, the same whatever their order was. */
export const ordered = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> => {
  const sorted = entries.toSorted(byPath)
  return [
    ...sorted.filter(({ type }) => type === "file"),
    ...sorted.filter(({ type }) => type === "link"),
    ...sorted.filter(({ type }) => type === "directory").reverse()
  ]
}

/** The entries of a context in the order of the archive. */
const orderedContext = (
  context: Readonly<Record<string, ContextFile.ContextFile>>
): ReadonlyArray<readonly [string, ContextFile.ContextFile]> => {
  const entries = Object.entries(context)
  return [
    ...entries.filter(([, file]) => ContextFile.isRegular(file)),
    ...entries.filter(([, file]) => ContextFile.isLink(file)),
    ...entries.filter(([, file]) => ContextFile.isDirectory(file)).sort(([a], [b]) => a < b ? 1 : -1)
  ]
}

const entryOf = (path: string, file: ContextFile.ContextFile): Entry =>
  ContextFile.isLink(file)
    ? { type: "link", path, target: file.link }
    : ContextFile.isDirectory(file)
    ? { type: "directory", path, mode: file.mode }
    : { type: "file", path, mode: ContextFile.mode(file), size: ContextFile.size(file) }

interface Header {
  readonly name: Uint8Array
  readonly type: "0" | "2" | "5" | "L" | "K"
  readonly mode: number
  readonly size: number
  readonly target?: Uint8Array
}

// Numbers are octal digits and a zero byte. A size of 8 GiB or more has no digits for that, and is binary, as in GNU tar.
const octal = (value: number, width: number): string => value.toString(8).padStart(width - 1, "0")

const sumOf = (block: Buffer, from: number, to: number): number => {
  let sum = 0
  // By their index: to iterate over the bytes of thousands of headers takes three times as long.
  for (let at = from; at < to; at++) sum += block[at] ?? 0
  return sum
}

/** What headers of one type and mode have in common, and the sum of its bytes. */
interface Template {
  readonly type: Header["type"]
  readonly mode: number
  readonly block: Buffer
  readonly sum: number
}

const makeTemplate = (type: Header["type"], mode: number): Template => {
  const block = Buffer.alloc(blockBytes)
  block.write(octal(mode, 8), 100)
  block.write(octal(0, 8), 108)
  block.write(octal(0, 8), 116)
  block.write(octal(0, 12), 136)
  // In the place of the sum, which counts as blanks.
  block.write(" ".repeat(8), 148)
  block.write(type, 156)
  block.write("ustar\0" + "00", 257)
  return { type, mode, block, sum: sumOf(block, 0, blockBytes) }
}

// That of the last header: most files have the mode of the one before.
let last = makeTemplate("0", ContextFile.defaultMode)

const header = ({ mode, name, size, target, type }: Header): Uint8Array => {
  if (last.type !== type || last.mode !== mode) last = makeTemplate(type, mode)
  const block = Buffer.allocUnsafe(blockBytes)
  block.set(last.block)
  block.set(name.subarray(0, 100), 0)
  if (size < 8 ** 11) {
    block.write(octal(size, 12), 124)
  } else {
    block[124] = 0x80
    block.writeBigUInt64BE(BigInt(size), 128)
  }
  if (target !== undefined) block.set(target.subarray(0, 100), 157)
  const sum = last.sum + sumOf(block, 0, 100) + sumOf(block, 124, 136) +
    (target === undefined ? 0 : sumOf(block, 157, 257))
  block.write(`${octal(sum, 7)}\0 `, 148)
  return block
}

const padding = (size: number): number => (blockBytes - size % blockBytes) % blockBytes

const zeros = new Uint8Array(2 * blockBytes)

const padded = (text: Uint8Array): Uint8Array => {
  const block = new Uint8Array(text.byteLength + 1 + padding(text.byteLength + 1))
  block.set(text)
  return block
}

/** The headers of an entry, and before them those of a name or a target of more than 100 bytes. */
const headers = (entry: Entry): ReadonlyArray<Uint8Array> => {
  const name = Buffer.from(entry.type === "directory" ? `${entry.path}/` : entry.path)
  const target = entry.type === "link" ? Buffer.from(entry.target) : undefined
  const long = (type: "L" | "K", text: Uint8Array | undefined) =>
    text === undefined || text.byteLength <= 100
      ? []
      : [
        header({ name: Buffer.from("././@LongLink"), type, mode: 0o644, size: text.byteLength + 1 }),
        padded(text)
      ]
  return [
    ...long("K", target),
    ...long("L", name),
    header(
      entry.type === "link"
        ? { name, type: "2", mode: 0o777, size: 0, ...(target === undefined ? {} : { target }) }
        : entry.type === "directory"
        ? { name, type: "5", mode: entry.mode, size: 0 }
        : { name, type: "0", mode: entry.mode, size: entry.size }
    )
  ]
}

function* blocks(context: Readonly<Record<string, ContextFile.ContextFile>>): Generator<Uint8Array> {
  for (const [path, file] of orderedContext(context)) {
    yield* headers(entryOf(path, file))
    if (!ContextFile.isRegular(file)) continue
    const content = ContextFile.bytes(file)
    yield content
    yield zeros.subarray(0, padding(content.byteLength))
  }
  yield zeros
}

function* entryBlocks(
  entries: ReadonlyArray<Entry>,
  contentOf: (file: FileEntry) => Iterable<Uint8Array>
): Generator<Uint8Array> {
  for (const entry of entries) {
    yield* headers(entry)
    if (entry.type !== "file") continue
    yield* contentOf(entry)
    yield zeros.subarray(0, padding(entry.size))
  }
  yield zeros
}

/** The archive of these entries in their order, in pieces; `contentOf` gives as many bytes as the entry says. */
export const archive = (
  entries: ReadonlyArray<Entry>,
  contentOf: (file: FileEntry) => Iterable<Uint8Array>
): Generator<Uint8Array> => inPieces(entryBlocks(entries, contentOf))

/** The archive, compressed by gzip. */
export const compressed = (context: Readonly<Record<string, ContextFile.ContextFile>>): Uint8Array =>
  new Uint8Array(gzipSync(Buffer.concat([...pieces(context)])))

/** The archive in pieces. */
export const pieces = (context: Readonly<Record<string, ContextFile.ContextFile>>): Generator<Uint8Array> =>
  inPieces(blocks(context))

function* inPieces(blocks: Iterable<Uint8Array>): Generator<Uint8Array> {
  let piece = new Uint8Array(pieceBytes)
  let used = 0
  for (const block of blocks) {
    if (used + block.byteLength > pieceBytes) {
      if (used > 0) yield piece.subarray(0, used)
      piece = new Uint8Array(pieceBytes)
      used = 0
    }
    if (block.byteLength > pieceBytes) {
      yield block
    } else {
      piece.set(block, used)
      used += block.byteLength
    }
  }
  if (used > 0) yield piece.subarray(0, used)
}
