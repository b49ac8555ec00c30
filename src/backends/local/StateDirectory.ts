/**
 * The stored state of builds: a directory for each build, written so that any process can read it at any time.
 *
 * | File | |
 * |---|---|
 * | `record.json` | the build's identity and the process that runs it: small, since it is read often. Never changed |
 * | `input.json` | the input without the files of its context. Never changed |
 * | `progress.json` | the progress; replaced as a whole |
 * | `heartbeat` | when its process last reported to be alive, for processes on other machines |
 * | `stop` | present if the build should stop |
 * | `outcome.json` | the terminal status; the first writer wins |
 * | `log` | its output, appended |
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import { BackendError } from "../../core/BuildError.js"
import { BuildInput } from "../../core/BuildInput.js"
import { BuildRef } from "../../core/BuildRef.js"
import { Terminal } from "../../core/BuildStatus.js"
import { Timestamp } from "../../core/DurationText.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { ReturnedMetadata } from "../../core/input/CallerMetadata.js"
import { skipValidation } from "../../core/input/Validation.js"
import { hasReason, systemMessage } from "../../effect/FileError.js"
import type { ParseError } from "../../effect/Issue.js"
import * as Directories from "./Directories.js"
import * as LogFile from "./LogFile.js"
import { ProcessIdentity } from "./ProcessIdentity.js"

/** The record of an accepted build. */
export class LocalRecord extends Schema.Class<LocalRecord>("effect-os-builder/backends/local/LocalRecord")({
  ref: BuildRef,
  fingerprint: Schema.String,
  createdAt: Timestamp,
  finalImage: Schema.optional(Schema.String),
  metadata: Schema.optional(ReturnedMetadata),
  /** The digest of the folders that it names as build contexts. */
  folders: Schema.optional(Schema.String),
  owner: ProcessIdentity,
  /** The working directory of its attempts. */
  workFolder: Schema.String
}) {}

/** The attempt under way, counted from 1, and when the first one started. */
export class Progress extends Schema.Class<Progress>("effect-os-builder/backends/local/Progress")({
  attempt: Schema.Int,
  startedAt: Timestamp
}) {}

/** A terminal status and when it was reached. */
export class Outcome extends Schema.Class<Outcome>("effect-os-builder/backends/local/Outcome")({
  status: Terminal,
  finishedAt: Timestamp
}) {}

/** The place of a build in the state directory. */
export interface Place {
  readonly namespace: string
  readonly name: string
}

const recordName = /^os-build-([a-z2-7]{26})-([1-9]\d*)$/
const namespaceName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

/** Whether this namespace is valid as the name of a directory. */
export const isNamespace = (namespace: string): boolean => namespaceName.test(namespace) && namespace.length <= 63

/** The name of the build of that number among those of its fingerprint. */
export const nameOf = (fingerprint: string, number: number): string => `os-build-${fingerprint}-${number}`

/** The numbers of the builds with a fingerprint, the newest first. */
export const numbersOf = (places: ReadonlyArray<Place>, fingerprint: string): ReadonlyArray<number> =>
  places.flatMap(({ name }) => {
    const [, ofName, number] = recordName.exec(name) ?? []
    return ofName === fingerprint ? [Number(number)] : []
  }).sort((a, b) => b - a)

export interface StateDirectory {
  /** Creates the directory of a new build with its record atomically; false if the name is taken. */
  readonly create: (record: LocalRecord, input: BuildInput) => Effect.Effect<boolean, BackendError>
  readonly record: (place: Place) => Effect.Effect<LocalRecord | undefined, BackendError>
  /** The input of a build, without the files of its context. */
  readonly input: (place: Place) => Effect.Effect<BuildInput | undefined, BackendError>
  readonly progress: (place: Place) => Effect.Effect<Progress | undefined, BackendError>
  readonly setProgress: (place: Place, progress: Progress) => Effect.Effect<void, BackendError>
  /** When the process that runs the build last wrote its heartbeat. */
  readonly heartbeat: (place: Place) => Effect.Effect<DateTime.Utc | undefined, BackendError>
  readonly setSign: (place: Place, at: DateTime.Utc) => Effect.Effect<void, BackendError>
  readonly outcome: (place: Place) => Effect.Effect<Outcome | undefined, BackendError>
  /** Stores the outcome unless there is one already. */
  readonly setOutcome: (place: Place, outcome: Outcome) => Effect.Effect<void, BackendError>
  readonly isStopped: (place: Place) => Effect.Effect<boolean, BackendError>
  /** Whether a build should stop, or has been removed: what other processes do to it. */
  readonly intervention: (place: Place) => Effect.Effect<"stop" | "removed" | undefined, BackendError>
  readonly stop: (place: Place) => Effect.Effect<void, BackendError>
  /** The lines of the log, as `LogFile.lines` reads them. */
  readonly log: (place: Place, options: LogFile.Options<BackendError>) => Stream.Stream<string, BackendError>
  readonly logFile: (place: Place) => string
  readonly remove: (place: Place) => Effect.Effect<void, BackendError>
  /** The builds of one namespace, or of all. */
  readonly list: (namespace?: string | undefined) => Effect.Effect<ReadonlyArray<Place>, BackendError>
}

