/**
 * The record of a build on a cluster: one immutable ConfigMap that holds the input, outlives the child and its pods, and owns
 * them, so that they are deleted with it. Only its annotations change: the stop mark and the outcome; the beginning of a build in
 * a queue; the pod that has an upload.
 *
 * @since 0.1.0
 */
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import * as Encoding from "effect/Encoding"
import * as Schema from "effect/Schema"
import * as BuildInput from "../../core/BuildInput.js"
import type { BuildRef } from "../../core/BuildRef.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import { skipValidation } from "../../core/input/Validation.js"
import { fromOption } from "../../effect/EitherEffect.js"
import { atFirstCall } from "../../effect/Once.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import type { InputFile } from "../script/BuildScript.js"
import * as BuildNames from "./BuildNames.js"
import * as RecordMetadata from "./RecordMetadata.js"
import * as RecordSummary from "./RecordSummary.js"

/**
 * A further ConfigMap of the build: files of the context that do not fit into the record, or that the backend needs in a
 * directory of their own (`path`, empty for the context itself).
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
 * The files in the ConfigMaps of a build.
 *
 * @since 0.1.0
 * @category models
 */
export interface Contents {
  readonly files: ReadonlyArray<InputFile>
  readonly parts: ReadonlyArray<Part>
}

/**
 * A whole record: enough to create the children of the build again. Its input has no context: that is in `parts`.
 *
 * @since 0.1.0
 * @category models
 */
export interface BuildRecord extends RecordMetadata.RecordMetadata {
  readonly input: BuildInput.BuildInput
  /** The name of each further ConfigMap, and the directory of the context that it fills. */
  readonly parts: ReadonlyArray<{ readonly name: string; readonly path: string }>
}

/**
 * The part of a record that following its build needs.
 *
 * @since 0.1.0
 * @category getters
 */
export const summaryOf = ({ input, parts: _parts, ...metadata }: BuildRecord): RecordSummary.RecordSummary => ({
  ...metadata,
  input: RecordSummary.pickTerms(input)
})

const inputKey = "input.json"

const Stored = Schema.parseJson(Schema.Struct({
  version: Schema.Literal(1),
  input: Schema.Record({ key: Schema.String, value: Schema.Unknown }),
  parts: Schema.Array(Schema.Struct({ suffix: Schema.String, path: Schema.String }))
}))

const encodeStored = atFirstCall(() => Schema.encodeSync(Stored))

const encodeInput = atFirstCall(() => Schema.encodeSync(BuildInput.BuildInput))

/** A new build needs those of its input three times: for its size, for its layout, and for its record. */
const storedFields = new WeakMap<BuildInput.BuildInput, Readonly<Record<string, unknown>>>()

const storedFieldsOf = (input: BuildInput.BuildInput): Readonly<Record<string, unknown>> => {
  const known = storedFields.get(input)
  if (known !== undefined) return known
  const { dockerfile: _dockerfile, ...fields } = encodeInput(withoutContext(input))
  storedFields.set(input, fields)
  return fields
}

/**
 * The key of the Containerfile in a record, where it is readable.
 *
 * @since 0.1.0
 * @category constants
 */
export const containerfileKey = "containerfile"

// The metadata of the caller is in an annotation, where lists see it. A context from elsewhere is small, and each attempt
// needs it.
const withoutContext = (
  { context, metadata: _metadata, ...fields }: BuildInput.BuildInput
): BuildInput.BuildInput =>
  new BuildInput.BuildInput(BuildContext.isElsewhere(context) ? { ...fields, context } : fields, skipValidation)

/**
 * The file of a record with its input, without the Containerfile and the context.
 *
 * @since 0.1.0
 * @category getters
 */
export const inputFile = (
  input: BuildInput.BuildInput,
  parts: ReadonlyArray<Pick<Part, "path" | "suffix">>
): InputFile => ({
  key: inputKey,
  content: encodeStored({
    version: 1,
    input: storedFieldsOf(input),
    parts: parts.map(({ path, suffix }) => ({ suffix, path }))
  })
})

