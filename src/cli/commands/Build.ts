/**
 * `os-builder build`: builds an image, shows its progress, and exits with its outcome.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Path from "@effect/platform/Path"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Ref from "effect/Ref"
import * as Stream from "effect/Stream"
import * as BuildBackend from "../../core/BuildBackend.js"
import { BackendError } from "../../core/BuildError.js"
import type { BuildEvent, Step } from "../../core/BuildEvent.js"
import type { BuildInput } from "../../core/BuildInput.js"
import type { BuildStatus, BuiltImage } from "../../core/BuildStatus.js"
import { systemMessage } from "../../effect/FileError.js"
import * as Backends from "../Backends.js"
import type { BackendSettings } from "../BackendSettings.js"
import { type CliError, exitStatus, UsageError } from "../CliError.js"
import * as Hints from "../Hints.js"
import * as InputOptions from "../InputOptions.js"
import type { JsonLine } from "../JsonLine.js"
import type { NodeServices } from "../NodeServices.js"
import { Output } from "../Output.js"
import * as Render from "../Render.js"
import * as Viewer from "../Viewer.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly json: boolean
  readonly quiet: boolean
  readonly metadataFile: string | undefined
  readonly backend: string
  readonly namespace: string | undefined
  readonly again: boolean
  readonly detach: boolean
  readonly input: InputOptions.InputOptions
  readonly settings: BackendSettings
}

/**
 * @since 0.1.0
 * @category commands
 */
export const build = (
  options: Options
): Effect.Effect<void, CliError | ConfigError, Backends.Backends | NodeServices | Output> =>
  Effect.gen(function*() {
    const backend = yield* Backends.find(options.backend, "build")
    if (options.detach && !backend.outlivesProcess) {
      return yield* new UsageError({
        command: "build",
        problems: [`--detach: a build of the ${backend.name} backend ends with the command that runs it`]
      })
    }
    yield* checkMetadataFile(options)
    const input = yield* InputOptions.toInput(options.input, InputOptions.contextLimits([backend]))
    yield* advise(options, Hints.list(input).map((hint) => `hint: ${hint}`))
    yield* (options.detach ? submit(input, options) : watch(input, options)).pipe(
      Effect.provide(backend.layer(options.settings)),
      // An API that is not served looks like a missing object.
      Effect.tapErrorTag("BuildRejected", ({ reason }) =>
        reason === "MissingReference" ? backend.requireApi(options.settings) : Effect.void)
    )
  })

const advise = ({ quiet }: Options, lines: ReadonlyArray<string>): Effect.Effect<void, never, Output> =>
  quiet
    ? Effect.void
    : Effect.flatMap(
      Output,
      (output) => Effect.forEach(lines, (line) => output.printError(`os-builder: ${line}`), { discard: true })
    )

/** Names the preferred backends that do not support the input. */
const advisePassedOver = (options: Options, { passedOver = [], ref }: BuildBackend.Submission) =>
  advise(
    options,
    passedOver.flatMap(({ backend, issues }) => [
      `${backend} does not support this input; ${ref.backend} is used instead`,
      ...issues.map((issue) => `  ${Render.issue(issue)}`)
    ])
  )

/** The schemas of documents are loaded when one is printed. */
const encoded = (line: JsonLine): Effect.Effect<string> =>
  Effect.map(Effect.promise(() => import("../JsonLine.js")), ({ encode }) => encode(line))

const submit = (input: BuildInput, options: Options) =>
  Effect.gen(function*() {
    const output = yield* Output
    const submission = yield* BuildBackend.build(input, options)
    yield* advisePassedOver(options, submission)
    yield* writeMetadata(options, { ref: String(submission.ref) })
    const line = options.json
      ? yield* encoded({ type: "submitted", ...submission })
      : String(submission.ref)
    yield* output.write(`${line}\n`)
  })

/** What is known about the build so far. */
interface Seen {
  readonly submitted?: BuildBackend.Submission
  readonly status?: BuildStatus
  readonly step?: Step
}

const watch = (input: BuildInput, options: Options) =>
  Effect.gen(function*() {
    const output = yield* Output
    const seen = yield* Ref.make<Seen>({})
    const { showsLog } = yield* show(input, options, seen).pipe(
      Effect.scoped,
      Effect.onInterrupt(() => Effect.flatMap(Ref.get(seen), (seen) => explainInterruption(seen, options)))
    )
    const { step, submitted } = yield* Ref.get(seen)
    if (submitted === undefined) return
    const image = yield* BuildBackend.result(submitted.ref).pipe(
      Effect.tapError((error) =>
        options.json || !("status" in error) ? Effect.void : Effect.forEach(
          [
            // An instruction that is not valid never becomes a step.
            ...(step !== undefined && error._tag === "BuildFailed" && error.status.reason === "InstructionFailed"
              ? [`The build failed in ${Render.step(step)}`]
              : []),
            ...(showsLog ? [] : Render.logTail(error.status.logTail))
          ],
          output.printError
        )
      )
    )
    const line = options.json ? yield* encoded({ type: "result", ref: submitted.ref, image }) : image.pullspec
    yield* output.write(`${line}\n`)
    yield* writeMetadata(options, { ref: String(submitted.ref), ...metadata(image) })
  }).pipe(
    Effect.catchTag("BuildNotFound", ({ ref }) =>
      new BackendError({
        backend: ref.backend,
        reason: "Unexpected",
        operation: `wait for ${ref}`,
        detail: "the build was removed in the meantime"
      }))
  )

