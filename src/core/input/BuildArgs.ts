/**
 * Name-value pairs that are passed to the builder as `NAME=value`: build arguments and image labels.
 *
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import type { LazyArbitrary } from "../../effect/Arbitrary.js"
import { anyText, first, lacks, matches, notEmpty, oneLine, portable, textBy, type TextRule } from "./TextRule.js"
import { type ValidatedRecord, validatedRecord } from "./ValidatedRecord.js"
import type { Problem } from "./Validation.js"

/**
 * The maximum total size of all names and values. Linux limits one argument of a process to 128 KiB (MAX_ARG_STRLEN), and the
 * record of a build is one object of at most 1 MiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxTotalBytes = 64 * 1024

/**
 * The name of a build argument, as `ARG` accepts it.
 *
 * @since 0.1.0
 * @category rules
 */
export const buildArgName: TextRule = first(
  matches(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a valid ARG name: letters, digits and \"_\", not starting with a digit"),
  lacks(/^BASE_IMAGE$/, "is reserved; the build sets it to the pullspec of baseImage")
)

/**
 * The name of an image label.
 *
 * @since 0.1.0
 * @category rules
 */
export const imageLabelName: TextRule = first(notEmpty, oneLine, lacks(/=/, "must not contain \"=\""))

/**
 * The name of an annotation of the image's manifest, as labels have it.
 *
 * @since 0.1.0
 * @category rules
 */
export const annotationName: TextRule = imageLabelName

const totalBytes = (
  _: ReadonlyArray<string>,
  values: ReadonlyArray<readonly [string, string]>
): ReadonlyArray<Problem> => {
  const total = values.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0)
  return total > maxTotalBytes
    ? [{ message: `has ${total} bytes of names and values; at most ${maxTotalBytes} are allowed` }]
    : []
}

/**
 * A record of names and values, at most {@link maxTotalBytes} of them.
 *
 * @since 0.1.0
 * @category schemas
 */
export const pairRecord = (
  key: TextRule,
  arbitrary: LazyArbitrary<string>
): Schema.Schema<ValidatedRecord<string>> =>
  validatedRecord({
    key,
    value: textBy(portable, anyText),
    together: totalBytes,
    arbitrary: { key: arbitrary, maxKeys: 4 }
  })

/**
 * @since 0.1.0
 * @category schemas
 */
export const BuildArgs: Schema.Schema<ValidatedRecord<string>> = pairRecord(
  buildArgName,
  (fc) => fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/)
)

/**
 * @since 0.1.0
 * @category schemas
 */
export const ImageLabels: Schema.Schema<ValidatedRecord<string>> = pairRecord(
  imageLabelName,
  (fc) => fc.stringMatching(/^[a-z]{1,5}(\.[a-z /]{1,5})?$/)
)
