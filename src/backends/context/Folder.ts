/**
 * A folder of this machine as a build context: what is in it, and its archive, read piece by piece, so that the size of the folder
 * does not matter.
 *
 * What `.containerignore`, or else `.dockerignore`, excludes is left out, as buildah does. Modes are kept, owners and times are not.
 * The same content gives the same archive on every machine: the SHA-256 of the archive names the content.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as ContextFile from "../../core/input/ContextFile.js"
import * as ContextArchive from "../script/ContextArchive.js"
import * as IgnoreFile from "./IgnoreFile.js"

/** The folder, or something in it, cannot be in a context. */
export class FolderUnreadable extends Data.TaggedError("FolderUnreadable")<{
  /** Relative to the folder; empty for the folder itself. */
  readonly path: string
  readonly problem: string
}> {}

/** The content is not what it was when the folder was listed or its digest computed. */
export class FolderChanged extends Data.TaggedError("FolderChanged")<{
  readonly directory: string
  /** Relative to the folder; undefined where only the digest differs. */
  readonly path: string | undefined
}> {
  override get message(): string {
    const where = this.path === undefined ? "" : ` (${JSON.stringify(this.path)})`
    return `${this.directory} has changed since its digest was computed${where}; read it again with ContextUpload.read`
  }
}

export interface Folder {
  readonly directory: string
  readonly entries: ReadonlyArray<ContextArchive.Entry>
  /** Of all regular files. */
  readonly bytes: number
}

/** An empty name, which a variable without a value gives, would be that of the current directory. */
export const noName = "must have the name of a directory; . is the current one"

const ignoreFileNames = [".containerignore", ".dockerignore"]

const maxIgnoreFileBytes = 1024 * 1024

/** Files are read in pieces of this size. */
const pieceBytes = 256 * 1024

const problemOf = (cause: unknown): string => cause instanceof Error ? cause.message : String(cause)

// The calls are synchronous: each takes microseconds where the folder is cached, and an asynchronous one ten times as much.
const attempt = <A>(path: string, call: () => A): Effect.Effect<A, FolderUnreadable> =>
  Effect.try({ try: call, catch: (cause) => new FolderUnreadable({ path, problem: problemOf(cause) }) })

const readIgnoreFile = (directory: string): Effect.Effect<IgnoreFile.IgnoreFile, FolderUnreadable> =>
  Effect.gen(function*() {
    for (const name of ignoreFileNames) {
      const file = Path.join(directory, name)
      const stat = yield* attempt(name, () => Fs.lstatSync(file, { throwIfNoEntry: false }))
      if (stat === undefined) continue
      if (!stat.isFile() || stat.size > maxIgnoreFileBytes) {
        return yield* new FolderUnreadable({ path: name, problem: "must be a file of at most 1 MiB" })
      }
      const parsed = IgnoreFile.parse(yield* attempt(name, () => Fs.readFileSync(file, "utf8")))
      const [problem] = parsed.problems
      return problem === undefined
        ? parsed
        : yield* new FolderUnreadable({ path: name, problem: `line ${problem.line}: ${problem.message}` })
    }
    return IgnoreFile.empty
  })

