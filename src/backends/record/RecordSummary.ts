/**
 * The part of a record in its metadata: with the children, it is enough to compute the status of the build.
 *
 * @since 0.1.0
 */
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import * as Struct from "effect/Struct"
import { BuildInput } from "../../core/BuildInput.js"
import { atFirstCall, once } from "../../effect/Once.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as RecordMetadata from "./RecordMetadata.js"

/** A whole record is a summary, too. @since 0.1.0 @category models */
export interface RecordSummary extends RecordMetadata.RecordMetadata {
  readonly input: BuildTerms
}

const termsOf = ({ metadata }: Resource.Metadata): string | undefined =>
  metadata.annotations?.[RecordMetadata.annotation.terms]

/**
 * Reads the terms of the input from the metadata of a record; none if they are missing, for example because the record was
 * changed by hand. Those of an `earlier` state of the record are not read again.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fromMetadata = (
  record: RecordMetadata.RecordMetadata,
  object: Resource.Metadata,
  earlier?: RecordMetadata.Parsed
): Option.Option<RecordSummary> => {
  const known: ReadRecord | undefined = earlier?.metadata
  const terms = known !== undefined && hasTerms(known) && earlier !== undefined &&
      termsOf(earlier.object) === termsOf(object)
    ? Option.some(known.input)
    : parseTerms(termsOf(object))
  return Option.map(terms, (input) => ({ ...record, input }))
}

/** The metadata of a record, with the terms of its build where it shows them. @since 0.1.0 @category models */
export type ReadRecord = RecordMetadata.RecordMetadata | RecordSummary

/** @since 0.1.0 @category predicates */
export const hasTerms = (record: ReadRecord): record is RecordSummary => "input" in record

/** None if it is not a record of this backend. @since 0.1.0 @category constructors */
export const parse = (
  backend: string,
  object: Resource.Metadata,
  earlier?: RecordMetadata.Parsed
): Option.Option<ReadRecord> =>
  Option.map(
    RecordMetadata.parse(backend, object, earlier),
    (metadata) => Option.getOrElse(fromMetadata(metadata, object, earlier), () => metadata)
  )

const names = ["architecture", "queueName", "tags", "timeout", "pendingTimeout", "retries"] as const

const terms = once(() => Schema.Struct(Struct.pick(BuildInput.fields, ...names)))

/** @since 0.1.0 @category models */
export interface BuildTerms extends Fields {}

type Fields = ReturnType<typeof terms>["Type"]

const text = once(() => Schema.parseJson(terms()))

/** @since 0.1.0 @category constructors */
export const pickTerms = (input: BuildInput): BuildTerms => Struct.pick(input, ...names)

/** @since 0.1.0 @category getters */
export const termsText = (input: BuildInput): string => Schema.encodeSync(text())(pickTerms(input))

/** None if it is not the text of terms. @since 0.1.0 @category constructors */
export const parseTerms: (text: string | undefined) => Option.Option<BuildTerms> = atFirstCall(() =>
  Schema.decodeUnknownOption(text())
)
