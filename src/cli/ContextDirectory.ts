/**
 * The files of a directory as the context of a build.
 *
 * Files that `.containerignore`, or else `.dockerignore`, excludes are left out. Modes are kept; owners, times and empty
 * directories are not. A link to a file inside the directory becomes that file; any other link is an issue, and so is
 * anything that is neither a file nor a directory.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { Issue } from "../core/BuildError.js"
import { maxFiles, maxTotalBytes } from "../core/input/ContextFile.js"
import * as IgnoreFile from "./IgnoreFile.js"
import * as TextFile from "./TextFile.js"

/**
 * The files that could be read, by their paths, and an issue for each of the others.
 *
 * @since 0.1.0
 * @category models
 */
export interface ContextDirectory {
  readonly files: Readonly<Record<string, File>>
  readonly issues: ReadonlyArray<Issue>
}

/**
 * @since 0.1.0
 * @category models
 */
export interface File {
  readonly content: Uint8Array
  readonly mode: number
}

const ignoreFileNames = [".containerignore", ".dockerignore"]

const maxIgnoreFileBytes = 1024 * 1024

/** Why a file cannot be in the context; `ends`: no more files are read. */
class Refusal extends Data.TaggedError("Refusal")<{ readonly issue: Issue; readonly ends: boolean }> {}

const refuse = (path: string, message: string): Refusal =>
  new Refusal({ issue: new Issue({ path: `context[${JSON.stringify(path)}]`, message }), ends: false })

const unreadable = (path: string) => (error: PlatformError): Refusal => refuse(path, TextFile.unreadable(error).problem)

const end = (message: string): Refusal => new Refusal({ issue: new Issue({ path: "context", message }), ends: true })

const full = (path: string, limit: string): Refusal =>
  end(
    `has more than ${limit}; the limit is exceeded at ${JSON.stringify(path)}; ` +
      "exclude files that the build does not need in .containerignore"
  )

/**
 * Reads a directory, up to the limits of a context.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (
  directory: string
): Effect.Effect<ContextDirectory, never, FileSystem.FileSystem | Path.Path> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const files: Array<readonly [string, File]> = []
    const issues: Array<Issue> = []
    const note = ({ issue }: Refusal) => Effect.sync(() => issues.push(issue))

    yield* Effect.gen(function*() {
      const root = yield* Effect.mapError(
        fs.realPath(directory),
        (error) => end(`${directory} ${TextFile.unreadable(error).problem}`)
      )
      const ignoreFile = yield* readIgnoreFile(fs, root)
      const walker: Walker = { fs, path, root, ignoreFile, note, files, bytes: 0 }
      yield* walk(walker, "")
    }).pipe(Effect.catchTag("Refusal", note))
    return { files: Object.fromEntries(files), issues }
  })

interface Walker {
  readonly fs: FileSystem.FileSystem
  readonly path: Path.Path
  readonly root: string
  readonly ignoreFile: IgnoreFile.IgnoreFile
  readonly note: (refusal: Refusal) => Effect.Effect<unknown>
  readonly files: Array<readonly [string, File]>
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

const walk = (walker: Walker, directory: string): Effect.Effect<void, Refusal> =>
  Effect.gen(function*() {
    const names = yield* Effect.mapError(
      walker.fs.readDirectory(walker.path.join(walker.root, directory)),
      (error) => directory === "" ? end(TextFile.unreadable(error).problem) : unreadable(directory)(error)
    )
    for (const name of names.sort()) {
      yield* visit(walker, directory === "" ? name : `${directory}/${name}`).pipe(
        Effect.catchIf((refusal) => !refusal.ends, walker.note)
      )
    }
  })

const visit = (walker: Walker, name: string): Effect.Effect<void, Refusal> =>
  Effect.gen(function*() {
    const { fs, ignoreFile, path, root } = walker
    const isIgnored = IgnoreFile.ignores(ignoreFile, name)
    if (isIgnored && !IgnoreFile.mayHoldExceptions(ignoreFile, name)) return
    const place = path.join(root, name)
    const isLink = yield* Effect.isSuccess(fs.readLink(place))
    if (isLink && isIgnored) return
    const file = isLink ? yield* linkTarget(walker, name) : place
    const info = yield* Effect.mapError(fs.stat(file), unreadable(name))
    if (info.type === "Directory") {
      if (isLink) return yield* refuse(name, "is a link to a directory; copy the directory into the context")
      return yield* walk(walker, name)
    }
    if (isIgnored) return
    if (info.type !== "File") return yield* refuse(name, "is neither a file nor a directory")
    yield* add(walker, name, file, info)
  })

const linkTarget = ({ fs, path, root }: Walker, name: string): Effect.Effect<string, Refusal> =>
  fs.realPath(path.join(root, name)).pipe(
    Effect.mapError(() => refuse(name, "is a link to a file that does not exist")),
    Effect.filterOrFail(
      (target) => target === root || target.startsWith(root === "/" ? root : `${root}/`),
      () => refuse(name, "is a link to a file outside the context; copy the file into the context")
    )
  )

const add = (walker: Walker, name: string, file: string, info: FileSystem.File.Info): Effect.Effect<void, Refusal> =>
  Effect.gen(function*() {
    if (walker.files.length === maxFiles) return yield* full(name, `${maxFiles} files`)
    const room = maxTotalBytes - walker.bytes - Buffer.byteLength(name)
    const tooMany = () => full(name, `${maxTotalBytes} bytes (8 MiB)`)
    // Files over the limit are not opened.
    if (info.size > room) return yield* tooMany()
    const content = yield* Effect.mapError(walker.fs.readFile(file), unreadable(name))
    if (content.byteLength > room) return yield* tooMany()
    walker.bytes += Buffer.byteLength(name) + content.byteLength
    walker.files.push([name, { content, mode: info.mode & 0o7777 }])
  })
