/**
 * The record of a build on a cluster: one immutable ConfigMap that holds what is built, outlives everything that builds it,
 * and takes all of that along when it is removed. Only its annotations change: the stop mark and the outcome.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as DateTime from "effect/DateTime"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as BuildInput from "../build/BuildInput.js"
import { BuildRef } from "../build/BuildRef.js"
import * as BuildStatus from "../build/BuildStatus.js"
import { Timestamp } from "../build/DurationText.js"
import { unchecked } from "../build/Unchecked.js"
import type { JsonObject } from "../cluster/ApiRequest.js"
import * as Resource from "../cluster/Resource.js"
import * as Resources from "../cluster/Resources.js"
import * as BuildNames from "./BuildNames.js"
import * as BuildTerms from "./BuildTerms.js"
import * as ConfigMapData from "./ConfigMapData.js"
import type { InputFile } from "./job/BuildScript.js"

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
  finalImage: "effect-os-builder/final-image",
  terms: "effect-os-builder/terms"
} as const

/**
 * The value of `app.kubernetes.io/managed-by`.
 *
 * @since 0.1.0
 * @category constants
 */
export const manager = "effect-os-builder"

/**
 * Which attempt a child or pod of a build belongs to, counted from 1; of a Job that tries again by itself, its first.
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
 * Selects the objects of all builds of one input, whatever runs them.
 *
 * @since 0.1.0
 * @category getters
 */
export const fingerprintSelector = (fingerprint: string): string =>
  `${label.managedBy}=${manager},${label.fingerprint}=${fingerprint}`

// -----------------------------------------------------------------------------
// what a record tells at a glance
// -----------------------------------------------------------------------------

/**
 * How a build ended, and when that was seen.
 *
 * @since 0.1.0
 * @category models
 */
export class Outcome extends Schema.Class<Outcome>("effect-os-builder/BuildRecord/Outcome")({
  status: BuildStatus.Terminal,
  finishedAt: Timestamp
}) {}

/**
 * The order to stop: what the build ends with unless the platform has decided already.
 *
 * @since 0.1.0
 * @category models
 */
export class StopMark extends Schema.Class<StopMark>("effect-os-builder/BuildRecord/StopMark")({
  status: Schema.Union(BuildStatus.Cancelled, BuildStatus.Errored)
}) {}

const OutcomeText = Schema.parseJson(Outcome)
const StopMarkText = Schema.parseJson(StopMark)

/**
 * @since 0.1.0
 * @category getters
 */
export const outcomeText: (outcome: Outcome) => string = Schema.encodeSync(OutcomeText)

/**
 * @since 0.1.0
 * @category getters
 */
export const stopMarkText: (mark: StopMark) => string = Schema.encodeSync(StopMarkText)

/**
 * What the metadata of a record tells.
 *
 * @since 0.1.0
 * @category models
 */
export interface Glance {
  readonly ref: BuildRef
  readonly number: number
  readonly fingerprint: string
  readonly finalImage: string
  readonly createdAt: DateTime.Utc
  readonly resourceVersion: string
  readonly stop: Option.Option<StopMark>
  readonly outcome: Option.Option<Outcome>
}

const epoch = DateTime.unsafeMake(0)

/**
 * Reads the metadata of a record; none if it is not a record of this backend. A stop mark or an outcome that cannot be read
 * counts as absent: it is found out and written anew.
 *
 * @since 0.1.0
 * @category constructors
 */
export const glance = (backend: string, { metadata }: Resource.Metadata): Option.Option<Glance> => {
  const { annotations = {}, labels = {} } = metadata
  const fingerprint = labels[label.fingerprint]
  const number = BuildNames.numberOf(metadata.name)
  if (
    number === 0 || labels[label.backend] !== backend || fingerprint === undefined || metadata.namespace === undefined
  ) {
    return Option.none()
  }
  return Option.some({
    ref: new BuildRef({ backend, namespace: metadata.namespace, name: metadata.name, uid: metadata.uid }, unchecked),
    number,
    fingerprint,
    finalImage: annotations[annotation.finalImage] ?? "",
    createdAt: Option.getOrElse(DateTime.make(metadata.creationTimestamp ?? ""), () => epoch),
    resourceVersion: metadata.resourceVersion,
    stop: Schema.decodeUnknownOption(StopMarkText)(annotations[annotation.stop]),
    outcome: Schema.decodeUnknownOption(OutcomeText)(annotations[annotation.outcome])
  })
}

/**
 * Records, of which only the metadata is read: to find, watch and mark them.
 *
 * @since 0.1.0
 * @category resources
 */
export const Glances = Resource.metadataOnly({ version: "v1", plural: "configmaps", kind: "ConfigMap" })

// -----------------------------------------------------------------------------
// what a record holds
// -----------------------------------------------------------------------------

/**
 * A ConfigMap of the build besides its record: files of the context that found no room there, or that the backend wants in
 * a folder of their own (`path`, empty for the context itself).
 *
 * @since 0.1.0
 * @category models
 */
export interface Part {
  readonly suffix: string
  readonly path: string
  readonly files: ReadonlyArray<InputFile>
}

/**
 * What a backend puts into the ConfigMaps of a build.
 *
 * @since 0.1.0
 * @category models
 */
export interface Contents {
  readonly files: ReadonlyArray<InputFile>
  readonly parts: ReadonlyArray<Part>
}

