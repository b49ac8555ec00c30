/**
 * The context of a build: a record of files, or one that is fetched from elsewhere, `{ git }`, `{ image }` or `{ upload }`.
 *
 * @since 0.1.0
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Codec from "../../effect/Codec.js"
import { described } from "../../effect/Described.js"
import { ImagePullspec } from "../ImagePullspec.js"
import type { ContextFile } from "./ContextFile.js"
import { commitOf, GitSource } from "./GitSource.js"
import { Subdomain } from "./KubernetesName.js"
import { first, lacks, matches, notEmpty, portable, textBy } from "./TextRule.js"
import type { ValidatedRecord } from "./ValidatedRecord.js"
import { optional } from "./Validation.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * The files of an image, without devices, pipes and sockets.
 *
 * @since 0.1.0
 * @category models
 */
export interface ImageSource {
  /** With a digest: a tag may name another image tomorrow. */
  readonly pullspec: string
  /** The secret of its registry, as that of `baseImage`; by default that of the other pulls. */
  readonly secretName?: string | undefined
}

/**
 * A directory of the machine that submits the build.
 *
 * @since 0.1.0
 * @category models
 */
export interface UploadSource {
  /** Absolute, or relative to the folder in which the program that submits the build was started. */
  readonly directory: string
  /** `sha256:` and 64 digits, as `ContextUpload.read` computes it: of the content without what the ignore file excludes. */
  readonly digest: string
  /** The path of the ignore file that holds instead of those of the directory. */
  readonly ignoreFile?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface GitContext {
  readonly git: GitSource
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ImageContext {
  readonly image: ImageSource
}

/**
 * @since 0.1.0
 * @category models
 */
export interface UploadContext {
  readonly upload: UploadSource
}

/**
 * A context that is not among the fields of the input.
 *
 * @since 0.1.0
 * @category models
 */
export type Elsewhere = GitContext | ImageContext | UploadContext

/**
 * A context whose files are `File`.
 *
 * @since 0.1.0
 * @category models
 */
export type BuildContext<File = ContextFile> = ValidatedRecord<File> | Elsewhere

// -----------------------------------------------------------------------------
// guards
// -----------------------------------------------------------------------------

const kinds = ["git", "image", "upload"] as const

type Kind = (typeof kinds)[number]

// A record may have a file of that name: then the value is text, bytes, or an object with one of these keys.
const isFile = (value: unknown, kind: Kind): boolean =>
  !Predicate.isRecord(value) || ArrayBuffer.isView(value) ||
  ["content", "base64", "mode", "link"].some((key) => Predicate.hasProperty(value, key)) ||
  (Predicate.hasProperty(value, "directory") && !(kind === "upload" && Predicate.isString(value.directory)))

const kindOf = (context: unknown): Kind | undefined =>
  kinds.find((kind) => Predicate.hasProperty(context, kind) && !isFile(context[kind], kind))

/**
 * @since 0.1.0
 * @category guards
 */
export const isGit = <File>(context: BuildContext<File> | undefined): context is GitContext => kindOf(context) === "git"

/**
 * @since 0.1.0
 * @category guards
 */
export const isImage = <File>(context: BuildContext<File> | undefined): context is ImageContext =>
  kindOf(context) === "image"

/**
 * @since 0.1.0
 * @category guards
 */
export const isUpload = <File>(context: BuildContext<File> | undefined): context is UploadContext =>
  kindOf(context) === "upload"

/**
 * @since 0.1.0
 * @category guards
 */
export const isElsewhere = <File>(context: BuildContext<File> | undefined): context is Elsewhere =>
  kindOf(context) !== undefined

/** The same of data that may be no context at all. */
export const isElsewhereData = (context: unknown): boolean => kindOf(context) !== undefined

// -----------------------------------------------------------------------------
// getters
// -----------------------------------------------------------------------------

/**
 * The files of the input; none if the context is from elsewhere.
 *
 * @since 0.1.0
 * @category getters
 */
export const files = <File>(context: BuildContext<File> | undefined): ValidatedRecord<File> =>
  context === undefined || isElsewhere(context) ? {} : context

/**
 * The labels of an image that say what it was built from: those of github.com/opencontainers/image-spec annotations.md.
 *
 * @since 0.1.0
 * @category getters
 */
export const sourceLabels = <File>(context: BuildContext<File> | undefined): Readonly<Record<string, string>> => {
  if (!isGit(context)) return {}
  const commit = commitOf(context.git)
  return {
    "org.opencontainers.image.source": context.git.url,
    ...(commit === undefined ? {} : { "org.opencontainers.image.revision": commit })
  }
}

// -----------------------------------------------------------------------------
// schemas
// -----------------------------------------------------------------------------

const WithDigest = ImagePullspec.pipe(Schema.filter(
  (pullspec) =>
    pullspec.includes("@") ? undefined : "must have a digest, because a tag may name another image at the next attempt",
  {
    arbitrary: () => (fc) => fc.constant(`quay.io/acme/context@sha256:${"0a".repeat(32)}`),
    jsonSchema: { allOf: [{ pattern: "@" }] }
  }
))

const Git = Schema.Struct({ git: described("A Git repository.", GitSource) }).annotations({ title: "Git" })

const Image = Schema.Struct({
  image: described(
    "The files of an image, without devices, pipes and sockets.",
    Schema.Struct({
      pullspec: described("With a digest: a tag may name another image tomorrow.", WithDigest),
      secretName: described(
        "The secret of its registry, as that of `baseImage`; by default that of the other pulls.",
        optional(Subdomain)
      )
    })
  )
}).annotations({ title: "Image" })

const Upload = Schema.Struct({
  upload: described(
    "A directory of the machine that submits the build.",
    Schema.Struct({
      directory: described(
        "The path of the directory.",
        textBy(
          first(notEmpty, portable, lacks(/^-/, "must not begin with a dash; write ./ before it")),
          (fc) => fc.constantFrom(".", "/srv/context")
        ),
        { examples: ["/srv/context"] }
      ),
      digest: described(
        "`sha256:` and 64 digits: the content, as `ContextUpload.read` computes it.",
        textBy(
          matches(/^sha256:[0-9a-f]{64}$/, "must be sha256: and 64 digits, as ContextUpload.read computes it"),
          (fc) => fc.constant(`sha256:${"0a".repeat(32)}`)
        )
      ),
      ignoreFile: described(
        "The path of the ignore file that holds instead of those of the directory.",
        optional(textBy(first(notEmpty, portable), (fc) => fc.constant("/srv/Containerfile.dockerignore")))
      )
    })
  )
}).annotations({ title: "Upload" })

const isKind = (kind: ReturnType<typeof kindOf>) => (input: unknown): boolean => kindOf(input) === kind

/**
 * A context whose files are those of `files`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const BuildContext = <I>(
  files: Schema.Schema<ValidatedRecord<ContextFile>, ValidatedRecord<I>>
): Schema.Schema<BuildContext, BuildContext<I>> => {
  const upload: Schema.Schema<BuildContext, BuildContext<I>> = Codec.choose(isKind("upload"), Upload, files, {
    weight: 7
  })
  const image: Schema.Schema<BuildContext, BuildContext<I>> = Codec.choose(isKind("image"), Image, upload, {
    weight: 8
  })
  return Codec.choose(isKind("git"), Git, image, {
    weight: 9,
    annotations: Codec.jsonSchemaLike(Schema.Union(files, Git, Image, Upload))
  })
}
