/**
 * The form of an image and the names it is pushed to: further tags, annotations, format, compression and timestamp.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Codec from "../../effect/Codec.js"
import { described } from "../../effect/Described.js"
import { Issue } from "../BuildError.js"
import * as Containerfile from "../Containerfile.js"
import * as ImagePullspec from "../ImagePullspec.js"
import { annotationName, pairRecord } from "./BuildArgs.js"
import { textBy, type TextRule, wholeNumber } from "./TextRule.js"
import type { ValidatedRecord } from "./ValidatedRecord.js"
import { type Problem, validated } from "./Validation.js"

// -----------------------------------------------------------------------------
// names
// -----------------------------------------------------------------------------

/**
 * The maximum number of further names: each is a push of its own, and an error lists them.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxTags = 32

/** A placeholder for the repository, to check a tag alone. */
const anyRepository = "registry.example.com/os"

const isPullspec = (tag: string): boolean => tag.includes("/")

const tagRule: TextRule = (tag) =>
  tag.includes("@")
    ? "must not have a digest, which is known only when the image is pushed"
    : tag === ""
    ? "must not be empty; use a tag, or registry/path:tag"
    : Either.match(ImagePullspec.parse(isPullspec(tag) ? tag : `${anyRepository}:${tag}`), {
      onLeft: (problem): string | undefined => problem,
      onRight: () => undefined
    })

const Tag = textBy(tagRule, (fc) => fc.constantFrom("latest", "4.18", "stable_1", "registry.example.com/acme/other:2"))

/**
 * @since 0.1.0
 * @category schemas
 */
export const Tags: Schema.Schema<ReadonlyArray<string>> = validated(
  Schema.Array(Tag),
  (tags): ReadonlyArray<Problem> =>
    Array.isArray(tags) && tags.length > maxTags
      ? [{ message: `has ${tags.length} names; at most ${maxTags} are allowed` }]
      : []
)

const withTag = (pullspec: string): string =>
  ImagePullspec.repository(pullspec) === pullspec ? `${pullspec}:latest` : pullspec

/**
 * The further names as whole pullspecs: a tag alone is one of the repository of the final image.
 *
 * @since 0.1.0
 * @category getters
 */
export const namesOf = (finalImage: string, tags: ReadonlyArray<string>): ReadonlyArray<string> =>
  tags.map((tag) => isPullspec(tag) ? withTag(tag) : `${ImagePullspec.repository(finalImage)}:${tag}`)

/**
 * The same as the image of a status has them: absent if there are none.
 *
 * @since 0.1.0
 * @category getters
 */
export const builtTags = (
  finalImage: string,
  { tags = [] }: { readonly tags?: ReadonlyArray<string> | undefined }
): { readonly tags?: ReadonlyArray<string> } => tags.length === 0 ? {} : { tags: namesOf(finalImage, tags) }

const registryOf = (pullspec: string): string | undefined =>
  Either.match(ImagePullspec.parse(pullspec), { onLeft: () => undefined, onRight: ({ registry }) => registry })

const nameIssues = (finalImage: string, tags: ReadonlyArray<string>): ReadonlyArray<Issue> => {
  const registry = registryOf(finalImage)
  const names = [withTag(finalImage), ...namesOf(finalImage, tags)]
  return names.slice(1).flatMap((name, index) => {
    const path = `tags[${index}]`
    const other = registryOf(name)
    return names.indexOf(name) <= index
      ? [new Issue({ path, message: "names the image again, as finalImage or an earlier tag does; remove it" })]
      : registry !== undefined && other !== undefined && registry !== other
      ? [
        new Issue({
          path,
          message: "is in another registry than finalImage, whose secret and layers it shares; copy the image there " +
            "by its digest after the build"
        })
      ]
      : []
  })
}

// -----------------------------------------------------------------------------
// annotations
// -----------------------------------------------------------------------------

/**
 * @since 0.1.0
 * @category schemas
 */
export const Annotations: Schema.Schema<ValidatedRecord<string>> = pairRecord(
  annotationName,
  (fc) => fc.stringMatching(/^[a-z]{1,5}(\.[a-z /]{1,5})?$/)
)