const RecordJson = Schema.parseJson(LocalRecord)
const InputJson = Schema.parseJson(BuildInput)
const ProgressJson = Schema.parseJson(Progress)
const OutcomeJson = Schema.parseJson(Outcome)

const whenReason = (reason: string) => (error: PlatformError | ParseError): boolean => hasReason(error, reason)

/** The state directory at `root`; it is created with the first build. */
export const make = (
  fs: FileSystem.FileSystem,
  path: Path.Path,
  root: string,
  freshName: Effect.Effect<string>
): StateDirectory => {
  const folder = (place: Place) => path.join(root, place.namespace, place.name)
  const file = (place: Place, name: string) => path.join(folder(place), name)

  // The file cannot be read or written, or this version cannot decode it.
  const refusal = (operation: string) => (cause: PlatformError | ParseError): BackendError => {
    const reason = systemMessage(cause)
    return new BackendError({
      backend: "local",
      reason: hasReason(cause, "PermissionDenied") ? "Forbidden" : "Unexpected",
      operation,
      detail: reason === undefined
        ? cause.message
        : `the state directory ${root} cannot be used (${reason}); ` +
          "OS_BUILDER_STATE_DIR, or the setting stateDirectory, names another one",
      cause
    })
  }

  const refuse = (operation: string) => Effect.mapError(refusal(operation))

  const read = <A>(schema: Schema.Schema<A, string>, place: Place, name: string) =>
    isNamespace(place.namespace) && recordName.test(place.name)
      ? fs.readFileString(file(place, name)).pipe(
        Effect.flatMap(Schema.decode(schema)),
        Effect.map((value): A | undefined => value),
        Effect.catchIf(whenReason("NotFound"), () => Effect.succeed(undefined))
      )
      : Effect.succeed(undefined)

  const forget = (draft: string) => Effect.ignore(fs.remove(draft, { recursive: true, force: true }))

  /** Writes a temporary file, then moves it into place, so that no reader sees a partial file. */
  const replace = (place: Place, name: string, text: string): Effect.Effect<void, PlatformError> =>
    Effect.flatMap(freshName, (fresh) => {
      const draft = file(place, `.${fresh}`)
      return fs.writeFileString(draft, text).pipe(
        Effect.andThen(fs.rename(draft, file(place, name))),
        Effect.onError(() => forget(draft))
      )
    })

  /** The same for a file that is never replaced: fails if it is there already. */
  const add = (place: Place, name: string, text: string): Effect.Effect<void, PlatformError> =>
    Effect.flatMap(freshName, (fresh) => {
      const draft = file(place, `.${fresh}`)
      return fs.writeFileString(draft, text).pipe(
        Effect.andThen(fs.link(draft, file(place, name))),
        Effect.ensuring(forget(draft))
      )
    })

  const create = (record: LocalRecord, { context, ...fields }: BuildInput) =>
    Effect.gen(function*() {
      const input = BuildContext.isElsewhere(context) ? { ...fields, context } : fields
      const draft = path.join(root, record.ref.namespace, `.${yield* freshName}`)
      const target = folder(record.ref)
      const files = {
        "record.json": yield* Schema.encode(RecordJson)(record),
        "input.json": yield* Schema.encode(InputJson)(new BuildInput(input, skipValidation)),
        log: ""
      }
      yield* Directories.make(fs, path, draft)
      yield* Effect.forEach(
        Object.entries(files),
        ([name, text]) => fs.writeFileString(path.join(draft, name), text),
        { concurrency: "unbounded", discard: true }
      ).pipe(Effect.onError(() => forget(draft)))
      // A rename does not replace a directory that is not empty.
      return yield* fs.rename(draft, target).pipe(
        Effect.as(true),
        Effect.onError(() => forget(draft)),
        Effect.catchAll((error) =>
          fs.exists(target).pipe(Effect.flatMap((exists) => exists ? Effect.succeed(false) : Effect.fail(error)))
        )
      )
    })

  const list = (namespace?: string | undefined) =>
    Effect.gen(function*() {
      const entries = (folder: string, ...empty: ReadonlyArray<string>) =>
        fs.readDirectory(folder).pipe(
          Effect.catchIf((error) => empty.some((reason) => hasReason(error, reason)), () => Effect.succeed([]))
        )
      const namespaces = namespace === undefined ? yield* entries(root, "NotFound") : [namespace]
      const places = yield* Effect.forEach(
        namespaces.filter(isNamespace),
        (namespace) =>
          // A file there that somebody else has left is no namespace.
          Effect.map(
            entries(path.join(root, namespace), "NotFound", "BadResource"),
            (names) => names.filter((name) => recordName.test(name)).map((name) => ({ namespace, name }))
          )
      )
      return places.flat()
    })

  const remove = (place: Place) =>
    Effect.gen(function*() {
      // Renamed first, so that the build disappears at once even if the deletion takes long.
      const gone = path.join(root, place.namespace, `.${yield* freshName}`)
      yield* fs.rename(folder(place), gone)
      yield* fs.remove(gone, { recursive: true, force: true })
    }).pipe(Effect.catchIf(whenReason("NotFound"), () => Effect.void))

  return {
    input: (place) => refuse(`read the input of ${place.name}`)(read(InputJson, place, "input.json")),
    create: (record, input) => create(record, input).pipe(refuse(`keep ${record.ref}`)),
    record: (place) => read(RecordJson, place, "record.json").pipe(refuse(`read the record of ${place.name}`)),
    progress: (place) => read(ProgressJson, place, "progress.json").pipe(refuse(`read the progress of ${place.name}`)),
    setProgress: (place, progress) =>
      Schema.encode(ProgressJson)(progress).pipe(
        Effect.flatMap((text) => replace(place, "progress.json", text)),
        refuse(`write the progress of ${place.name}`)
      ),
    heartbeat: (place) => read(Timestamp, place, "heartbeat").pipe(refuse(`read the heartbeat of ${place.name}`)),
    setSign: (place, at) =>
      replace(place, "heartbeat", DateTime.formatIso(at)).pipe(
        refuse(`write the heartbeat of ${place.name}`)
      ),
    outcome: (place) => read(OutcomeJson, place, "outcome.json").pipe(refuse(`read the outcome of ${place.name}`)),
    setOutcome: (place, outcome) =>
      Schema.encode(OutcomeJson)(outcome).pipe(
        Effect.flatMap((text) => add(place, "outcome.json", text)),
        Effect.catchIf(whenReason("AlreadyExists"), () => Effect.void),
        refuse(`store the outcome of ${place.name}`)
      ),
    isStopped: (place) => fs.exists(file(place, "stop")).pipe(refuse(`check whether ${place.name} should stop`)),
    intervention: (place) =>
      fs.readDirectory(folder(place)).pipe(
        Effect.map((names) => names.includes("stop") ? "stop" : names.includes("record.json") ? undefined : "removed"),
        Effect.catchIf(whenReason("NotFound"), () => Effect.succeed("removed" as const)),
        refuse(`check whether ${place.name} should stop`)
      ),
    stop: (place) =>
      fs.writeFileString(file(place, "stop"), "").pipe(
        Effect.catchIf(whenReason("NotFound"), () => Effect.void),
        refuse(`stop ${place.name}`)
      ),
    log: (place, options) =>
      LogFile.lines(fs, file(place, "log"), options).pipe(
        Stream.mapError((error) =>
          error._tag === "BackendError" ? error : refusal(`read the log of ${place.name}`)(error)
        )
      ),
    logFile: (place) => file(place, "log"),
    remove: (place) => remove(place).pipe(refuse(`remove ${place.name}`)),
    list: (namespace) => list(namespace).pipe(refuse(`list the builds in ${root}`))
  }
}
