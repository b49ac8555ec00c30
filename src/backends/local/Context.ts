/**
 * Writes the files of a build context to a directory in one pass.
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

/** Writes the context into a new directory. Modes are set separately, because the umask applies to new files. */
export const write = (
  fs: FileSystem.FileSystem,
  path: Path.Path,
  folder: string,
  { context = {} }: BuildInput
): Effect.Effect<void, PlatformError> =>
  Effect.gen(function*() {
    const files = Object.entries(context)
    const parents = new Set(files.flatMap(([name]) => directories(name)))
    // A directory sorts before its content.
    for (const directory of ["", ...[...parents].sort()]) {
      const made = path.join(folder, directory)
      yield* fs.makeDirectory(made)
      yield* fs.chmod(made, 0o755)
    }
    yield* Effect.forEach(files, ([name, file]) => {
      const target = path.join(folder, name)
      return Effect.andThen(fs.writeFile(target, ContextFile.bytes(file)), fs.chmod(target, ContextFile.mode(file)))
    }, { concurrency, discard: true })
  })
