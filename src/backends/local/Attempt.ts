/**
 * One attempt of a build: writes the script's input, runs its two verbs, and maps their exit to a status.
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { availableMemory } from "node:process"
import * as BuildInput from "../../core/BuildInput.js"
import { BuiltImage, builtImage, type Errored, errored, Failed } from "../../core/BuildStatus.js"
import * as DurationText from "../../core/DurationText.js"
import * as ImagePullspec from "../../core/ImagePullspec.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { isImageContext } from "../../core/input/BuildContexts.js"
import { builtText } from "../../core/input/BuiltContainerfile.js"
import * as ContextFile from "../../core/input/ContextFile.js"
import * as Output from "../../core/input/Output.js"
import { systemMessage } from "../../effect/FileError.js"
import * as Folder from "../context/Folder.js"
import type { Version } from "../script/BuildahFeatures.js"
import * as BuildScript from "../script/BuildScript.js"
import * as ContextArchive from "../script/ContextArchive.js"
import { type Environment, proxies } from "../script/Environment.js"
import * as ExitCode from "../script/ExitCode.js"
import * as GitScript from "../script/GitScript.js"
import * as ScriptOutput from "../script/Output.js"
import * as TerminationMessage from "../script/TerminationMessage.js"
import * as Directories from "./Directories.js"
import * as GitFetch from "./GitFetch.js"
import * as Heredoc from "./Heredoc.js"
import * as LogFile from "./LogFile.js"
import type { References } from "./References.js"
import type { Exit as CommandExit, Sandbox } from "./Sandbox.js"
import * as UploadPlace from "./UploadPlace.js"

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

/** The result of an attempt. */
export type Result = BuiltImage | Failed | Errored

/** The number of last log lines that a status contains. */
export const tailLines = 50

// The script enforces its own timeout; this one applies if the script can no longer do so.
const grace = Duration.minutes(1)

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

/** The status for the exit code of a verb that failed and its termination message. */
const troubleOf = (
  ended: CommandExit,
  message: TerminationMessage.TerminationMessage | undefined,
  logTail: ReadonlyArray<string>
): Failed | Errored => {
  const words = message?.text ?? ended.stderr
  if (ended.exitCode === undefined) {
    return errored("Unknown", { message: words === "" ? "the build was killed by another process" : words, logTail })
  }
  const meaning = ExitCode.meaning(ended.exitCode)
  const text = words === "" ? `the build script exited with code ${ended.exitCode}; see its log` : words
  return meaning.state === "Failed"
    ? new Failed({
      reason: meaning.reason,
      message: text,
      logTail,
      ...(message?.exitCode === undefined ? {} : { exitCode: message.exitCode })
    })
    : errored(meaning.reason, { message: text, upstreamReason: `exit code ${ended.exitCode}`, logTail })
}

export const run = (buildah: BuildahEnvironment, job: Job): Effect.Effect<Result> =>
  BuildContext.isUpload(job.input.context)
    ? Effect.flatMap(
      UploadPlace.isInPlace(buildah, job.input.context.upload.directory, builtText(job.input)),
      (isInPlace) => attempt(buildah, job, isInPlace)
    )
    : attempt(buildah, job, false)

const uploadOf = ({ digest, directory }: BuildContext.UploadSource): Stream.Stream<Uint8Array, Errored> =>
  Stream.unwrap(Effect.map(Folder.list(directory), (folder) => Folder.verified(folder, digest))).pipe(
    Stream.mapError((error) =>
      errored("UploadFailed", {
        message: error._tag === "FolderChanged"
          ? error.message
          : `the context cannot be read: ${error.path} ${error.problem}`
      })
    )
  )

