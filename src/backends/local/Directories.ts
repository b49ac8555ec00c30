/**
 * Directories made with all that are missing above them.
 *
 * Node's own recursive mkdir never returns where a file system answers ENOENT although the parent exists, as /proc does: it takes
 * that for a missing parent.
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import { hasReason } from "../../effect/FileError.js"

/** Creates a directory that its owner alone can read; nothing happens if it exists. */
export const make = (
  fs: FileSystem.FileSystem,
  path: Path.Path,
  directory: string
): Effect.Effect<void, PlatformError> => {
  const parent = path.dirname(directory)
  const makeOne = fs.makeDirectory(directory, { mode: 0o700 }).pipe(
    Effect.catchIf((error) => hasReason(error, "AlreadyExists"), () => Effect.void)
  )
  // Another process may have made the parent since.
  return makeOne.pipe(
    Effect.catchIf((error) => hasReason(error, "NotFound"), () =>
      fs.exists(parent).pipe(
        Effect.flatMap((exists) => exists ? Effect.void : make(fs, path, parent)),
        Effect.andThen(makeOne)
      ))
  )
}