// -----------------------------------------------------------------------------
// format and compression
// -----------------------------------------------------------------------------

/**
 * @since 0.1.0
 * @category schemas
 */
export const Format = Schema.Literal("auto", "oci", "docker")

/**
 * @since 0.1.0
 * @category models
 */
export type Format = typeof Format.Type

const Algorithm = Schema.Literal("gzip", "zstd", "zstd:chunked")

/**
 * How the layers are compressed. What level means is up to the algorithm.
 *
 * @since 0.1.0
 * @category models
 */
export interface Compression {
  readonly algorithm: typeof Algorithm.Type
  readonly level?: number
}

const highestLevel = { gzip: 9, zstd: 20, "zstd:chunked": 20 } as const

const level = wholeNumber({ min: 1, max: 20, problem: "must be a whole number from 1 to 20" })

const WithLevel: Schema.Schema<Compression> = Schema.Struct({
  algorithm: described("How layers are compressed.", Algorithm),
  level: described(
    "1 to 9 for gzip, 1 to 20 for zstd; by default the algorithm's own.",
    Schema.optionalWith(level, { exact: true })
  )
}).pipe(Schema.filter(
  ({ algorithm, level = 1 }) =>
    level <= highestLevel[algorithm]
      ? undefined
      : { path: ["level"], message: `must be at most ${highestLevel[algorithm]} for ${algorithm}` },
  { arbitrary: () => (fc) => fc.constantFrom<Compression>({ algorithm: "gzip", level: 9 }, { algorithm: "zstd" }) }
))

/**
 * An algorithm with or without a level; the algorithm alone may be given as text.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Compression: Schema.Schema<Compression, typeof Algorithm.Type | Compression> = Schema.transform(
  // Each by itself: a union in a union hides what is wrong with an object.
  Schema.Union(Schema.Literal("gzip"), Schema.Literal("zstd"), Schema.Literal("zstd:chunked"), WithLevel),
  Schema.typeSchema(WithLevel),
  {
    strict: true,
    decode: (given): Compression => Predicate.isString(given) ? { algorithm: given } : given,
    encode: (compression) => compression
  }
)

// -----------------------------------------------------------------------------
// timestamp
// -----------------------------------------------------------------------------

/** The last second of the year 9999, beyond which RFC 3339 has no text. */
const maxSeconds = 253_402_300_799

/**
 * The whole seconds since 1970 of a timestamp: SOURCE_DATE_EPOCH.
 *
 * @since 0.1.0
 * @category getters
 */
export const epochSeconds = (timestamp: DateTime.Utc): number => DateTime.toEpochMillis(timestamp) / 1000

const isWholeSeconds = (time: DateTime.Utc): boolean =>
  Number.isInteger(epochSeconds(time)) && epochSeconds(time) >= 0 && epochSeconds(time) <= maxSeconds

const timeOf = (given: DateTime.Utc | number | string): Option.Option<DateTime.Utc> =>
  DateTime.isDateTime(given)
    ? Option.some(DateTime.toUtc(given))
    : typeof given === "number"
    ? DateTime.make(given * 1000)
    // Other forms of text are read in the time zone of this process.
    : /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)$/.test(given)
    ? Option.map(DateTime.make(given), DateTime.toUtc)
    : Option.none()

/**
 * A time in whole seconds from 1970 to 9999: given as a `DateTime.Utc`, as a number of seconds since 1970, or as RFC 3339 text;
 * stored as text.
 *
 * @since 0.1.0
 * @category schemas
 */