/** `isInPlace`: buildah reads the folder of an upload itself. */
const attempt = (buildah: BuildahEnvironment, job: Job, isInPlace: boolean): Effect.Effect<Result> => {
  const { fs, path, sandbox } = buildah
  const { folder, input, log, references } = job
  const at = (...names: ReadonlyArray<string>) => path.join(folder, ...names)
  const timeout = input.timeout ?? BuildInput.defaults.timeout
  const timeoutSeconds = String(Math.max(1, Math.ceil(Duration.toSeconds(timeout))))
  const git = BuildContext.isGit(input.context) ? input.context.git : undefined
  const image = BuildContext.isImage(input.context) ? input.context.image : undefined
  const lowered = buildah.knowsHeredocs
    ? { text: undefined, files: [], replacements: [] }
    : Heredoc.lower(builtText(input))

  const write = (file: string, content: string | Uint8Array) =>
    fs.writeFile(file, typeof content === "string" ? new TextEncoder().encode(content) : content, { mode: 0o644 })

  const writeBelow = (file: string, content: string) =>
    Effect.andThen(fs.makeDirectory(path.dirname(file), { recursive: true }), write(file, content))

  const layOut: Effect.Effect<void, PlatformError> = Effect.gen(function*() {
    yield* Directories.make(fs, path, folder)
    const folders = ["work", "memory", "mounts", "user-secret", "input"]
    yield* Effect.forEach(folders, (name) => fs.makeDirectory(at(name)), { concurrency: "unbounded", discard: true })
    const files = BuildScript.inputFiles(input, {
      containerfile: lowered.text,
      isolation: buildah.isolation,
      context: false
    })
    yield* Effect.all([
      write(at("script"), BuildScript.source),
      ...files.map(({ content, key }) => write(at("input", key), content)),
      ...lowered.files.map((file) => writeBelow(at("heredocs", file.path), file.content))
    ], { concurrency: "unbounded", discard: true })
    for (const [index, mount] of references.mounts.entries()) {
      yield* fs.symlink(path.resolve(mount), at("mounts", BuildScript.mountFolder(index)))
    }
    for (const [index, file] of references.secrets.entries()) {
      const folder = at("secrets", BuildScript.mountFolder(index))
      yield* fs.makeDirectory(folder, { recursive: true })
      yield* fs.symlink(path.resolve(file), path.join(folder, "value"))
    }
    if (buildah.authFile !== undefined) {
      yield* fs.symlink(path.resolve(buildah.authFile), at("user-secret", "config.json"))
    }
  })

  // Whether the context is where buildah reads it before the verb `build`, or else comes from standard input.
  const isThere = BuildContext.isElsewhere(input.context) && (isInPlace || !BuildContext.isUpload(input.context))

  const environment: Environment = {
    OSB_INPUT_DIR: at("input"),
    ...(isThere
      ? { OSB_CONTEXT_FETCHED: "yes", OSB_CONTAINERFILE: input.dockerfilePath ?? "" }
      : {}),
    OSB_CONTEXT_IMAGE: image === undefined ? "" : ImagePullspec.withoutTag(image.pullspec),
    OSB_CONTEXT_DIR: git !== undefined
      ? at("work", GitScript.folder, git.subPath ?? "")
      : BuildContext.isUpload(input.context) && isInPlace
      // Nothing writes to it.
      ? path.resolve(input.context.upload.directory)
      : !BuildContext.isElsewhere(input.context) && fitsInMemory(input) && input.cacheTo === undefined
      ? at("memory", "context")
      : at("work", "context"),
    OSB_WORK_DIR: at("work"),
    OSB_MEMORY_DIR: at("memory"),
    OSB_MOUNTS_DIR: at("mounts"),
    OSB_SECRETS_DIR: at("secrets"),
    OSB_HEREDOCS_DIR: lowered.files.length === 0 ? "" : at("heredocs"),
    OSB_BUILDAH_VERSION: buildah.version === undefined ? "" : `version ${buildah.version.join(".")}`,
    OSB_BASE_IMAGE: input.baseImage?.pullspec ?? "",
    OSB_FINAL_IMAGE: input.finalImage.pullspec,
    OSB_TIMEOUT_SECONDS: timeoutSeconds,
    OSB_ARCHITECTURE: input.architecture ?? "",
    OSB_CACHE_FROM: input.cacheFrom ?? "",
    OSB_CACHE_TO: input.cacheTo ?? "",
    OSB_OWN_MOUNTS: sandbox.ownMounts ? "yes" : "",
    ...ScriptOutput.environment(input),
    OSB_ENTITLEMENT_DIR: references.entitlement === undefined ? "" : path.resolve(references.entitlement),
    OSB_TRUST_BUNDLE: references.trustBundle === undefined ? "" : path.resolve(references.trustBundle),
    OSB_INSECURE_REGISTRIES: [...new Set([...buildah.insecureRegistries, ...loopbackRegistries(input)])].join(" ")
  }

  const failureAfter = (ended: CommandExit, message: TerminationMessage.TerminationMessage | undefined) =>
    ended.exitCode === 0
      ? Effect.succeed(undefined)
      : Effect.map(LogFile.tail(fs, log, tailLines), (logTail) => troubleOf(ended, message, logTail))

  const verb = (name: "build" | "context" | "push", secret: string | undefined, stdin?: Stream.Stream<Uint8Array>) =>
    Effect.gen(function*() {
      const ended = yield* sandbox.run({
        command: ["sh", at("script"), name],
        environment: {
          ...buildah.environment,
          ...proxies(input.proxy),
          ...environment,
          // The files are copied out of the storage, so keeping a layer of them would be useless.
          ...(name === "context" ? { OSB_CACHE_DIR: "" } : {}),
          OSB_CONTEXT_ARCHIVE: stdin === undefined ? "" : "-",
          OSB_SECRET_DIR: secret ?? (buildah.authFile === undefined ? "" : at("user-secret")),
          OSB_TERMINATION_MESSAGE: at(`${name}.message`)
        },
        log,
        memory: at("memory"),
        stdin
      })
      const message = yield* fs.readFileString(at(`${name}.message`)).pipe(
        Effect.map(TerminationMessage.parse),
        Effect.map((message) => message && { ...message, text: Heredoc.withOriginal(message.text, lowered) }),
        Effect.orElseSucceed(() => undefined)
      )
      return { message, failure: yield* failureAfter(ended, message) }
    })

  // In a sandbox of its own, which ends before an instruction of the Containerfile runs.
  const fetchContext = Effect.gen(function*() {
    if (image !== undefined) return (yield* verb("context", references.contextSecret)).failure
    if (git === undefined) return undefined
    const ended = yield* GitFetch.fetch(buildah, { input, git, references, folder, log }, timeoutSeconds)
    return yield* failureAfter(ended.exit, ended.message)
  })

  /** The archive of an upload; fails where the folder is not what the fingerprint of the build says. */
  const upload: Stream.Stream<Uint8Array, Errored> = BuildContext.isUpload(input.context)
    ? uploadOf(input.context.upload)
    : Stream.empty
  const changedUpload = Effect.match(Stream.runDrain(upload), {
    onFailure: (failure): Errored | undefined => failure,
    onSuccess: () => undefined
  })
  // A folder that changes while it is laid out ends the archive early. What the script makes of that does not count.
  let changed: Errored | undefined
  const laidOut = Stream.catchAll(upload, (failure) => {
    changed = failure
    return Stream.empty
  })

  const bothVerbs = Effect.gen(function*() {
    const unfetched = (isInPlace ? yield* changedUpload : undefined) ?? (yield* fetchContext)
    if (unfetched !== undefined) return unfetched
    const built = yield* verb(
      "build",
      references.baseSecret,
      isThere
        ? undefined
        : BuildContext.isUpload(input.context)
        ? laidOut
        : Stream.fromIterable(ContextArchive.pieces(BuildContext.files(input.context)))
    )
    if (changed !== undefined) return changed
    if (built.failure !== undefined) return built.failure
    const { message, failure } = yield* verb("push", references.finalSecret)
    if (failure !== undefined) return failure
    if (message?.digest === undefined) {
      return errored("DigestLost", { message: "the image was pushed, but its digest was not reported" })
    }
    const tag = input.finalImage.pullspec
    return builtImage({ ...message, tag, ...Output.builtTags(tag, input), digest: message.digest })
  })

  return Effect.gen(function*() {
    yield* sandbox.clear(folder)
    yield* layOut
    return yield* bothVerbs
  }).pipe(
    Effect.timeoutTo({
      duration: Duration.sum(timeout, grace),
      onSuccess: (result): Result => result,
      onTimeout: () => errored("Timeout", { message: `the attempt took longer than ${DurationText.format(timeout)}` })
    }),
    Effect.catchAll((cause) =>
      Effect.succeed(errored("StorageUnavailable", {
        message: `cannot write to ${folder} (${systemMessage(cause) ?? cause.message}); ` +
          "OS_BUILDER_WORK_DIR, or the setting workDirectory, names another directory for builds"
      }))
    ),
    Effect.onExit((exit) =>
      Exit.isSuccess(exit) && exit.value instanceof BuiltImage ? Effect.void : sandbox.clear(folder)
    )
  )
}