/**
 * The labels of every object of a build.
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
  [RecordMetadata.label.managedBy]: RecordMetadata.manager,
  [RecordMetadata.label.backend]: build.backend,
  [RecordMetadata.label.fingerprint]: build.fingerprint,
  [RecordMetadata.label.record]: build.record
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
        [RecordMetadata.annotation.finalImage]: options.input.finalImage.pullspec,
        [RecordMetadata.annotation.terms]: RecordSummary.termsText(options.input),
        ...callerMetadata(options.input)
      }
    },
    immutable: true,
    ...encodeFiles([...options.contents.files, inputFile(options.input, options.contents.parts)])
  })
}

const callerMetadata = ({ metadata }: BuildInput.BuildInput): { readonly [key: string]: string } =>
  metadata === undefined || Object.keys(metadata).length === 0
    ? {}
    : { [RecordMetadata.annotation.metadata]: RecordMetadata.callerMetadataText(metadata) }

/**
 * The record of a build that was just created, from the sent manifest and the metadata that the server returned.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromCreated = (
  metadata: RecordMetadata.RecordMetadata,
  sent: { readonly input: BuildInput.BuildInput; readonly contents: Contents }
): BuildRecord => ({
  ...metadata,
  input: withoutContext(sent.input),
  parts: namedParts(metadata.ref, sent.contents.parts)
})

/**
 * A record that this version did not write and cannot read.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unreadable extends Data.TaggedError("Unreadable")<{ readonly message: string }> {}

/**
 * Reads the input, without its context, from the data of a record; fails with the reason if this version did not write it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const readInput = (
  data: Readonly<Record<string, string>>
): Effect.Effect<
  { readonly input: BuildInput.BuildInput; readonly parts: ReadonlyArray<Pick<Part, "path" | "suffix">> },
  Unreadable
> =>
  Effect.gen(function*() {
    const { input, parts } = yield* Effect.mapError(
      Schema.decodeUnknown(Stored)(data[inputKey]),
      () => new Unreadable({ message: `its ${inputKey} cannot be read` })
    )
    return {
      input: yield* Effect.mapError(
        BuildInput.decodeStored({ ...input, dockerfile: data[containerfileKey] }),
        ({ message }) => new Unreadable({ message })
      ),
      parts
    }
  })

/**
 * Reads a whole record; fails with the reason if it is not one that this version wrote.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (
  backend: string,
  configMap: Resource.Of<typeof Resources.ConfigMap>
): Effect.Effect<BuildRecord, Unreadable> =>
  Effect.gen(function*() {
    const metadata = yield* fromOption(
      RecordMetadata.parse(backend, configMap),
      () => new Unreadable({ message: "it has not the name and labels of a record" })
    )
    const { input, parts } = yield* readInput(configMap.data ?? {})
    return {
      ...metadata,
      finalImage: input.finalImage.pullspec,
      input,
      parts: namedParts(metadata.ref, parts)
    }
  })

const namedParts = (ref: BuildRef, parts: ReadonlyArray<Pick<Part, "path" | "suffix">>): BuildRecord["parts"] =>
  parts.map(({ path, suffix }) => ({ name: partName(ref, suffix), path }))

const partName = (record: { readonly name: string; readonly uid: string }, suffix: string): string =>
  `${BuildNames.child(record)}-${suffix}`

/**
 * The owner reference of a child: the child is deleted after the record and does not block that.
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
          [RecordMetadata.label.managedBy]: RecordMetadata.manager,
          [RecordMetadata.label.fingerprint]: record.fingerprint,
          [RecordMetadata.label.record]: record.ref.name
        },
        ownerReferences: ownerReferences(record.ref)
      },
      immutable: true,
      ...encodeFiles(files)
    })
  )

// Text stays readable; bytes become base64.
const encodeFiles = (files: ReadonlyArray<InputFile>): JsonObject => {
  const texts: Record<string, string> = {}
  const bytes: Record<string, string> = {}
  for (const { content, key } of files) {
    if (typeof content === "string") {
      texts[key] = content
    } else {
      bytes[key] = Encoding.encodeBase64(content)
    }
  }
  return {
    ...(Object.keys(texts).length > 0 ? { data: texts } : {}),
    ...(Object.keys(bytes).length > 0 ? { binaryData: bytes } : {})
  }
}
