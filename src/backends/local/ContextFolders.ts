/**
 * The content of the folders that an input names as build contexts, so that a build is adopted only while it is the same.
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import { createHash, type Hash } from "node:crypto"
import { BuildRejected, Issue } from "../../core/BuildError.js"
import type { BuildInput } from "../../core/BuildInput.js"
import { isImageContext } from "../../core/input/BuildContexts.js"
import { hasReason } from "../../effect/FileError.js"

interface Folder {
  readonly name: string
  readonly directory: string
}

const foldersOf = ({ buildContexts = {} }: BuildInput): ReadonlyArray<Folder> =>
  Object.entries(buildContexts).flatMap(([name, context]) =>
    isImageContext(context) ? [] : [{ name, directory: context.directory }]
  ).sort((a, b) => a.name < b.name ? -1 : 1)

/** Adds an entry and all below it: its path, kind, mode, owner, and bytes or target. */
const add = (
  fs: FileSystem.FileSystem,
  path: Path.Path,
  hash: Hash,
  root: string,
  below: string
): Effect.Effect<void, PlatformError> =>
  Effect.gen(function*() {
    const file = path.join(root, below)
    const write = (...parts: ReadonlyArray<unknown>) => hash.update(`${JSON.stringify([below, ...parts])}\n`)
    // Fails on all but links, which a look at the file itself would follow.
    const link = yield* Effect.option(fs.readLink(file))
    if (link._tag === "Some" && below !== "") {
      write("link", link.value)
      return
    }
    const { gid, mode, size, type, uid } = yield* fs.stat(file)
    write(type, mode, String(size), uid._tag === "Some" ? uid.value : 0, gid._tag === "Some" ? gid.value : 0)
    if (type === "File") yield* Stream.runForEach(fs.stream(file), (bytes) => Effect.sync(() => hash.update(bytes)))
    if (type === "Directory") {
      const names = yield* fs.readDirectory(file)
      yield* Effect.forEach(names.toSorted(), (name) => add(fs, path, hash, root, path.join(below, name)), {
        discard: true
      })
    }
  })

const problemOf = (error: PlatformError, { directory }: Folder): string =>
  hasReason(error, "NotFound")
    ? `${directory} does not exist; create it`
    : `${directory} cannot be read: ${error.message}`

/** The digest of all folders of an input; undefined if it names none. Fails with an issue for each that cannot be read. */
export const digest = (
  fs: FileSystem.FileSystem,
  path: Path.Path,
  input: BuildInput
): Effect.Effect<string | undefined, BuildRejected> =>
  Effect.gen(function*() {
    const folders = foldersOf(input)
    if (folders.length === 0) return undefined
    const hash = createHash("sha256")
    const issues: Array<Issue> = []
    for (const folder of folders) {
      const at = `buildContexts[${JSON.stringify(folder.name)}]`
      const { directory } = folder
      const added = yield* Effect.either(Effect.gen(function*() {
        const { type } = yield* fs.stat(directory)
        if (type !== "Directory") return `${directory} is not a directory`
        hash.update(`${JSON.stringify(folder.name)}\n`)
        yield* add(fs, path, hash, directory, "")
        return undefined
      }))
      const message = Either.getOrElse(added, (error) => problemOf(error, folder))
      if (message !== undefined) issues.push(new Issue({ path: at, message }))
    }
    return issues.length === 0
      ? hash.digest("hex")
      : yield* new BuildRejected({ reason: "MissingReference", issues })
  })
