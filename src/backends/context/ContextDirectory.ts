/**
 * The files, links and directories of a directory as the context of a build.
 *
 * What `.containerignore`, or else `.dockerignore`, or another ignore file excludes is left out. Modes are kept, owners and times
 * are not. A link is kept with its target, wherever that is. Anything that is neither a file, a link nor a directory is an issue.
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { Issue } from "../../core/BuildError.js"
import { type ContextFile, maxFiles, maxTotalBytes } from "../../core/input/ContextFile.js"
import { pathText } from "../../core/input/InputIssue.js"
import type { Entry, FileEntry } from "../script/ContextArchive.js"
import * as Folder from "./Folder.js"
import * as FolderWalk from "./FolderWalk.js"

/** What could be read, by its path, and an issue for everything else. */
export interface ContextDirectory {
  readonly files: Readonly<Record<string, ContextFile>>
  readonly issues: ReadonlyArray<Issue>
  /** Whether the directory exceeds the limits, so that not everything was read. */
  readonly exceedsLimits: boolean
}

/** The most that is read. */
export interface Limits {
  readonly bytes: number
  readonly files: number
}

/** The limits of a context on a cluster. */
export const clusterLimits: Limits = { bytes: maxTotalBytes, files: maxFiles }

/** The directory has more than the limit. */
class LimitExceeded extends Data.TaggedError("LimitExceeded")<{ readonly path: string; readonly limit: string }> {
  override get message(): string {
    return `has more than ${this.limit}, which is the limit on a cluster; it is exceeded at ${
      JSON.stringify(this.path)
    }; exclude files that the build does not need in .containerignore, COPY larger files from an image, or build with --backend local`
  }
}

/** Reads a directory, up to the limits if there are any. `ignoreFile` is the path of an ignore file that holds instead of its own. */
export const read = (
  directory: string,
  { ignoreFile, limits }: { readonly ignoreFile?: string | undefined; readonly limits?: Limits | undefined } = {}
): Effect.Effect<ContextDirectory> =>
  Effect.suspend(() => {
    const files: Array<readonly [string, ContextFile]> = []
    const issues: Array<Issue> = []
    let bytes = 0
    let exceedsLimits = false
    const note = (path: string, message: string): undefined => {
      issues.push(new Issue({ path, message }))
    }

    const add = (root: string) => (entry: Entry): FolderWalk.FolderUnreadable | LimitExceeded | undefined => {
      const { path } = entry
      const size = Buffer.byteLength(path) + sizeOf(entry)
      if (files.length === limits?.files) return new LimitExceeded({ path, limit: `${limits.files} files` })
      // Files over the limit are not opened.
      if (limits !== undefined && bytes + size > limits.bytes) {
        return new LimitExceeded({ path, limit: `${limits.bytes} bytes (8 MiB)` })
      }
      const file = contextFileOf(root, entry)
      if (file instanceof FolderWalk.FolderUnreadable) return file
      bytes += size
      files.push([path, file])
      return undefined
    }

    return Effect.flatMap(FolderWalk.rootOf(directory), (root) =>
      FolderWalk.walk(root, {
        add: add(root),
        refuse: ({ path, problem }) => note(pathText(["context", path]), problem)
      }, ignoreFile)).pipe(
        Effect.catchTags({
          FolderUnreadable: ({ problem }) => Effect.sync(() => note("context", problem)),
          LimitExceeded: ({ message }) =>
            Effect.sync(() => {
              note("context", message)
              exceedsLimits = true
            })
        }),
        Effect.map(() => ({ files: Object.fromEntries(files), issues, exceedsLimits }))
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

const contextFileOf = (root: string, entry: Entry): ContextFile | FolderWalk.FolderUnreadable => {
  switch (entry.type) {
    case "file": {
      const content = contentOf(root, entry)
      return content instanceof FolderWalk.FolderUnreadable ? content : { content, mode: entry.mode }
    }
    case "link":
      return { link: entry.target }
    case "directory":
      return { directory: true, mode: entry.mode }
  }
}

/** As many bytes as the file has: one that is written to meanwhile, or made as it is read, may never end. */
const contentOf = (root: string, { path, size }: FileEntry): Uint8Array | FolderWalk.FolderUnreadable => {
  try {
    return Folder.wholeContentOf(root, path, size)
  } catch (error) {
    if (!(error instanceof Folder.FolderChanged)) throw error
    const changed = `does not have the ${size} bytes that its directory says: it changes, or is not a file on a disk`
    return new FolderWalk.FolderUnreadable({ path, problem: error.problem ?? changed })
  }
}
