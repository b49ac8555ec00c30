/**
 * One attempt of a build: runs the verbs of the script, and maps their exit to a status.
 */
import type { PlatformError } from "@effect/platform/Error"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Stream from "effect/Stream"
import { BuiltImage, builtImage, type Errored, errored, Failed } from "../../core/BuildStatus.js"
import * as DurationText from "../../core/DurationText.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { builtText } from "../../core/input/BuiltContainerfile.js"
import * as Output from "../../core/input/Output.js"
import { systemMessage } from "../../effect/FileError.js"
import * as Folder from "../context/Folder.js"
import * as ContextArchive from "../script/ContextArchive.js"
import { proxies } from "../script/Environment.js"
import * as ExitCode from "../script/ExitCode.js"
import * as TerminationMessage from "../script/TerminationMessage.js"
import * as AttemptFolder from "./AttemptFolder.js"
import type { BuildahEnvironment, Job } from "./AttemptFolder.js"
import * as GitFetch from "./GitFetch.js"
import * as Heredoc from "./Heredoc.js"
import * as LogFile from "./LogFile.js"
import type { Exit as CommandExit } from "./Sandbox.js"
import * as UploadPlace from "./UploadPlace.js"

/** The result of an attempt. */
export type Result = BuiltImage | Failed | Errored

/** The number of last log lines that a status contains. */
export const tailLines = 50

// The script enforces its own timeout; this one applies if the script can no longer do so.
const grace = Duration.minutes(1)

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

/** Runs a build once. */
export const run = (buildah: BuildahEnvironment, job: Job): Effect.Effect<Result> =>
  Effect.flatMap(
    BuildContext.isUpload(job.input.context)
      ? UploadPlace.isInPlace(buildah, job.input.context.upload, builtText(job.input))
      : Effect.succeed(false),
    (isInPlace) => attempt(buildah, AttemptFolder.prepare(buildah, job, isInPlace))
  )

const attempt = (buildah: BuildahEnvironment, prepared: AttemptFolder.Prepared): Effect.Effect<Result> => {
  const { sandbox } = buildah
  const { folder } = prepared
  const timeout = AttemptFolder.timeoutOf(prepared)
  return Effect.gen(function*() {
    yield* sandbox.clear(folder)
    yield* AttemptFolder.write(buildah, prepared)
    return yield* verbs(buildah, prepared)
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

/** The archive of an upload; fails where the folder is not what the fingerprint of the build says. */
const uploadOf = (source: BuildContext.UploadSource): Stream.Stream<Uint8Array, Errored> =>
  Stream.unwrap(Effect.map(Folder.list(source), (folder) => Folder.verified(folder, source.digest))).pipe(
    Stream.mapError(({ _tag, message }) =>
      errored("UploadFailed", {
        message: _tag === "FolderChanged" ? message : `the context cannot be read: ${message}`
      })
    )
  )

/** Runs the verbs of the script, each in a sandbox of its own, which ends before the next one begins. */
const verbs = (
  buildah: BuildahEnvironment,
  prepared: AttemptFolder.Prepared
): Effect.Effect<Result, PlatformError> => {
  const { authFile, fs, path, sandbox } = buildah
  const { folder, heredocs, input, isInPlace, log, references } = prepared
  const { context } = input
  const at = (name: string) => path.join(folder, name)
  const environment = AttemptFolder.environment(buildah, prepared)

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
          OSB_SECRET_DIR: secret ?? (authFile === undefined ? "" : at("user-secret")),
          OSB_TERMINATION_MESSAGE: at(`${name}.message`)
        },
        log,
        memory: at("memory"),
        stdin
      })
      const message = yield* fs.readFileString(at(`${name}.message`)).pipe(
        Effect.map(TerminationMessage.parse),
        Effect.map((message) => message && { ...message, text: Heredoc.withOriginal(message.text, heredocs) }),
        Effect.orElseSucceed(() => undefined)
      )
      return { message, failure: yield* failureAfter(ended, message) }
    })

  const upload = BuildContext.isUpload(context) ? uploadOf(context.upload) : Stream.empty

  /** Puts the context where buildah reads it, unless it comes from standard input, or checks that it is the one of the fingerprint. */
  const fetchContext = Effect.gen(function*() {
    if (BuildContext.isImage(context)) return (yield* verb("context", references.contextSecret)).failure
    if (BuildContext.isGit(context)) {
      const task = { input, git: context.git, references, folder, log }
      const ended = yield* GitFetch.fetch(buildah, task, AttemptFolder.timeoutSeconds(prepared))
      return yield* failureAfter(ended.exit, ended.message)
    }
    return isInPlace
      ? yield* Effect.match(Stream.runDrain(upload), {
        onFailure: (failure): Errored | undefined => failure,
        onSuccess: () => undefined
      })
      : undefined
  })

  return Effect.gen(function*() {
    const unfetched = yield* fetchContext
    if (unfetched !== undefined) return unfetched

    // A folder that changes while it is laid out ends the archive early. What the script makes of that does not count.
    let changed: Errored | undefined
    const laidOut = Stream.catchAll(upload, (failure) => {
      changed = failure
      return Stream.empty
    })
    const built = yield* verb(
      "build",
      references.baseSecret,
      AttemptFolder.hasContext(prepared)
        ? undefined
        : BuildContext.isUpload(context)
        ? laidOut
        : Stream.fromIterable(ContextArchive.pieces(BuildContext.files(context)))
    )
    if (changed !== undefined) return changed
    if (built.failure !== undefined) return built.failure

    const { failure, message } = yield* verb("push", references.finalSecret)
    if (failure !== undefined) return failure
    if (message?.digest === undefined) {
      return errored("DigestLost", { message: "the image was pushed, but its digest was not reported" })
    }
    const tag = input.finalImage.pullspec
    return builtImage({ ...message, tag, ...Output.builtTags(tag, input), digest: message.digest })
  })
}
