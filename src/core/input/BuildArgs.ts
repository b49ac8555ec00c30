/**
 * Names with values that are handed to the builder as `NAME=value`: build arguments and labels of the image.
 *
 * @since 0.1.0
 */
import type { LazyArbitrary } from "effect/Arbitrary"
import type * as Schema from "effect/Schema"
import { anyText, first, lacks, matches, notEmpty, oneLine, portable, textBy, type TextRule } from "./TextRule.js"
import { type ValidatedRecord, validatedRecord } from "./ValidatedRecord.js"
import type { Problem } from "./Validation.js"

/**
 * What all names and values may come to. Linux takes no argument of a process beyond 128 KiB (MAX_ARG_STRLEN), and the
 * record of a build is one object of at most 1 MiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxTotalBytes = 64 * 1024

/**
 * The name of a build argument, as `ARG` takes it.
 *
 * @since 0.1.0
 * @category rules
 */
export const buildArgName: TextRule = first(
  matches(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a name for ARG: letters, digits and \"_\", with no digit first"),
  lacks(/^BASE_IMAGE$/, "is set by the build itself, to the pullspec of baseImage")
)

/**
 * The name of a label of the image.
 *
 * @since 0.1.0
 * @category rules
 */
export const imageLabelName: TextRule = first(notEmpty, oneLine, lacks(/=/, "must not contain \"=\""))

const totalBytes = (
  _: ReadonlyArray<string>,
  values: ReadonlyArray<readonly [string, string]>
): ReadonlyArray<Problem> => {
  const total = values.reduce((sum, [name, value]) => sum + Buffer.byteLength(name) + Buffer.byteLength(value), 0)
  return total > maxTotalBytes
    ? [{ message: `has ${total} bytes of names and values; at most ${maxTotalBytes} are allowed` }]
    : []
}

const named = (key: TextRule, arbitrary: LazyArbitrary<string>) =>
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
export const BuildArgs: Schema.Schema<ValidatedRecord<string>> = named(
  buildArgName,
  (fc) => fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,5}$/)
)

/**
 * @since 0.1.0
 * @category schemas
 */
export const ImageLabels: Schema.Schema<ValidatedRecord<string>> = named(
  imageLabelName,
  (fc) => fc.stringMatching(/^[a-z]{1,5}(\.[a-z /]{1,5})?$/)
)
