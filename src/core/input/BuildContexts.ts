/**
 * Named build contexts: images and directories that `FROM`, `COPY --from` and `RUN --mount=from=` find by a name.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { described } from "../../effect/Described.js"
import { ImagePullspec } from "../ImagePullspec.js"
import { atMostBytes, first, lacks, matches, notEmpty, oneLine, textBy, type TextRule } from "./TextRule.js"
import { type ValidatedRecord, validatedRecord } from "./ValidatedRecord.js"

/**
 * The build context in which the local backend keeps the heredocs of a buildah that does not know them.
 *
 * @since 0.1.0
 * @category constants
 */
export const heredocContext = "os-builder-heredocs"

/**
 * The name of a context: one that is neither a number, by which stages are found, nor the name of an image with a registry.
 *
 * @since 0.1.0
 * @category rules
 */
export const contextName: TextRule = first(
  notEmpty,
  atMostBytes(128),
  matches(
    /^[a-z0-9]+(?:[-._]+[a-z0-9]+)*$/,
    "must have lower-case letters, digits, \"-\", \"_\" and \".\" only, and begin and end with a letter or digit"
  ),
  lacks(/^\d+$/, "must not be a number, which is one of a stage"),
  lacks(/^scratch$/, "must not be scratch, which is the empty image"),
  lacks(new RegExp(`^${heredocContext}$`), "is reserved; choose another name")
)

/**
 * A folder of the machine that builds.
 *
 * @since 0.1.0
 * @category rules
 */
export const directoryPath: TextRule = first(
  notEmpty,
  oneLine,
  atMostBytes(4096),
  matches(/^\//, "must be an absolute path")
)

const Image = Schema.Struct({ image: described("The pullspec of an image.", ImagePullspec) })

const Directory = Schema.Struct({
  directory: described(
    "The absolute path of a directory on the machine that builds.",
    textBy(directoryPath, (fc) => fc.stringMatching(/^\/(srv|home)\/[a-z ]{1,8}$/))
  )
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const NamedContext = Schema.Union(Image, Directory).annotations({ description: "{ image } or { directory }" })

/**
 * @since 0.1.0
 * @category models
 */
export type NamedContext = typeof NamedContext.Type

const maxContexts = 64

/**
 * At most 64 contexts by their names.
 *
 * @since 0.1.0
 * @category schemas
 */
export const BuildContexts: Schema.Schema<ValidatedRecord<NamedContext>> = validatedRecord({
  key: contextName,
  value: NamedContext,
  together: (keys) =>
    keys.length > maxContexts ? [{ message: `has ${keys.length} contexts; at most ${maxContexts} are allowed` }] : [],
  maxKeys: maxContexts,
  arbitrary: { key: (fc) => fc.stringMatching(/^[a-z]{1,4}[0-9]$/), maxKeys: 3 }
})

/**
 * Whether a context is an image.
 *
 * @since 0.1.0
 * @category guards
 */
export const isImageContext = (context: NamedContext): context is typeof Image.Type => "image" in context