export const Timestamp: Schema.Schema<DateTime.Utc, DateTime.Utc | number | string> = Codec.convert(
  Schema.Union(
    Schema.Number,
    Schema.String,
    // JSON never has a value of this type.
    Schema.DateTimeUtcFromSelf.annotations({ jsonSchema: { type: "string" } })
  ).annotations({ description: "whole seconds since 1970, or a time such as 2026-11-29T12:00:00Z" }),
  Schema.DateTimeUtcFromSelf.pipe(
    Schema.filter(isWholeSeconds, {
      arbitrary: () => (fc) =>
        fc.integer({ min: 0, max: maxSeconds }).map((seconds) => DateTime.unsafeMake(seconds * 1000))
    })
  ),
  {
    decode: (given) =>
      Either.fromOption(
        Option.filter(timeOf(given), isWholeSeconds),
        () => "must be whole seconds since 1970, or a time such as 2026-11-29T12:00:00Z without fractions of a second"
      ),
    encode: (time) => Either.right(DateTime.formatIso(time))
  }
)

// -----------------------------------------------------------------------------
// fields that exclude each other
// -----------------------------------------------------------------------------

/**
 * The instructions that mean nothing in an image of the OCI format: buildah ignores SHELL for RUN then, and drops HEALTHCHECK
 * and ONBUILD (imagebuildah/stage_executor.go Commit).
 *
 * @since 0.1.0
 * @category getters
 */
export const dockerInstructions = (containerfile: string): ReadonlyArray<Containerfile.FeatureUse> =>
  Containerfile.features(containerfile).filter(({ feature }) => /^(?:SHELL|HEALTHCHECK|ONBUILD)\b/.test(feature))

interface Given {
  readonly dockerfile: string
  readonly format: unknown
  readonly annotations: unknown
  readonly compression: unknown
}

const algorithmOf = (compression: unknown): unknown =>
  Predicate.hasProperty(compression, "algorithm") ? compression.algorithm : compression

/** What the format of the image, given or chosen for the Containerfile, cannot hold. */
const formatIssues = ({ annotations, compression, dockerfile, format }: Given): ReadonlyArray<Issue> => {
  const uses = dockerInstructions(dockerfile)
  if (format === "oci") {
    return uses.map(({ feature, line }) =>
      new Issue({
        path: "dockerfile",
        line,
        message: `${feature} has no effect in an image of the OCI format; remove format, or set it to docker`
      })
    )
  }
  const [use] = uses
  const why = format === "docker"
    ? "format is docker; remove one of the two"
    : use === undefined
    ? undefined
    : `${use.feature} in line ${use.line} of the Containerfile needs the docker format`
  if (why === undefined) return []
  const algorithm = algorithmOf(compression)
  return [
    ...(Predicate.isRecord(annotations) && Object.keys(annotations).length > 0
      ? [new Issue({ path: "annotations", message: `requires an image of the OCI format, and ${why}` })]
      : []),
    ...(Predicate.isString(algorithm) && algorithm.startsWith("zstd")
      ? [new Issue({ path: "compression", message: `${algorithm} requires an image of the OCI format, and ${why}` })]
      : [])
  ]
}

const epochIssues = (timestamp: unknown, buildArgs: unknown): ReadonlyArray<Issue> =>
  timestamp !== undefined && Predicate.hasProperty(buildArgs, "SOURCE_DATE_EPOCH")
    ? [new Issue({ path: "buildArgs.SOURCE_DATE_EPOCH", message: "is set by timestamp; remove one of the two" })]
    : []

/**
 * The contradictions between these fields. Receives the value before it is decoded, so that all issues are reported at once.
 *
 * @since 0.1.0
 * @category getters
 */
export const contradictions = (input: unknown): ReadonlyArray<Issue> => {
  if (!Predicate.isRecord(input)) return []
  const { annotations, buildArgs, compression, dockerfile, finalImage, format, tags, timestamp } = input
  const pullspec = Predicate.hasProperty(finalImage, "pullspec") ? finalImage.pullspec : undefined
  const names = Array.isArray(tags) && tags.length <= maxTags
    ? tags.map((tag: unknown) => Predicate.isString(tag) && tagRule(tag) === undefined ? tag : undefined)
    : []
  return [
    ...(Predicate.isString(pullspec) && names.every(Predicate.isString) ? nameIssues(pullspec, names) : []),
    ...(Predicate.isString(dockerfile) ? formatIssues({ annotations, compression, dockerfile, format }) : []),
    ...epochIssues(timestamp, buildArgs)
  ]
}