/**
 * A record read whole: enough to make the children of the build again. Its input has no context: that is in `parts`.
 *
 * @since 0.1.0
 * @category models
 */
export interface BuildRecord extends Glance {
  readonly input: BuildInput.BuildInput
  /** The name of each further ConfigMap, and the folder of the context that it fills. */
  readonly parts: ReadonlyArray<{ readonly name: string; readonly path: string }>
}

const inputKey = "input.json"

const Stored = Schema.parseJson(Schema.Struct({
  version: Schema.Literal(1),
  input: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  parts: Schema.Array(Schema.Struct({ suffix: Schema.String, path: Schema.String }))
}))

const encodeInput = Schema.encodeSync(BuildInput.BuildInput)

/**
 * The key under which the Containerfile stands in a record: once, and readable.
 *
 * @since 0.1.0
 * @category constants
 */
export const containerfileKey = "containerfile"

/**
 * The file in which a record holds its input, but for the Containerfile and the context.
 *
 * @since 0.1.0
 * @category getters
 */
export const inputFile = (
  input: BuildInput.BuildInput,
  parts: ReadonlyArray<Pick<Part, "path" | "suffix">>
): InputFile => {
  const { context: _context, ...fields } = input
  const { dockerfile: _dockerfile, ...stored } = encodeInput(new BuildInput.BuildInput(fields, unchecked))
  return {
    key: inputKey,
    content: Schema.encodeSync(Stored)({
      version: 1,
      input: stored,
      parts: parts.map(({ path, suffix }) => ({ suffix, path }))
    })
  }
}

/**
 * What the labels of every object of a build are made of.
 *
 * @since 0.1.0
 * @category getters
 */
export const labels = (build: {
  readonly backend: string
  readonly fingerprint: string
  readonly record: string
  readonly input: BuildInput.BuildInput
}): { readonly [key: string]: string } => ({
  ...build.input.objectLabels,
  [label.managedBy]: manager,
  [label.backend]: build.backend,
  [label.fingerprint]: build.fingerprint,
  [label.record]: build.record
})

/**
 * The ConfigMap that records a build.
 *
 * @since 0.1.0
 * @category constructors
 */
export const manifest = (options: {
  readonly backend: string
  readonly namespace: string
  readonly number: number
  readonly input: BuildInput.BuildInput
  readonly contents: Contents
}): JsonObject => {
  const fingerprint = BuildInput.fingerprint(options.input)
  const name = BuildNames.record(fingerprint, options.number)
  return Resource.object(Resources.ConfigMap, {
    metadata: {
      name,
      namespace: options.namespace,
      labels: labels({ backend: options.backend, fingerprint, record: name, input: options.input }),
      annotations: {
        [annotation.finalImage]: options.input.finalImage.pullspec,
        [annotation.terms]: BuildTerms.text(options.input)
      }
    },
    immutable: true,
    ...ConfigMapData.of([...options.contents.files, inputFile(options.input, options.contents.parts)])
  })
}

/**
 * A record that cannot be read: this version did not write it.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unreadable extends Data.TaggedError("Unreadable")<{ readonly message: string }> {}

/**
 * Reads a record whole; fails with what is wrong with one that this version did not write.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (
  backend: string,
  configMap: Resource.Of<typeof Resources.ConfigMap>
): Effect.Effect<BuildRecord, Unreadable> =>
  Effect.gen(function*() {
    const because = (message: string) => new Unreadable({ message })
    const metadata = yield* Effect.mapError(
      glance(backend, configMap),
      () => because("it has not the name and labels of a record")
    )
    const stored = yield* Effect.mapError(
      Schema.decodeUnknown(Stored)(configMap.data?.[inputKey]),
      () => because(`its ${inputKey} cannot be read`)
    )
    const input = yield* Effect.mapError(
      BuildInput.decode({ ...stored.input, dockerfile: configMap.data?.[containerfileKey] }),
      (rejected) => because(rejected.message)
    )
    return {
      ...metadata,
      finalImage: input.finalImage.pullspec,
      input,
      parts: stored.parts.map(({ path, suffix }) => ({ name: partName(metadata.ref, suffix), path }))
    }
  })

const partName = (record: { readonly name: string; readonly uid: string }, suffix: string): string =>
  `${BuildNames.child(record)}-${suffix}`

/**
 * What makes an object a child of the record: it goes when the record goes, and never holds that up.
 *
 * @since 0.1.0
 * @category getters
 */
export const ownerReferences = (record: BuildRef): ReadonlyArray<JsonObject> => [{
  apiVersion: "v1",
  kind: "ConfigMap",
  name: record.name,
  uid: record.uid,
  blockOwnerDeletion: false
}]

/**
 * The further ConfigMaps of a build.
 *
 * @since 0.1.0
 * @category constructors
 */
export const partManifests = (record: BuildRecord, contents: Contents): ReadonlyArray<JsonObject> =>
  contents.parts.map(({ files, suffix }) =>
    Resource.object(Resources.ConfigMap, {
      metadata: {
        name: partName(record.ref, suffix),
        namespace: record.ref.namespace,
        labels: {
          [label.managedBy]: manager,
          [label.fingerprint]: record.fingerprint,
          [label.record]: record.ref.name
        },
        ownerReferences: ownerReferences(record.ref)
      },
      immutable: true,
      ...ConfigMapData.of(files)
    })
  )