const show = (input: BuildInput, options: Options, seen: Ref.Ref<Seen>) =>
  Effect.gen(function*() {
    const viewer = yield* Viewer.make(options)
    const backend = yield* BuildBackend.BuildBackend
    // An interruption may come after the build is recorded and before its event.
    const noting: BuildBackend.Service = {
      ...backend,
      build: (input, options) =>
        Effect.tap(backend.build(input, options), (submitted) => Ref.update(seen, (seen) => ({ ...seen, submitted })))
    }
    const remember = (event: BuildEvent) =>
      Ref.updateAndGet(seen, (seen): Seen =>
        event._tag === "Step"
          ? { ...seen, step: event }
          : event._tag === "StatusChanged"
          ? { ...seen, status: event.status }
          : seen)
    yield* Stream.runForEach(
      noting.events(input, options),
      (event) =>
        Effect.gen(function*() {
          if (event._tag === "Submitted") yield* advisePassedOver(options, event)
          const { submitted } = yield* remember(event)
          if (submitted !== undefined) yield* viewer.show(submitted.ref, event)
        })
    )
    const { status } = yield* Ref.get(seen)
    if (status !== undefined) yield* viewer.end(status)
    return viewer
  })

/** The image under our names, and under those of `docker buildx build --metadata-file`. */
const metadata = ({ digest, pullspec, tag, tags = [] }: BuiltImage) => ({
  pullspec,
  tag,
  digest,
  "containerimage.digest": digest,
  "image.name": [tag, ...tags].join(",")
})

const cannotWrite = (file: string, problem: string) =>
  new UsageError({ command: "build", problems: [`--metadata-file: cannot write ${file} (${problem})`] })

/** Before the build, since the file is written after it. */
const checkMetadataFile = ({ metadataFile }: Options) =>
  metadataFile === undefined ? Effect.void : Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const cannot = (error: PlatformError) => cannotWrite(metadataFile, systemMessage(error) ?? error.message)
    const exists = yield* Effect.mapError(fs.exists(metadataFile), cannot)
    if (exists && (yield* Effect.mapError(fs.stat(metadataFile), cannot)).type === "Directory") {
      return yield* cannotWrite(metadataFile, "it is a directory")
    }
    const written = exists ? metadataFile : path.dirname(path.resolve(metadataFile))
    yield* Effect.mapError(fs.access(written, { writable: true }), cannot)
  })

const writeMetadata = ({ metadataFile }: Options, content: Readonly<Record<string, string>>) =>
  metadataFile === undefined ? Effect.void : Effect.flatMap(FileSystem.FileSystem, (fs) =>
    Effect.mapError(
      fs.writeFileString(metadataFile, `${JSON.stringify(content, undefined, 2)}\n`),
      (error) => cannotWrite(metadataFile, systemMessage(error) ?? error.message)
    ))

const statusTimeout = "2 seconds"

// Runs when the build has been cancelled, or its cancellation has timed out.
const explainInterruption = ({ submitted }: Seen, options: Options) =>
  Effect.gen(function*() {
    const output = yield* Output
    const status = submitted === undefined
      ? Option.none()
      : yield* BuildBackend.status(submitted.ref).pipe(
        Effect.interruptible,
        Effect.timeout(statusTimeout),
        Effect.option
      )
    const message = submitted === undefined
      ? "Interrupted before the build was submitted."
      : submitted.adopted
      ? `Interrupted. Build ${submitted.ref} is an earlier build and continues.`
      : Option.match(status, {
        onNone: () => `Interrupted. The status of build ${submitted.ref} is unknown.`,
        onSome: (status) => `Interrupted. Build ${submitted.ref}: ${Render.status(status)}.`
      })
    yield* options.json
      ? Effect.flatMap(
        encoded({
          type: "error",
          error: "Interrupted",
          message,
          retryable: false,
          exitStatus: exitStatus.interrupted,
          ref: submitted?.ref
        }),
        (line) => output.write(`${line}\n`)
      )
      : output.printError(message)
  })
