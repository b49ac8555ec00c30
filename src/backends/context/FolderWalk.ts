/**
 * Visits the files, links and directories of a folder of this machine that belong to a build context.
 *
 * Files that `.containerignore`, or else `.dockerignore`, excludes are left out, as buildah does; or those of another ignore file.
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
}> {
  override get message(): string {
    return this.path === "" ? this.problem : `${JSON.stringify(this.path)} ${this.problem}`
  }
}

/** Receives what a folder has. */
export interface Visitor<E> {
  /** Takes an entry, or returns the reason why the context cannot have it. A directory comes after what is in it. */
  readonly add: (entry: Entry) => FolderUnreadable | E | undefined
  /** Takes the reason why the context cannot have an entry. The walk goes on, unless this returns why not. */
  readonly refuse: (refusal: FolderUnreadable) => FolderUnreadable | E | undefined
}

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

// The calls are synchronous: each takes microseconds where the folder is cached, and an asynchronous one ten times as much. Errors
// are values, since an effect for each call would take longer than the call.
const attempt = <A>(call: () => A, toRefusal: (problem: string) => FolderUnreadable): A | FolderUnreadable => {
  try {
    return call()
  } catch (cause) {
    return toRefusal(problemOf(cause))
  }
}

const whole = (problem: string): FolderUnreadable => new FolderUnreadable({ path: "", problem })

const parseIgnoreFile = (name: string, file: string, more: string): IgnoreFile.IgnoreFile | FolderUnreadable => {
  const refused = (problem: string) => whole(`${name} ${problem}`)
  const bytes = attempt(() => Fs.readFileSync(file), refused)
  if (bytes instanceof FolderUnreadable) return bytes
  if (!isUtf8(bytes)) return refused("is not UTF-8 text")
  const parsed = IgnoreFile.parse(`${bytes}${more}`)
  const [problem] = parsed.problems
  return problem === undefined ? parsed : whole(`${name}, line ${problem.line}: ${problem.message}`)
}

const isIgnoreFile = (stat: Fs.Stats): boolean => stat.isFile() && stat.size <= maxIgnoreFileBytes
const mustBeFile = "must be a file of at most 1 MiB"

const readIgnoreFile = (root: string): IgnoreFile.IgnoreFile | FolderUnreadable => {
  for (const name of ContextFile.ignoreFileNames) {
    const file = Path.join(root, name)
    const stat = attempt(() => Fs.lstatSync(file, { throwIfNoEntry: false }), (problem) => whole(`${name} ${problem}`))
    if (stat === undefined) continue
    if (stat instanceof FolderUnreadable) return stat
    return isIgnoreFile(stat) ? parseIgnoreFile(name, file, "") : whole(`${name} ${mustBeFile}`)
  }
  return IgnoreFile.empty
}

// The folder's own ignore files are left out, too: buildah would apply them to what is left.
const readOther = (file: string): IgnoreFile.IgnoreFile | FolderUnreadable => {
  const stat = attempt(() => Fs.statSync(file), (problem) => whole(`${file} ${problem}`))
  if (stat instanceof FolderUnreadable) return stat
  return isIgnoreFile(stat)
    ? parseIgnoreFile(file, file, `\n${ContextFile.ignoreFileNames.join("\n")}\n`)
    : whole(`${file} ${mustBeFile}`)
}

/** The real path of a folder. */
export const rootOf = (directory: string): Effect.Effect<string, FolderUnreadable> =>
  Effect.suspend(() => {
    // An empty name, which a variable without a value gives, would be that of the current directory.
    if (directory === "") return whole("must have the name of a directory; . is the current one")
    const root = attempt(() => {
      const root = Fs.realpathSync(directory)
      return Fs.statSync(root).isDirectory() ? root : whole(`${directory} is not a directory`)
    }, (problem) => whole(`${directory} ${problem}`))
    return root instanceof FolderUnreadable ? root : Effect.succeed(root)
  })

/** The steps of a walk, one for each entry, with the reason why it ended early. */
type Steps<A> = Generator<void, A | undefined>

const steps = <E>(root: string, ignoreFile: IgnoreFile.IgnoreFile, { add, refuse }: Visitor<E>) => {
  type Problem = FolderUnreadable | E
  let added = 0

  const addEntry = (entry: Entry): Problem | undefined => {
    const problem = add(entry)
    if (problem === undefined) added++
    return problem
  }

  function* visit(path: string, entry: Fs.Dirent): Steps<Problem> {
    const isIgnored = IgnoreFile.ignores(ignoreFile, path)
    if (isIgnored && !(entry.isDirectory() && IgnoreFile.mayHoldExceptions(ignoreFile, path))) return undefined
    const refused = (problem: string) => new FolderUnreadable({ path, problem })
    if (path.includes("\uFFFD")) return refused("has a name that is not UTF-8 text")
    const place = `${root}/${path}`
    if (entry.isSymbolicLink()) {
      const target = attempt(() => Fs.readlinkSync(place), refused)
      if (target instanceof FolderUnreadable) return target
      return target.includes("\uFFFD")
        ? refused("is a link with a target that is not UTF-8 text")
        : addEntry({ type: "link", path, target })
    }
    if (!entry.isFile() && !entry.isDirectory()) return refused("is neither a file, a link nor a directory")
    const stat = attempt(() => Fs.lstatSync(place), refused)
    if (stat instanceof FolderUnreadable) return stat
    const mode = stat.mode & 0o7777
    if (entry.isFile()) return addEntry({ type: "file", path, mode, size: stat.size })
    const before = added
    const problem = yield* visitAll(path)
    if (problem !== undefined) return problem
    // A directory that is ignored but for an exception below it, or that is made for what is in it, needs no entry.
    return !isIgnored && (added === before || mode !== ContextFile.defaultDirectoryMode)
      ? addEntry({ type: "directory", path, mode })
      : undefined
  }

  function* visitAll(directory: string): Steps<Problem> {
    const entries = attempt(
      () => Fs.readdirSync(Path.join(root, directory), { withFileTypes: true }),
      (problem) => directory === "" ? whole(`${root} ${problem}`) : new FolderUnreadable({ path: directory, problem })
    )
    if (entries instanceof FolderUnreadable) return entries
    for (const entry of entries.sort((a, b) => a.name < b.name ? -1 : 1)) {
      const problem = yield* visit(directory === "" ? entry.name : `${directory}/${entry.name}`, entry)
      const end = problem instanceof FolderUnreadable ? refuse(problem) : problem
      if (end !== undefined) return end
      yield
    }
    return undefined
  }

  return visitAll("")
}

/** That many take milliseconds, and an effect for each of them would take half as long again. */
const stepsAtOnce = 32

/**
 * Visits everything in the folder at `root`, the entries of each directory in the order of their names. `otherIgnoreFile` is the path of
 * an ignore file that holds instead of those of the folder.
 */
export const walk = <E extends object>(
  root: string,
  visitor: Visitor<E>,
  otherIgnoreFile?: string
): Effect.Effect<void, FolderUnreadable | E> =>
  Effect.gen(function*() {
    const ignoreFile = otherIgnoreFile === undefined ? readIgnoreFile(root) : readOther(otherIgnoreFile)
    if (ignoreFile instanceof FolderUnreadable) return yield* ignoreFile
    const walking = steps(root, ignoreFile, visitor)
    for (let count = 1;; count++) {
      const { done, value } = walking.next()
      if (done === true) return value === undefined ? undefined : yield* Effect.fail(value)
      // Effect interrupts a loop, and lets others run, between its effects alone.
      if (count % stepsAtOnce === 0) yield* Effect.void
    }
  })
