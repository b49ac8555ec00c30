/**
 * Everything a build is given.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { DurationText } from "./DurationText.js"

/**
 * @since 0.1.0
 * @category models
 */
export class ImageInfo extends Schema.Class<ImageInfo>("effect-os-builder/BuildInput/ImageInfo")({
  pullspec: Schema.String,
  secretName: Schema.optional(Schema.String)
}) {}

const Bytes = Schema.transform(
  Schema.Struct({ base64: Schema.Uint8ArrayFromBase64 }),
  Schema.Uint8ArrayFromSelf,
  { strict: true, decode: ({ base64 }) => base64, encode: (base64) => ({ base64 }) }
)

/**
 * @since 0.1.0
 * @category models
 */
export class BuildInput extends Schema.Class<BuildInput>("effect-os-builder/BuildInput")({
  dockerfile: Schema.String,
  baseImage: ImageInfo,
  finalImage: ImageInfo,
  entitlementSecretName: Schema.optional(Schema.String),
  buildArgs: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  imageLabels: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.String })),
  context: Schema.optional(Schema.Record({ key: Schema.String, value: Schema.Union(Schema.String, Bytes) })),
  revision: Schema.optional(Schema.String),
  timeout: Schema.optional(DurationText),
  pendingTimeout: Schema.optional(DurationText),
  retries: Schema.optional(Schema.Int)
}) {}

/**
 * A name for what determines the image: equal inputs have equal fingerprints. 26 base32 characters.
 *
 * @since 0.1.0
 * @category getters
 */
export declare const fingerprint: (input: BuildInput) => string
