/**
 * The files, links and directories of a directory as the context of a build.
 *
 * What `.containerignore`, or else `.dockerignore`, excludes is left out. Modes are kept, owners and times are not. A link is
 * kept with its target, wherever that is. Anything that is neither a file, a link nor a directory is an issue.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Fs from "node:fs"
import * as Folder from "../backends/context/Folder.js"
import * as IgnoreFile from "../backends/context/IgnoreFile.js"
import { Issue } from "../core/BuildError.js"
import { type ContextFile, defaultDirectoryMode, maxFiles, maxTotalBytes } from "../core/input/ContextFile.js"
import { pathText } from "../core/input/InputIssue.js"
import * as TextFile from "./TextFile.js"

/**
 * What could be read, by its path, and an issue for everything else.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContextDirectory {
  readonly files: Readonly<Record<string, ContextFile>>
  readonly issues: ReadonlyArray<Issue>
  /** Whether the directory exceeds the limits, so that not everything was read. */
  readonly exceedsLimits: boolean
}

/**
 * The most that is read.
 *
 * @since 0.1.0
 * @category models
 */
export interface Limits {
  readonly bytes: number
  readonly files: number
}

/**
 * The limits of a context on a cluster.
 *
 * @since 0.1.0
 * @category constants
 */
export const clusterLimits: Limits = { bytes: maxTotalBytes, files: maxFiles }

const ignoreFileNames = [".containerignore", ".dockerignore"]

const maxIgnoreFileBytes = 1024 * 1024

/** Why a file cannot be in the context; `ends`: no more files are read. */
class Refusal
  extends Data.TaggedError("Refusal")<{ readonly issue: Issue; readonly ends: boolean; readonly exceeds?: boolean }>
{}

const refuse = (path: string, message: string): Refusal =>
  new Refusal({ issue: new Issue({ path: pathText(["context", path]), message }), ends: false })

const end = (message: string): Refusal => new Refusal({ issue: new Issue({ path: "context", message }), ends: true })

const full = (path: string, limit: string): Refusal => {
  const { issue } = end(
    `has more than ${limit}, which is the limit on a cluster; it is exceeded at ${
      JSON.stringify(path)
    }; exclude files that ` +
      "the build does not need in .containerignore, COPY larger files from an image, or build with --backend local"
  )
  return new Refusal({ issue, ends: true, exceeds: true })
}

