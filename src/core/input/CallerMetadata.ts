/**
 * Notes of the caller about a build, such as who asked for it or which request it belongs to.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { anyText, atMostBytes, first, lacks, notEmpty, oneLine, textBy } from "./TextRule.js"
import { type ValidatedRecord, validatedRecord } from "./ValidatedRecord.js"
import type { Problem } from "./Validation.js"

/**
 * The maximum number of entries, and their total size. Lists carry them: at 4 KiB, those of 1,000 builds are 4 MB.
 *
 * @since 0.1.0
 * @category constants
 */
export const limits = { entries: 64, totalBytes: 4 * 1024, keyBytes: 128 } as const

const within = (
  keys: ReadonlyArray<string>,
  values: ReadonlyArray<readonly [string, string]>
): ReadonlyArray<Problem> => {
  const total = values.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
  return [
    ...(keys.length > limits.entries
      ? [{ message: `has ${keys.length} entries; at most ${limits.entries} are allowed` }]
      : []),
    ...(total > limits.totalBytes
      ? [{ message: `has ${total} bytes of keys and values; at most ${limits.totalBytes} are allowed` }]
      : [])
  ]
}

/**
 * A key, without `=`, so that the command's `KEY=VALUE` can express it.
 *
 * @since 0.1.0
 * @category rules
 */
export const metadataKey = first(
  notEmpty,
  oneLine,
  lacks(/=/, "must not contain \"=\""),
  atMostBytes(limits.keyBytes)
)

/**
 * @since 0.1.0
 * @category schemas
 */
export const CallerMetadata: Schema.Schema<ValidatedRecord<string>> = validatedRecord({
  key: metadataKey,
  value: textBy(oneLine, (fc) => anyText(fc).filter((text) => oneLine(text) === undefined)),
  together: within,
  maxKeys: limits.entries,
  arbitrary: { key: (fc) => fc.stringMatching(/^[a-z]{1,5}([./-][a-z]{1,5})?$/), maxKeys: 4 }
})

/**
 * Metadata as it is returned with a build.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ReturnedMetadata = Schema.Record({ key: Schema.String, value: Schema.String })

/**
 * Whether metadata has every wanted entry.
 *
 * @since 0.1.0
 * @category predicates
 */
export const hasEntries = (
  metadata: Readonly<Record<string, string>>,
  wanted: Readonly<Record<string, string>> = {}
): boolean => Object.entries(wanted).every(([key, value]) => Object.hasOwn(metadata, key) && metadata[key] === value)
