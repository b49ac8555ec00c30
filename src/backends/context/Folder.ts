/**
 * A folder of this machine as a build context: what is in it, and its archive, read piece by piece, so that the size of the folder
 * does not matter.
 *
 * What `.containerignore`, or else `.dockerignore`, excludes is left out, as buildah does. Modes are kept, owners and times are not.
 * The same content gives the same archive on every machine: the SHA-256 of the archive names the content.
 */
import * as Arr from "effect/Array"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import * as Fs from "node:fs"
import type { UploadSource } from "../../core/input/BuildContext.js"
import * as ContextArchive from "../script/ContextArchive.js"
import * as FolderWalk from "./FolderWalk.js"

/** The content is not what it was when the folder was listed or its digest computed. */
export class FolderChanged extends Data.TaggedError("FolderChanged")<{
  readonly directory: string
  /** Relative to the folder; undefined where only the digest differs. */
  readonly path: string | undefined
  /** Why it cannot be read any more, as the rest of a sentence that begins with the path. */
  readonly problem?: string | undefined
}> {
  override get message(): string {
    const problem = this.problem === undefined ? "" : ` ${this.problem}`
    const where = this.path === undefined ? "" : ` (${JSON.stringify(this.path)}${problem})`
    return `${this.directory} has changed since its digest was computed${where}; read it again with ContextUpload.read`
  }
}

export interface Folder {
  readonly directory: string
  readonly entries: ReadonlyArray<ContextArchive.Entry>
}

/** Files are read in pieces of this size. */
const pieceBytes = 256 * 1024

/** The most that Node reads at once is 2 GiB less a byte. */
const mostBytes = 1024 ** 3

/** What a folder has that cannot be in a context. */
export class FolderRefused extends Data.TaggedError("FolderRefused")<{
  readonly refusals: Arr.NonEmptyReadonlyArray<FolderWalk.FolderUnreadable>
}> {
  override get message(): string {
    return this.refusals[0].message
  }
}

/** Of a folder that has one refusal per file, such as `/proc`, these are enough. */
const maxRefusals = 100

/** Lists the folder of an upload. */
export const list = (
  { directory, ignoreFile }: Pick<UploadSource, "directory" | "ignoreFile">
): Effect.Effect<Folder, FolderRefused> =>
  Effect.gen(function*() {
    const root = yield* FolderWalk.rootOf(directory).pipe(
      Effect.mapError((refusal) => new FolderRefused({ refusals: [refusal] }))
    )
    const entries: Array<ContextArchive.Entry> = []
    const refusals: Array<FolderWalk.FolderUnreadable> = []
    const visitor: FolderWalk.Visitor<never> = {
      add: (entry) => {
        entries.push(entry)
        return undefined
      },
      refuse: (refusal) => {
        refusals.push(refusal)
        return refusals.length < maxRefusals ? undefined : refusal
      }
    }
    const walked = yield* Effect.either(FolderWalk.walk(root, visitor, ignoreFile))
    if (walked._tag === "Left" && !refusals.includes(walked.left)) refusals.push(walked.left)
    if (Arr.isNonEmptyReadonlyArray(refusals)) return yield* new FolderRefused({ refusals })
    return { directory: root, entries: ContextArchive.ordered(entries) }
  })

/** A call of node:fs; throws FolderChanged if it fails. */
const attempt = <A>(directory: string, path: string, call: () => A): A => {
  try {
    return call()
  } catch (cause) {
    throw new FolderChanged({ directory, path, problem: FolderWalk.problemOf(cause) })
  }
}

// A link that has replaced the file is not followed, and a file of the kernel that has nothing to read is not waited for.
const { O_NOFOLLOW, O_NONBLOCK, O_RDONLY } = Fs.constants

const open = (directory: string, path: string): number =>
  attempt(directory, path, () => Fs.openSync(`${directory}/${path}`, O_RDONLY | O_NOFOLLOW | O_NONBLOCK))

/** The bytes of a file in pieces, of which there are to be as many as its entry says; throws FolderChanged if there are not. */
function* contentOf(directory: string, path: string, size: number): Generator<Uint8Array> {
  const file = open(directory, path)
  const readInto = (piece: Uint8Array): number => attempt(directory, path, () => Fs.readSync(file, piece))
  try {
    for (let left = size; left > 0;) {
      const piece = Buffer.allocUnsafe(Math.min(left, pieceBytes))
      const read = readInto(piece)
      if (read === 0) throw new FolderChanged({ directory, path })
      left -= read
      yield piece.subarray(0, read)
    }
    if (readInto(Buffer.allocUnsafe(1)) > 0) throw new FolderChanged({ directory, path })
  } finally {
    Fs.closeSync(file)
  }
}

/** The same bytes at once. */
export const wholeContentOf = (directory: string, path: string, size: number): Uint8Array => {
  const file = open(directory, path)
  try {
    // One byte more than there should be, so that the end of most files is seen without a further read.
    const content = Buffer.allocUnsafe(size + 1)
    let end = 0
    for (;;) {
      const most = Math.min(size + 1 - end, mostBytes)
      const read = attempt(directory, path, () => Fs.readSync(file, content, end, most, null))
      end += read
      if (end > size || (read === 0 && end < size)) throw new FolderChanged({ directory, path })
      if (end === size) return content.subarray(0, size)
    }
  } finally {
    Fs.closeSync(file)
  }
}

/** The archive of a folder, in pieces. */
export const archive = ({ directory, entries }: Folder): Stream.Stream<Uint8Array, FolderChanged> =>
  Stream.unwrap(Effect.sync(() => {
    const pieces = ContextArchive.archive(entries, ({ path, size }) => contentOf(directory, path, size))
    const next = Effect.suspend(() => {
      try {
        return Effect.succeed(pieces.next())
      } catch (cause) {
        return cause instanceof FolderChanged ? Effect.fail(Option.some(cause)) : Effect.die(cause)
      }
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