/**
 * Reads a directory, up to the limits if there are any.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (
  directory: string,
  limits?: Limits
): Effect.Effect<ContextDirectory, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const files: Array<readonly [string, ContextFile]> = []
    const issues: Array<Issue> = []
    let exceedsLimits = false
    const note = ({ exceeds, issue }: Refusal) =>
      Effect.sync(() => {
        exceedsLimits ||= exceeds === true
        issues.push(issue)
      })

    yield* Effect.gen(function*() {
      if (directory === "") return yield* end(Folder.noName)
      const root = yield* Effect.mapError(
        fs.realPath(directory),
        (error) => end(`${directory} ${TextFile.unreadable(error).problem}`)
      )
      const ignoreFile = yield* readIgnoreFile(fs, root)
      const walker: Walker = { fs, path, root, ignoreFile, limits, note, files, bytes: 0 }
      yield* walk(walker, "")
    }).pipe(Effect.catchTag("Refusal", note))
    return { files: Object.fromEntries(files), issues, exceedsLimits }
  })

interface Walker {
  readonly fs: FileSystem.FileSystem
  readonly path: Path.Path
  readonly root: string
  readonly ignoreFile: IgnoreFile.IgnoreFile
  readonly note: (refusal: Refusal) => Effect.Effect<unknown>
  readonly limits: Limits | undefined
  readonly files: Array<readonly [string, ContextFile]>
  bytes: number
}

const readIgnoreFile = (fs: FileSystem.FileSystem, root: string): Effect.Effect<IgnoreFile.IgnoreFile, Refusal> =>
  Effect.gen(function*() {
    for (const name of ignoreFileNames) {
      if (!(yield* Effect.orElseSucceed(fs.exists(`${root}/${name}`), () => false))) continue
      const text = yield* Effect.mapError(
        TextFile.read(fs, `${root}/${name}`, maxIgnoreFileBytes),
        ({ problem }) => end(`${name} ${problem}`)
      )
      const parsed = IgnoreFile.parse(text)
      const [problem] = parsed.problems
      if (problem !== undefined) {
        return yield* end(`${name}, line ${problem.line}: ${problem.message}`)
      }
      return parsed
    }
    return IgnoreFile.empty
  })

// The calls are synchronous: each takes microseconds where the files are cached, and an asynchronous one ten times as much.
const attempt = <A>(path: string, call: () => A): Effect.Effect<A, Refusal> =>
  Effect.try({
    try: call,
    catch: (error) =>
      path === "" ? end(TextFile.unreadableBecause(error)) : refuse(path, TextFile.unreadableBecause(error))
  })

const walk = (walker: Walker, directory: string): Effect.Effect<void, Refusal> =>
  Effect.gen(function*() {
    const entries = yield* attempt(
      directory,
      () => Fs.readdirSync(walker.path.join(walker.root, directory), { withFileTypes: true })
    )
    for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      yield* visit(walker, directory === "" ? entry.name : `${directory}/${entry.name}`, entry).pipe(
        Effect.catchIf((refusal) => !refusal.ends, walker.note)
      )
    }
  })

const visit = (walker: Walker, name: string, entry: Fs.Dirent): Effect.Effect<void, Refusal> =>
  Effect.gen(function*() {
    const { files, ignoreFile, path, root } = walker
    const isIgnored = IgnoreFile.ignores(ignoreFile, name)
    if (isIgnored && !IgnoreFile.mayHoldExceptions(ignoreFile, name)) return
    const place = path.join(root, name)
    if (entry.isSymbolicLink()) {
      if (!isIgnored) yield* addLink(walker, name, yield* attempt(name, () => Fs.readlinkSync(place)))
      return
    }
    if (entry.isDirectory()) {
      const mode = yield* attempt(name, () => Fs.lstatSync(place).mode & 0o7777)
      const before = files.length
      yield* walk(walker, name)
      // The directories above an exception of an ignore file are excluded themselves: buildah makes them itself.
      if (!isIgnored && (files.length === before || mode !== defaultDirectoryMode)) {
        yield* add(walker, name, 0, { directory: true, mode })
      }
      return
    }
    if (isIgnored) return
    if (!entry.isFile()) return yield* refuse(name, "is neither a file, a link nor a directory")
    const { mode, size } = yield* attempt(name, () => Fs.lstatSync(place))
    // Files over the limit are not opened.
    yield* room(walker, name, size)
    const content = yield* contentOf(walker, name, size)
    yield* add(walker, name, content.byteLength, { content, mode: mode & 0o7777 })
  })

/** As many bytes as the file has: one that is written to meanwhile, or made as it is read, may never end. */
const contentOf = ({ root }: Walker, name: string, size: number): Effect.Effect<Uint8Array, Refusal> =>
  Effect.try({
    try: () => Buffer.concat(Array.from(Folder.contentOf(root, name, size))),
    catch: (error) =>
      refuse(
        name,
        error instanceof Folder.FolderChanged
          ? `does not have the ${size} bytes that its directory says: it changes, or is not a file on a disk`
          : TextFile.unreadableBecause(error)
      )
  })

const addLink = (walker: Walker, name: string, link: string): Effect.Effect<void, Refusal> =>
  link.includes("\uFFFD")
    ? refuse(name, "is a link with a target that is not UTF-8 text")
    : add(walker, name, Buffer.byteLength(link), { link })

const room = ({ bytes, files, limits }: Walker, name: string, size: number): Effect.Effect<void, Refusal> =>
  limits === undefined
    ? Effect.void
    : files.length === limits.files
    ? full(name, `${limits.files} files`)
    : bytes + Buffer.byteLength(name) + size > limits.bytes
    ? full(name, `${limits.bytes} bytes (8 MiB)`)
    : Effect.void

const add = (walker: Walker, name: string, size: number, file: ContextFile): Effect.Effect<void, Refusal> =>
  Effect.map(room(walker, name, size), () => {
    walker.bytes += Buffer.byteLength(name) + size
    walker.files.push([name, file])
  })
