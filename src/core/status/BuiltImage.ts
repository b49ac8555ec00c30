/**
 * The image of a build, and the image that it started from.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { described, named } from "../../effect/Described.js"
import * as ImagePullspec from "../ImagePullspec.js"

const Digest = Schema.String.pipe(Schema.pattern(/^sha256:[a-f0-9]{64}$/))

/**
 * The image that a build started from: `pullspec` as the build named it, and `digest`, its digest in the registry when the
 * build pulled it. Where that is an index of several architectures, `manifestDigest` is the one of the architecture that was
 * built.
 *
 * @since 0.1.0
 * @category models
 */
export class BaseImage extends Schema.Class<BaseImage>("effect-os-builder/BuildStatus/BaseImage")({
  /** The name of the image, as the build has it. */
  pullspec: described("The name of the image, as the build has it.", Schema.String),
  /** The digest that the name had in the registry when the build pulled it. */
  digest: described("The digest that the name had in the registry when the build pulled it.", Digest),
  /** The digest of the manifest for the architecture that was built, where `digest` is that of an index. */
  manifestDigest: described(
    "The digest of the manifest for the architecture that was built, where `digest` is that of an index.",
    Schema.optional(Digest)
  )
}, named("BaseImage", "The image that a build started from.")) {}

/**
 * The image that a build pushed: `pullspec` names it by digest, `tag` by the name that the input asked for.
 *
 * @since 0.1.0
 * @category models
 */
export class BuiltImage extends Schema.Class<BuiltImage>("effect-os-builder/BuildStatus/BuiltImage")({
  /** The image by its digest: `registry/path@sha256:…`. */
  pullspec: described("The image by its digest: `registry/path@sha256:…`.", Schema.String),
  /** The digest of its manifest. */
  digest: described("The digest of its manifest.", Digest),
  /** The reference that the input asked for. */
  tag: described("The reference that the input asked for.", Schema.String),
  /** The further names of the same digest, as whole pullspecs; absent if there are none. */
  tags: described(
    "The further names of the same digest, as whole pullspecs; absent if there are none.",
    Schema.optional(Schema.Array(Schema.String))
  ),
  /** The architecture of the image, if it is known. */
  architecture: described("The architecture of the image, if it is known.", Schema.optional(Schema.String)),
  /**
   * The image that the build started from: the input's `baseImage` if the Containerfile names it, otherwise what its
   * last stage starts from. Absent for `scratch`, and on OpenShift.
   */
  base: described(
    "The image that the build started from: the input's `baseImage` if the Containerfile names it, otherwise what its last stage starts from. Absent for `scratch`, and on OpenShift.",
    Schema.optional(BaseImage)
  )
}, named("BuiltImage", "The image that a build pushed.")) {}

/**
 * The image that was pushed to `tag` with this digest.
 *
 * @example
 * ```ts
 * import { BuildStatus } from "effect-os-builder"
 *
 * const image = BuildStatus.builtImage({ tag: "registry.example.com/os:1", digest: `sha256:${"0a".repeat(32)}` })
 * console.log(image.pullspec) // registry.example.com/os@sha256:0a0a…
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const builtImage = ({ architecture, base, digest, tag, tags }: {
  readonly tag: string
  readonly tags?: ReadonlyArray<string> | undefined
  readonly digest: string
  readonly architecture?: string | undefined
  readonly base?: typeof BaseImage.Encoded | undefined
}): BuiltImage =>
  new BuiltImage({
    pullspec: `${ImagePullspec.repository(tag)}@${digest}`,
    digest,
    tag,
    ...(tags === undefined ? {} : { tags }),
    ...(architecture === undefined ? {} : { architecture }),
    ...(base === undefined ? {} : { base: new BaseImage(base) })
  })
