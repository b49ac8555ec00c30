/**
 * Whether buildah may read the folder of an upload in place.
 *
 * It applies the ignore file to COPY and ADD alone (run with 1.28.2 and 1.43.2; buildah#6450): a bind mount of the context would
 * show what is no part of the upload, and nothing of that is in a build pod.
 */
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Effect from "effect/Effect"
import * as Containerfile from "../../core/Containerfile.js"
import * as Feature from "../../core/containerfile/Feature.js"
import type { UploadSource } from "../../core/input/BuildContext.js"
import * as ContextFile from "../../core/input/ContextFile.js"

/** A mount is of type bind by default, and of the context without `from`. What a variable may hold counts. */
const isOfContext = (flag: string): boolean => {
  const type = Feature.mountType(flag)
  const options = flag.slice("--mount=".length).split(",")
  return (type === "bind" || type.includes("$")) && !options.some((option) => option.startsWith("from="))
}

const mountsContext = (containerfile: string): boolean =>
  Containerfile.instructions(containerfile).some(({ flags, keyword }) =>
    keyword === "RUN" && flags.some((flag) => flag.startsWith("--mount=") && isOfContext(flag))
  )

/** False where a mount would show files that an ignore file of the folder excludes, or buildah would read the wrong ignore file. */
export const isInPlace = (
  { fs, path }: { readonly fs: FileSystem.FileSystem; readonly path: Path.Path },
  { directory, ignoreFile }: UploadSource,
  containerfile: string
): Effect.Effect<boolean> =>
  ignoreFile !== undefined
    ? Effect.succeed(false)
    : mountsContext(containerfile)
    ? Effect.map(
      Effect.forEach(ContextFile.ignoreFileNames, (name) =>
        Effect.orElseSucceed(fs.exists(path.join(directory, name)), () => true)),
      (found) =>
        !found.includes(true)
    )
    : Effect.succeed(true)
