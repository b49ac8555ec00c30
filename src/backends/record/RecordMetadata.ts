/**
 * The metadata of a record: its labels, and the annotations that change during its build.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { BuildRef } from "../../core/BuildRef.js"
import * as BuildStatus from "../../core/BuildStatus.js"
import { Timestamp } from "../../core/DurationText.js"
import { ReturnedMetadata } from "../../core/input/CallerMetadata.js"
import { skipValidation } from "../../core/input/Validation.js"
import * as Instant from "../../effect/Instant.js"
import { atFirstCall, once } from "../../effect/Once.js"
import * as Resource from "../../kubernetes/Resource.js"
import * as BuildNames from "./BuildNames.js"

// -----------------------------------------------------------------------------
// names
// -----------------------------------------------------------------------------

/**
 * The labels of a record, its children and their pods. NetworkPolicies may select by them.
 *
 * @since 0.1.0
 * @category constants
 */
export const label = {
  managedBy: "app.kubernetes.io/managed-by",
  backend: "effect-os-builder/backend",
  fingerprint: "effect-os-builder/fingerprint",
  record: "effect-os-builder/record",
  attempt: "effect-os-builder/attempt"
} as const

/**
 * @since 0.1.0
 * @category constants
 */
export const annotation = {
  stop: "effect-os-builder/stop",
  outcome: "effect-os-builder/outcome",
  begun: "effect-os-builder/begun",
  finalImage: "effect-os-builder/final-image",
  terms: "effect-os-builder/terms",
  metadata: "effect-os-builder/metadata",
  upload: "effect-os-builder/upload"
} as const

/**
 * The value of `app.kubernetes.io/managed-by`.
 *
 * @since 0.1.0
 * @category constants
 */
export const manager = "effect-os-builder"

/**
 * Which attempt a child or pod of a build belongs to, counted from 1; of a Job that retries by itself, its first attempt.
 *
 * @since 0.1.0
 * @category getters
 */
export const attemptOf = ({ metadata }: Resource.Metadata): number =>
  Number(/^[1-9]\d{0,3}$/.exec(metadata.labels?.[label.attempt] ?? "")?.[0] ?? 1)

/**
 * Selects the objects of one backend.
 *
 * @since 0.1.0
 * @category getters
 */
export const selector = (backend: string): string => `${label.managedBy}=${manager},${label.backend}=${backend}`

/**
 * Selects the objects of all builds of one input, on any backend.
 *
 * @since 0.1.0
 * @category getters
 */
export const fingerprintSelector = (fingerprint: string): string =>
  `${label.managedBy}=${manager},${label.fingerprint}=${fingerprint}`

// -----------------------------------------------------------------------------
// the metadata of a record
// -----------------------------------------------------------------------------

/**
 * How a build ended, and when that was observed.
 *
 * @since 0.1.0
 * @category models
 */
export class Outcome extends Schema.Class<Outcome>("effect-os-builder/BuildRecord/Outcome")({
  status: BuildStatus.Terminal,
  finishedAt: Timestamp
}) {}

/**
 * The stop mark: the status with which the build ends, unless the platform has already decided.
 *
 * @since 0.1.0
 * @category models
 */
export class StopMark extends Schema.Class<StopMark>("effect-os-builder/BuildRecord/StopMark")({
  status: Schema.Union(BuildStatus.Cancelled, BuildStatus.Errored)
}) {}

/**
 * The beginning of a build that its queue may suspend: the platform then keeps no trace of it.
 *
 * @since 0.1.0
 * @category models
 */
export class Begun extends Schema.Class<Begun>("effect-os-builder/BuildRecord/Begun")({
  startedAt: Timestamp,
  attempt: BuildStatus.Running.fields.attempt
}) {}

/** The text of an annotation: read and written as JSON by a schema. */
const textOf = <A, I>(schema: Schema.Schema<A, I>) => {
  const text = once(() => Schema.parseJson(schema))
  return {
    read: atFirstCall(() => Schema.decodeUnknownOption(text())),
    write: atFirstCall(() => Schema.encodeSync(text()))
  }
}

const texts = {
  begun: textOf(Begun),
  outcome: textOf(Outcome),
  stopMark: textOf(StopMark),
  callerMetadata: textOf(ReturnedMetadata)
}

/** The outcomes that this process has written last, by their texts: its informers receive each of them next. */
const written = new Map<string, Outcome>()

/** More than are written at the same time, and not yet received. */
const maxWritten = 64

/**
 * @since 0.1.0
 * @category getters
 */
