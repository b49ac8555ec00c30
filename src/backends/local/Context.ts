/**
 * Writes the entries of a build context to a directory in one pass.
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import type { BuildInput } from "../../core/BuildInput.js"
import * as ContextFile from "../../core/input/ContextFile.js"
import { directories } from "../../core/input/ContextPath.js"

// Each file takes several calls that wait for the disk.
const concurrency = 16

/**
 * Writes the context into a new directory. Modes are set separately, because the umask applies to new files.
 *
 * Links come after all files, so that none is followed, and the modes of directories last: they may forbid writing there.
 */
export const write = (
  fs: FileSystem.FileSystem,
  path: Path.Path,
  folder: string,
  { context = {} }: BuildInput
): Effect.Effect<void, PlatformError> =>
  Effect.gen(function*() {
    const entries = Object.entries(context)
    const modes = new Map([
      ["", ContextFile.defaultDirectoryMode],
      ...entries.flatMap(([name]) => directories(name)).map((name) =>
        [name, ContextFile.defaultDirectoryMode] as const
      ),
      ...entries.flatMap(([name, file]) => ContextFile.isDirectory(file) ? [[name, file.mode] as const] : [])
    ])
    // A directory sorts before its content.
    const all = [...modes.keys()].sort()
    for (const directory of all) yield* fs.makeDirectory(path.join(folder, directory))
    yield* Effect.forEach(entries, ([name, file]) => {
      if (!ContextFile.isRegular(file)) return Effect.void
      const target = path.join(folder, name)
      return Effect.andThen(
        fs.writeFile(target, ContextFile.bytes(file), { flag: "wx" }),
        fs.chmod(target, ContextFile.mode(file))
      )
    }, { concurrency, discard: true })
    for (const [name, file] of entries) {
      if (ContextFile.isLink(file)) yield* fs.symlink(file.link, path.join(folder, name))
    }
    for (const directory of all.reverse()) {
      yield* fs.chmod(path.join(folder, directory), modes.get(directory) ?? ContextFile.defaultDirectoryMode)
    }
  })