/** Lists a folder. */
export const list = (directory: string): Effect.Effect<Folder, FolderUnreadable> =>
  Effect.gen(function*() {
    if (directory === "") return yield* new FolderUnreadable({ path: "", problem: noName })
    const root = yield* attempt("", () => Fs.realpathSync(directory))
    const ignoreFile = yield* readIgnoreFile(root)
    const entries: Array<ContextArchive.Entry> = []
    let bytes = 0

    const visit = (path: string, entry: Fs.Dirent): Effect.Effect<void, FolderUnreadable> =>
      Effect.suspend(() => {
        const isIgnored = IgnoreFile.ignores(ignoreFile, path)
        if (isIgnored && !(entry.isDirectory() && IgnoreFile.mayHoldExceptions(ignoreFile, path))) return Effect.void
        if (path.includes("\uFFFD")) {
          return new FolderUnreadable({ path, problem: "has a name that is not UTF-8 text" })
        }
        const place = Path.join(root, path)
        if (entry.isSymbolicLink()) {
          return Effect.map(attempt(path, () => Fs.readlinkSync(place)), (target) => {
            entries.push({ type: "link", path, target })
          })
        }
        if (entry.isDirectory()) {
          return Effect.flatMap(attempt(path, () => Fs.lstatSync(place).mode & 0o7777), (mode) => {
            const before = entries.length
            return Effect.map(walk(path), () => {
              // Other directories are made for what is in them.
              if (!isIgnored && (entries.length === before || mode !== ContextFile.defaultDirectoryMode)) {
                entries.push({ type: "directory", path, mode })
              }
            })
          })
        }
        if (!entry.isFile()) return new FolderUnreadable({ path, problem: "is neither a file, a link nor a directory" })
        return Effect.map(attempt(path, () => Fs.lstatSync(place)), ({ mode, size }) => {
          bytes += size
          entries.push({ type: "file", path, mode: mode & 0o7777, size })
        })
      })

    const walk = (path: string): Effect.Effect<void, FolderUnreadable> =>
      Effect.flatMap(
        attempt(path, () => Fs.readdirSync(Path.join(root, path), { withFileTypes: true })),
        (found) =>
          Effect.forEach(found, (entry) => visit(path === "" ? entry.name : `${path}/${entry.name}`, entry), {
            discard: true
          })
      )

    yield* walk("")
    return { directory: root, entries: ContextArchive.ordered(entries), bytes }
  })

/** The bytes of a file, of which there are to be as many as its entry says; throws FolderChanged if there are not. */
export function* contentOf(directory: string, path: string, size: number): Generator<Uint8Array> {
  const changed = () => new FolderChanged({ directory, path })
  let file: number
  try {
    // A link that has replaced the file is not followed, and a file of the kernel that has nothing to read is not waited for.
    const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = Fs.constants
    file = Fs.openSync(Path.join(directory, path), O_RDONLY | O_NOFOLLOW | O_NONBLOCK)
  } catch {
    throw changed()
  }
  try {
    for (let left = size; left > 0;) {
      const piece = Buffer.allocUnsafe(Math.min(left, pieceBytes))
      const read = Fs.readSync(file, piece)
      if (read === 0) throw changed()
      left -= read
      yield piece.subarray(0, read)
    }
    if (Fs.readSync(file, Buffer.allocUnsafe(1)) > 0) throw changed()
  } finally {
    Fs.closeSync(file)
  }
}

/** The archive of a folder, in pieces. */
export const archive = ({ directory, entries }: Folder): Stream.Stream<Uint8Array, FolderChanged> =>
  Stream.unwrap(Effect.sync(() => {
    const pieces = ContextArchive.archive(entries, ({ path, size }) => contentOf(directory, path, size))
    const next = Effect.try({
      try: () => pieces.next(),
      catch: (cause) =>
        Option.some(cause instanceof FolderChanged ? cause : new FolderChanged({ directory, path: problemOf(cause) }))
    })
    return Stream.repeatEffectOption(
      Effect.flatMap(
        next,
        ({ done, value }) => done === true ? Effect.fail(Option.none<FolderChanged>()) : Effect.succeed(value)
      )
    ).pipe(Stream.ensuring(Effect.sync(() => pieces.return(undefined))))
  }))

/** `sha256:` and 64 digits: the SHA-256 of the archive. */
export const digest = (folder: Folder): Effect.Effect<string, FolderChanged> =>
  Effect.suspend(() => {
    const hash = createHash("sha256")
    return Effect.map(
      Stream.runForEach(archive(folder), (piece) => Effect.sync(() => hash.update(piece))),
      () => `sha256:${hash.digest("hex")}`
    )
  })

/** The archive of a folder whose digest is known; fails after its last piece if the content is another. */
export const verified = (folder: Folder, expected: string): Stream.Stream<Uint8Array, FolderChanged> =>
  Stream.suspend(() => {
    const hash = createHash("sha256")
    const check = Effect.suspend(() =>
      `sha256:${hash.digest("hex")}` === expected
        ? Effect.void
        : new FolderChanged({ directory: folder.directory, path: undefined })
    )
    return Stream.concat(
      Stream.tap(archive(folder), (piece) => Effect.sync(() => hash.update(piece))),
      Stream.drain(Stream.fromEffect(check))
    )
  })