export const outcomeText = (outcome: Outcome): string => {
  const text = texts.outcome.write(outcome)
  for (const oldest of written.keys()) {
    if (written.size < maxWritten) break
    written.delete(oldest)
  }
  written.set(text, outcome)
  return text
}

const readOutcome = (text: string | undefined): Option.Option<Outcome> => {
  const known = text === undefined ? undefined : written.get(text)
  return known === undefined ? texts.outcome.read(text) : Option.some(known)
}

/**
 * @since 0.1.0
 * @category getters
 */
export const stopMarkText: (mark: StopMark) => string = texts.stopMark.write

/**
 * @since 0.1.0
 * @category getters
 */
export const begunText: (begun: Begun) => string = texts.begun.write

/**
 * @since 0.1.0
 * @category getters
 */
export const callerMetadataText: (metadata: Readonly<Record<string, string>>) => string = texts.callerMetadata.write

/**
 * The content of a record's metadata.
 *
 * @since 0.1.0
 * @category models
 */
export interface RecordMetadata {
  readonly ref: BuildRef
  readonly number: number
  readonly fingerprint: string
  readonly finalImage: string
  readonly createdAt: DateTime.Utc
  readonly resourceVersion: string
  readonly stop: Option.Option<StopMark>
  readonly outcome: Option.Option<Outcome>
  /** Absent until it is stored; only builds in a queue store it. */
  readonly begun?: Begun | undefined
  /** The uid of the latest pod to which a client uploads the context; undefined if there is none. */
  readonly uploadedTo?: string | undefined
  /** Of the input that the build was created with; empty if it had none. */
  readonly callerMetadata: Readonly<Record<string, string>>
}

const noMetadata: Readonly<Record<string, string>> = {}

const epoch = DateTime.unsafeMake(0)

/**
 * An object of a record, and what was read from it: see {@link parsedFrom}.
 *
 * @since 0.1.0
 * @category models
 */
export interface Parsed {
  readonly object: Resource.Metadata
  readonly metadata: RecordMetadata
}

/**
 * Undefined if the metadata was read from another object, or from another version of it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const parsedFrom = (object: Resource.Metadata | undefined, metadata: RecordMetadata): Parsed | undefined =>
  object?.metadata.uid === metadata.ref.uid && object.metadata.resourceVersion === metadata.resourceVersion
    ? { object, metadata }
    : undefined

/**
 * Reads the metadata of a record; none if it is not a record of this backend. A stop mark or an outcome that cannot be read
 * counts as absent and is written again. What has not changed since an `earlier` state of the record is not read again.
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (
  backend: string,
  { metadata }: Resource.Metadata,
  earlier?: Parsed
): Option.Option<RecordMetadata> => {
  const { annotations = {}, labels = {} } = metadata
  const fingerprint = labels[label.fingerprint]
  const number = BuildNames.numberOf(metadata.name)
  if (
    number === 0 || labels[label.backend] !== backend || fingerprint === undefined || metadata.namespace === undefined
  ) {
    return Option.none()
  }
  const known = earlier?.metadata
  const isKnown = (name: string): boolean =>
    earlier !== undefined && earlier.object.metadata.annotations?.[name] === annotations[name]
  const read = <A>(name: string, known: A | undefined, read: (text: string | undefined) => A): A =>
    known !== undefined && isKnown(name) ? known : read(annotations[name])
  return Option.some({
    ref: known?.ref ?? new BuildRef(
      { backend, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid },
      skipValidation
    ),
    number,
    fingerprint,
    finalImage: annotations[annotation.finalImage] ?? "",
    createdAt: known?.createdAt ?? Instant.ofText(metadata.creationTimestamp) ?? epoch,
    resourceVersion: metadata.resourceVersion,
    stop: read(annotation.stop, known?.stop, texts.stopMark.read),
    outcome: read(annotation.outcome, known?.outcome, readOutcome),
    begun: isKnown(annotation.begun)
      ? known?.begun
      : Option.getOrUndefined(texts.begun.read(annotations[annotation.begun])),
    ...(annotations[annotation.upload] === undefined ? {} : { uploadedTo: annotations[annotation.upload] }),
    callerMetadata: read(
      annotation.metadata,
      known?.callerMetadata,
      (text) => Option.getOrElse(texts.callerMetadata.read(text), () => noMetadata)
    )
  })
}

/**
 * Records, reduced to their metadata: to find, watch and mark them.
 *
 * @since 0.1.0
 * @category resources
 */
export const resource = Resource.metadataOnly({ version: "v1", plural: "configmaps", kind: "ConfigMap" })
