/**
 * Visits the files, links and directories of a folder of this machine that belong to a build context.
 *
 * Files that `.containerignore`, or else `.dockerignore`, excludes are left out, as buildah does.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import { isUtf8 } from "node:buffer"
import * as Fs from "node:fs"
import * as Path from "node:path"
import * as ContextFile from "../../core/input/ContextFile.js"
import type { Entry } from "../script/ContextArchive.js"
import * as IgnoreFile from "./IgnoreFile.js"

/** The folder, or something in it, cannot be in a context. */
export class FolderUnreadable extends Data.TaggedError("FolderUnreadable")<{
  /** Relative to the folder; empty if the problem is that of the whole folder. */
  readonly path: string
  /** The rest of a sentence that begins with the path, or a whole one without a path. */
  readonly problem: string
}> {}

/** Receives what a folder has. */
export interface Visitor<E> {
  /** Takes an entry, or fails with the reason why the context cannot have it. A directory comes after what is in it. */
  readonly add: (entry: Entry) => Effect.Effect<void, FolderUnreadable | E>
  /** Takes the reason why the context cannot have an entry. The walk goes on, unless this fails. */
  readonly refuse: (refusal: FolderUnreadable) => Effect.Effect<void, FolderUnreadable | E>
}

const ignoreFileNames = [".containerignore", ".dockerignore"]

const maxIgnoreFileBytes = 1024 * 1024

/** Why a call of `node:fs` failed, as the rest of a sentence that begins with the name of the file. */
export const problemOf = (cause: unknown): string => {
  const code = Predicate.hasProperty(cause, "code") ? cause.code : undefined
  return code === "ENOENT"
    ? "does not exist"
    : code === "EACCES" || code === "EPERM"
    ? "cannot be read by this user"
    : `cannot be read (${cause instanceof Error ? cause.message : String(cause)})`
}

// The calls are synchronous: each takes microseconds where the folder is cached, and an asynchronous one ten times as much.
const attempt = <A>(
  call: () => A,
  toRefusal: (problem: string) => FolderUnreadable
): Effect.Effect<A, FolderUnreadable> => Effect.try({ try: call, catch: (cause) => toRefusal(problemOf(cause)) })

const whole = (problem: string): FolderUnreadable => new FolderUnreadable({ path: "", problem })

const readIgnoreFile = (root: string): Effect.Effect<IgnoreFile.IgnoreFile, FolderUnreadable> =>
  Effect.gen(function*() {
    for (const name of ignoreFileNames) {
      const refused = (problem: string) => whole(`${name} ${problem}`)
      const file = Path.join(root, name)
      const stat = yield* attempt(() => Fs.lstatSync(file, { throwIfNoEntry: false }), refused)
      if (stat === undefined) continue
      if (!stat.isFile() || stat.size > maxIgnoreFileBytes) return yield* refused("must be a file of at most 1 MiB")
      const bytes = yield* attempt(() => Fs.readFileSync(file), refused)
      if (!isUtf8(bytes)) return yield* refused("is not UTF-8 text")
      const parsed = IgnoreFile.parse(bytes.toString())
      const [problem] = parsed.problems
      return problem === undefined ? parsed : yield* whole(`${name}, line ${problem.line}: ${problem.message}`)
    }
    return IgnoreFile.empty
  })

/** The real path of a folder. */
export const rootOf = (directory: string): Effect.Effect<string, FolderUnreadable> =>
  // An empty name, which a variable without a value gives, would be that of the current directory.
  directory === ""
    ? whole("must have the name of a directory; . is the current one")
    : attempt(() => Fs.realpathSync(directory), (problem) => whole(`${directory} ${problem}`))

/** Visits everything in the folder at `root`, the entries of each directory in the order of their names. */
export const walk = <E>(root: string, { add, refuse }: Visitor<E>): Effect.Effect<void, FolderUnreadable | E> =>
  Effect.flatMap(readIgnoreFile(root), (ignoreFile) => {
    let added = 0
    const addEntry = (entry: Entry) =>
      Effect.map(add(entry), () => {
        added++
      })

    const visit = (path: string, entry: Fs.Dirent): Effect.Effect<void, FolderUnreadable | E> => {
      const isIgnored = IgnoreFile.ignores(ignoreFile, path)
      if (isIgnored && !(entry.isDirectory() && IgnoreFile.mayHoldExceptions(ignoreFile, path))) return Effect.void
      const refused = (problem: string) => new FolderUnreadable({ path, problem })
      if (path.includes("\uFFFD")) return refused("has a name that is not UTF-8 text")
      const place = Path.join(root, path)
      if (entry.isSymbolicLink()) {
        return Effect.flatMap(
          attempt(() => Fs.readlinkSync(place), refused),
          (target) =>
            target.includes("\uFFFD")
              ? refused("is a link with a target that is not UTF-8 text")
              : addEntry({ type: "link", path, target })
        )
      }
      if (!entry.isFile() && !entry.isDirectory()) return refused("is neither a file, a link nor a directory")
      return Effect.flatMap(attempt(() => Fs.lstatSync(place), refused), (stat) => {
        const mode = stat.mode & 0o7777
        if (entry.isFile()) return addEntry({ type: "file", path, mode, size: stat.size })
        const before = added
        // A directory that is ignored but for an exception below it, or that is made for what is in it, needs no entry.
        return Effect.flatMap(
          visitAll(path),
          () =>
            !isIgnored && (added === before || mode !== ContextFile.defaultDirectoryMode)
              ? addEntry({ type: "directory", path, mode })
              : Effect.void
        )
      })
    }

    const visitAll = (directory: string): Effect.Effect<void, FolderUnreadable | E> =>
      Effect.flatMap(
        attempt(
          () => Fs.readdirSync(Path.join(root, directory), { withFileTypes: true }),
          (problem) =>
            directory === "" ? whole(`${root} ${problem}`) : new FolderUnreadable({ path: directory, problem })
        ),
        (entries) =>
          Effect.forEach(
            entries.sort((a, b) => a.name < b.name ? -1 : 1),
            (entry) =>
              Effect.catchAll(
                visit(directory === "" ? entry.name : `${directory}/${entry.name}`, entry),
                (error) => error instanceof FolderUnreadable ? refuse(error) : Effect.fail(error)
              ),
            { discard: true }
          )
      )

    return visitAll("")
  })
