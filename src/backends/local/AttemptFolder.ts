/**
 * The working folder of an attempt: what is written there for the script, and the variables by which the script finds it.
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import { availableMemory } from "node:process"
import * as BuildInput from "../../core/BuildInput.js"
import * as ImagePullspec from "../../core/ImagePullspec.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { isImageContext } from "../../core/input/BuildContexts.js"
import { builtText } from "../../core/input/BuiltContainerfile.js"
import * as ContextFile from "../../core/input/ContextFile.js"
import type { Version } from "../script/BuildahFeatures.js"
import * as BuildScript from "../script/BuildScript.js"
import type { Environment } from "../script/Environment.js"
import * as GitScript from "../script/GitScript.js"
import * as ScriptOutput from "../script/Output.js"
import * as Directories from "./Directories.js"
import * as Heredoc from "./Heredoc.js"
import type { References } from "./References.js"
import type { Sandbox } from "./Sandbox.js"

/** How buildah runs on this machine, and which of its configuration it sees. */
export interface BuildahEnvironment {
  readonly fs: FileSystem.FileSystem
  readonly path: Path.Path
  readonly sandbox: Sandbox
  /** Environment of the script, in addition to the variables from the input: PATH, proxies, settings. */
  readonly environment: Readonly<Record<string, string>>
  readonly insecureRegistries: ReadonlyArray<string>
  /** The user's own registry credentials, for images without a secret. */
  readonly authFile: string | undefined
  readonly knowsHeredocs: boolean
  /** The version of buildah; undefined if there is none. */
  readonly version: Version | undefined
  readonly isolation: "chroot" | "rootless" | "oci"
}

export interface Job {
  readonly input: BuildInput.BuildInput
  readonly references: References
  /** The working directory, emptied before the attempt and deleted after it; after a success by the caller. */
  readonly folder: string
  readonly log: string
}

// A registry on this machine may use plain HTTP: those of the images, and any other that the input lists.
const loopback = /(?<![\w.-])(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d{1,5})?(?=\/)/g

/** The registries on loopback in a text, or in the texts of an input. */
export const loopbackRegistries = (input: BuildInput.BuildInput | string): ReadonlyArray<string> =>
  typeof input === "string" ? input.match(loopback) ?? [] : [
    input.baseImage?.pullspec ?? "",
    input.finalImage.pullspec,
    input.dockerfile ?? "",
    BuildContext.isImage(input.context) ? input.context.image.pullspec : "",
    `${input.cacheFrom ?? ""}/`,
    `${input.cacheTo ?? ""}/`,
    ...Object.values(input.buildArgs ?? {}),
    ...Object.values(input.buildContexts ?? {}).flatMap((context) => isImageContext(context) ? [context.image] : [])
  ].flatMap((text) => text.match(loopback) ?? [])

/**
 * Whether the context goes to memory: it is there already, and a file in a tmpfs costs a tenth of one on a disk. Another program
 * may need the rest.
 */
const fitsInMemory = ({ context }: BuildInput.BuildInput): boolean => {
  const files = Object.values(BuildContext.files(context))
  const bytes = files.reduce((sum, file) => sum + ContextFile.size(file) + 4096, 0)
  return bytes <= availableMemory() / 4
}

/** A build on this machine, and what its Containerfile becomes for a buildah without heredocs. */
export interface Prepared extends Job {
  /** Whether buildah reads the folder of an upload itself. */
  readonly isInPlace: boolean
  readonly heredocs: Pick<Heredoc.Lowered, "files" | "replacements"> & { readonly text: string | undefined }
}

export const prepare = ({ knowsHeredocs }: BuildahEnvironment, job: Job, isInPlace: boolean): Prepared => ({
  ...job,
  isInPlace,
  heredocs: knowsHeredocs ? { text: undefined, files: [], replacements: [] } : Heredoc.lower(builtText(job.input))
})

/** Whether the context is where buildah reads it before the verb `build`, or else comes from standard input. */
export const hasContext = ({ input, isInPlace }: Prepared): boolean =>
  BuildContext.isElsewhere(input.context) && (isInPlace || !BuildContext.isUpload(input.context))

