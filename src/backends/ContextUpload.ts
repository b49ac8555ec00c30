/**
 * A folder of any size as the context of a build.
 *
 * The local backend lets buildah read the folder in place. On a cluster, the process that calls `build` uploads it through the API
 * server into the first container of the build's pod; that requires the permission to create and get `pods/attach`, and no
 * credentials for a registry. `build` returns when the pod has the context; `run` and `events` upload while they follow the build,
 * and again for each further attempt. The pod compares the digest of the upload with that of the input before it builds: a build
 * whose upload was cut ends as `Errored("UploadFailed")`, and building the same input again repeats it.
 *
 * @example
 * ```ts
 * import { BuildBackend, BuildInput, ContextUpload } from "effect-os-builder"
 * import { Effect } from "effect"
 *
 * const image = Effect.gen(function*() {
 *   const input = yield* BuildInput.make({
 *     dockerfile: "FROM quay.io/fedora/fedora-bootc:43\nCOPY system_files /\n",
 *     baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
 *     finalImage: { pullspec: "registry.example.com/acme/os:1" },
 *     context: yield* ContextUpload.read("./os")
 *   })
 *   return yield* BuildBackend.run(input)
 * })
 * ```
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Path from "node:path"
import { BuildRejected, Issue } from "../core/BuildError.js"
import type { UploadContext } from "../core/input/BuildContext.js"
import * as Folder from "./context/Folder.js"

const rejected = (...messages: ReadonlyArray<string>) =>
  new BuildRejected({
    reason: "InvalidInput",
    issues: messages.map((message) => new Issue({ path: "context.upload.directory", message }))
  })

/**
 * - `ignoreFile`: the path of an ignore file that holds instead of `.containerignore` and `.dockerignore` of the folder, which are
 *   then no part of the context; such as `Containerfile.dockerignore`, which other builders take for `Containerfile`.
 *
 * @since 0.1.0
 * @category models
 */
export interface ReadOptions {
  readonly ignoreFile?: string | undefined
}

/**
 * Reads a folder once, in constant memory, and computes the digest of its content: paths, bytes and modes of files, targets of
 * links, and empty directories, without what `.containerignore`, or else `.dockerignore`, excludes. Owners and times do not count.
 * A build fails if the folder has changed since.
 *
 * Fails with `BuildRejected` if the folder, or something in it, cannot be read or is neither a file, a link nor a directory.
 *
 * @example
 * ```ts
 * import { ContextUpload } from "effect-os-builder"
 *
 * const context = ContextUpload.read("/srv/os")
 * // { upload: { directory: "/srv/os", digest: "sha256:…" } }
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (directory: string, options: ReadOptions = {}): Effect.Effect<UploadContext, BuildRejected> =>
  Effect.gen(function*() {
    const ignoreFile = options.ignoreFile === undefined ? {} : { ignoreFile: Path.resolve(options.ignoreFile) }
    const folder = yield* Folder.list({ directory, ...ignoreFile })
    return { upload: { directory: folder.directory, digest: yield* Folder.digest(folder), ...ignoreFile } }
  }).pipe(
    Effect.catchTags({
      FolderRefused: ({ refusals }) => rejected(...refusals.map(({ message }) => message)),
      FolderChanged: ({ message }) => rejected(message)
    })
  )
