/**
 * The files, links and directories of a directory as the context of a build.
 *
 * What `.containerignore`, or else `.dockerignore`, excludes is left out. Modes are kept, owners and times are not. A link is
 * kept with its target, wherever that is. Anything that is neither a file, a link nor a directory is an issue.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Folder from "../backends/context/Folder.js"
import * as FolderWalk from "../backends/context/FolderWalk.js"
import type { Entry, FileEntry } from "../backends/script/ContextArchive.js"
import { Issue } from "../core/BuildError.js"
import { type ContextFile, maxFiles, maxTotalBytes } from "../core/input/ContextFile.js"
import { pathText } from "../core/input/InputIssue.js"

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

/** The directory has more than the limit. */
class LimitExceeded extends Data.TaggedError("LimitExceeded")<{ readonly path: string; readonly limit: string }> {
  override get message(): string {
    return `has more than ${this.limit}, which is the limit on a cluster; it is exceeded at ${
      JSON.stringify(this.path)
    }; exclude files that the build does not need in .containerignore, COPY larger files from an image, or build with --backend local`
  }
}

/**
 * Reads a directory, up to the limits if there are any.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (directory: string, limits?: Limits): Effect.Effect<ContextDirectory> =>
  Effect.suspend(() => {
    const files: Array<readonly [string, ContextFile]> = []
    const issues: Array<Issue> = []
    let bytes = 0
    const note = (path: string, message: string) => Effect.sync(() => void issues.push(new Issue({ path, message })))

    const add = (root: string) => (entry: Entry) =>
      Effect.suspend((): Effect.Effect<void, FolderWalk.FolderUnreadable | LimitExceeded> => {
        const { path } = entry
        const size = Buffer.byteLength(path) + sizeOf(entry)
        if (files.length === limits?.files) return new LimitExceeded({ path, limit: `${limits.files} files` })
        // Files over the limit are not opened.
        if (limits !== undefined && bytes + size > limits.bytes) {
          return new LimitExceeded({ path, limit: `${limits.bytes} bytes (8 MiB)` })
        }
        return Effect.map(contextFileOf(root, entry), (file) => {
          bytes += size
          files.push([path, file])
        })
      })

    const result = (exceedsLimits: boolean): ContextDirectory => ({
      files: Object.fromEntries(files),
      issues,
      exceedsLimits
    })

    return Effect.flatMap(FolderWalk.rootOf(directory), (root) =>
      FolderWalk.walk(root, {
        add: add(root),
        refuse: ({ path, problem }) => note(pathText(["context", path]), problem)
      })).pipe(
        Effect.map(() => result(false)),
        Effect.catchTags({
          FolderUnreadable: ({ problem }) => Effect.map(note("context", problem), () => result(false)),
          LimitExceeded: ({ message }) => Effect.map(note("context", message), () => result(true))
        })
      )
  })

const sizeOf = (entry: Entry): number => {
  switch (entry.type) {
    case "file":
      return entry.size
    case "link":
      return Buffer.byteLength(entry.target)
    case "directory":
      return 0
  }
}

const contextFileOf = (root: string, entry: Entry): Effect.Effect<ContextFile, FolderWalk.FolderUnreadable> => {
  switch (entry.type) {
    case "file":
      return Effect.map(contentOf(root, entry), (content) => ({ content, mode: entry.mode }))
    case "link":
      return Effect.succeed({ link: entry.target })
    case "directory":
      return Effect.succeed({ directory: true, mode: entry.mode })
  }
}

/** As many bytes as the file has: one that is written to meanwhile, or made as it is read, may never end. */
const contentOf = (root: string, { path, size }: FileEntry): Effect.Effect<Uint8Array, FolderWalk.FolderUnreadable> =>
  Effect.try({
    try: () => Buffer.concat(Array.from(Folder.contentOf(root, path, size))),
    catch: (error) =>
      new FolderWalk.FolderUnreadable({
        path,
        problem: error instanceof Folder.FolderChanged
          ? `does not have the ${size} bytes that its directory says: it changes, or is not a file on a disk`
          : FolderWalk.problemOf(error)
      })
  })