/** Writes what the script reads. */
export const write = (
  { authFile, fs, isolation, path }: BuildahEnvironment,
  { folder, heredocs, input, references }: Prepared
): Effect.Effect<void, PlatformError> => {
  const at = (...names: ReadonlyArray<string>) => path.join(folder, ...names)

  const file = (name: string, content: string | Uint8Array) =>
    fs.writeFile(name, typeof content === "string" ? new TextEncoder().encode(content) : content, { mode: 0o644 })

  const fileBelow = (name: string, content: string) =>
    Effect.andThen(fs.makeDirectory(path.dirname(name), { recursive: true }), file(name, content))

  return Effect.gen(function*() {
    yield* Directories.make(fs, path, folder)
    const folders = ["work", "memory", "mounts", "user-secret", "input"]
    yield* Effect.forEach(folders, (name) => fs.makeDirectory(at(name)), { concurrency: "unbounded", discard: true })
    const files = BuildScript.inputFiles(input, { containerfile: heredocs.text, isolation, context: false })
    yield* Effect.all([
      file(at("script"), BuildScript.source),
      ...files.map(({ content, key }) => file(at("input", key), content)),
      ...heredocs.files.map(({ content, path }) => fileBelow(at("heredocs", path), content))
    ], { concurrency: "unbounded", discard: true })
    for (const [index, mount] of references.mounts.entries()) {
      yield* fs.symlink(path.resolve(mount), at("mounts", BuildScript.mountFolder(index)))
    }
    for (const [index, secret] of references.secrets.entries()) {
      const secretFolder = at("secrets", BuildScript.mountFolder(index))
      yield* fs.makeDirectory(secretFolder, { recursive: true })
      yield* fs.symlink(path.resolve(secret), path.join(secretFolder, "value"))
    }
    if (authFile !== undefined) yield* fs.symlink(path.resolve(authFile), at("user-secret", "config.json"))
  })
}

/** The folder in which buildah finds the context, relative to that of the attempt but for one that is in place. */
const contextFolder = ({ input, isInPlace }: Prepared): string => {
  const { context } = input
  if (BuildContext.isGit(context)) return `work/${GitScript.folder}/${context.git.subPath ?? ""}`
  // Nothing writes to it.
  if (BuildContext.isUpload(context) && isInPlace) return context.upload.directory
  const isSmall = !BuildContext.isElsewhere(context) && fitsInMemory(input) && input.cacheTo === undefined
  return isSmall ? "memory/context" : "work/context"
}

export const timeoutOf = ({ input }: Job): Duration.Duration => input.timeout ?? BuildInput.defaults.timeout

export const timeoutSeconds = (job: Job): string => String(Math.max(1, Math.ceil(Duration.toSeconds(timeoutOf(job)))))

/** The variables of both verbs. */
export const environment = (
  { insecureRegistries, path, sandbox, version }: BuildahEnvironment,
  prepared: Prepared
): Environment => {
  const { folder, heredocs, input, references } = prepared
  const at = (...names: ReadonlyArray<string>) => path.join(folder, ...names)
  const given = (place: string | undefined) => place === undefined ? "" : path.resolve(place)
  return {
    OSB_INPUT_DIR: at("input"),
    ...(hasContext(prepared)
      ? { OSB_CONTEXT_FETCHED: "yes", OSB_CONTAINERFILE: input.dockerfilePath ?? "" }
      : {}),
    OSB_CONTEXT_IMAGE: BuildContext.isImage(input.context)
      ? ImagePullspec.withoutTag(input.context.image.pullspec)
      : "",
    OSB_CONTEXT_DIR: path.resolve(folder, contextFolder(prepared)),
    OSB_WORK_DIR: at("work"),
    OSB_MEMORY_DIR: at("memory"),
    OSB_MOUNTS_DIR: at("mounts"),
    OSB_SECRETS_DIR: at("secrets"),
    OSB_HEREDOCS_DIR: heredocs.files.length === 0 ? "" : at("heredocs"),
    OSB_BUILDAH_VERSION: version === undefined ? "" : `version ${version.join(".")}`,
    OSB_BASE_IMAGE: input.baseImage?.pullspec ?? "",
    OSB_FINAL_IMAGE: input.finalImage.pullspec,
    OSB_TIMEOUT_SECONDS: timeoutSeconds(prepared),
    OSB_ARCHITECTURE: input.architecture ?? "",
    OSB_CACHE_FROM: input.cacheFrom ?? "",
    OSB_CACHE_TO: input.cacheTo ?? "",
    OSB_OWN_MOUNTS: sandbox.ownMounts ? "yes" : "",
    ...ScriptOutput.environment(input),
    OSB_ENTITLEMENT_DIR: given(references.entitlement),
    OSB_TRUST_BUNDLE: given(references.trustBundle),
    OSB_INSECURE_REGISTRIES: [...new Set([...insecureRegistries, ...loopbackRegistries(input)])].join(" ")
  }
}
