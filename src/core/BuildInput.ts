/**
 * Everything a build is given: {@link make} takes it from a program, {@link decode} from data.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Schema from "effect/Schema"
import * as Codec from "../effect/Codec.js"
import { named } from "../effect/Described.js"
import { atFirstCall, once } from "../effect/Once.js"
import { BuildRejected, Issue } from "./BuildError.js"
import { Containerfile, namedImages } from "./Containerfile.js"
import { DurationText, FromInput } from "./DurationText.js"
import * as ContainerfileSource from "./input/ContainerfileSource.js"
import * as ContextFile from "./input/ContextFile.js"
import { crossChecks, partialChecks } from "./input/CrossChecks.js"
import { determining } from "./input/Determining.js"
import { fields } from "./input/Fields.js"
import * as Fingerprint from "./input/Fingerprint.js"
import { fromParseIssue, pathText } from "./input/InputIssue.js"
import * as MachineFolders from "./input/MachineFolders.js"
import type { Options } from "./input/Options.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

export {
  /**
   * An image and the secret of its registry.
   *
   * @since 0.1.0
   * @category models
   */
  ImageInfo
} from "./input/Fields.js"

export type {
  /**
   * The image of a `context: { image: { pullspec, secretName? } }`, whose files are the context.
   *
   * @since 0.1.0
   * @category models
   */
  ImageSource,
  /**
   * The directory of a `context: { upload: { directory, digest } }`, on the machine that submits the build: `ContextUpload.read` makes
   * the context.
   *
   * @since 0.1.0
   * @category models
   */
  UploadSource
} from "./input/BuildContext.js"

export type {
  /**
   * The repository of a `context: { git: { url, ref?, commit?, subPath?, secretName? } }`.
   *
   * @since 0.1.0
   * @category models
   */
  GitSource
} from "./input/GitSource.js"

export type {
  /**
   * An image in {@link Options}.
   *
   * @since 0.1.0
   * @category models
   */
  ImageOptions,
  /**
   * The options of {@link make}.
   *
   * @since 0.1.0
   * @category models
   */
  Options,
  /**
   * A secret for `RUN --mount=type=secret` in {@link Options}.
   *
   * @since 0.1.0
   * @category models
   */
  SecretOptions,
  /**
   * A toleration in {@link Options}, with Kubernetes' meaning.
   *
   * @since 0.1.0
   * @category models
   */
  TolerationOptions
} from "./input/Options.js"

const dataFields = fields(ContextFile.ContextFromJson, DurationText, Containerfile)

/**
 * A complete description of a build. {@link Options} documents each field. An omitted field is absent; {@link defaults} has the
 * defaults.
 *
 * As JSON, an entry of a `context` of files is text, `{ base64, mode? }`, `{ link }` or `{ directory: true, mode? }`, and a time
 * is a text such as `1h30m`.
 *
 * @since 0.1.0
 * @category models
 */
export class BuildInput extends Schema.Class<BuildInput>("effect-os-builder/BuildInput")(
  Schema.Struct(dataFields).pipe(
    Schema.filter((input) => ContainerfileSource.problems(input).map(({ message, path = [] }) => ({ path, message })))
  ),
  named("BuildInput", "A complete description of a build. A field that is left out has its default.")
) {}

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

// The rules between fields run once, beside those of the fields, so that all issues are reported; the class need not repeat them.
const parser = <A, I>(schema: () => Schema.Schema<A, I>, together: (input: unknown) => ReadonlyArray<Issue>) => {
  const parse = atFirstCall(() => Codec.strict(schema()))
  return (input: unknown): Effect.Effect<A, BuildRejected> =>
    Effect.suspend(() => {
      const parsed = parse(input)
      const issues = distinct([
        ...ContainerfileSource.problems(input).map(({ message, path = [] }) =>
          new Issue({ path: pathText(path), message })
        ),
        ...Either.match(parsed, { onLeft: fromParseIssue, onRight: () => [] }),
        ...together(input)
      ])
      return Either.isRight(parsed) && issues.length === 0
        ? Effect.succeed(parsed.right)
        : Effect.fail(new BuildRejected({ reason: "InvalidInput", issues }))
    })
}

// A line may make the same mistake twice.
const distinct = (issues: ReadonlyArray<Issue>): ReadonlyArray<Issue> =>
  Arr.dedupeWith(issues, (a, b) => a.path === b.path && a.message === b.message && a.line === b.line)

const given = once(() => Schema.Struct(fields(ContextFile.contextFromMemory(), FromInput, Containerfile)))

const parseOptions = parser(given, crossChecks)

const valid = (given: ConstructorParameters<typeof BuildInput>[0]): BuildInput =>
  new BuildInput(given, Codec.skipValidation)

/**
 * Makes an input from values of a program. Fails with `BuildRejected` ("InvalidInput") and every issue at once, each with its path
 * (`finalImage.pullspec`) or its line in the Containerfile. {@link Options} documents each field, its unit and its default.
 *
 * @example
 * ```ts
 * import { BuildInput } from "effect-os-builder"
 *
 * const input = BuildInput.make({
 *   dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY motd /etc/motd\n",
 *   baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
 *   finalImage: { pullspec: "registry.example/acme/os:1", secretName: "push" },
 *   context: { motd: "Welcome\n" },
 *   timeout: "30 minutes"
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<BuildInput, BuildRejected> =>
  Effect.map(parseOptions(options), valid)

const parseOwned = parser(
  () => Schema.Struct(fields(ContextFile.contextFromOwner(), FromInput, Containerfile)),
  crossChecks
)

/**
 * Like {@link make}, without copying the context's bytes, which the caller must not change.
 *
 * @internal
 */
export const makeOwned = (options: Options): Effect.Effect<BuildInput, BuildRejected> =>
  Effect.map(parseOwned(options), valid)

const parsePartial = parser(given, partialChecks)

/**
 * The issues of options whose context could not be read whole: what it lacks is not among them.
 *
 * @internal
 */
export const issuesOfPartial = (options: Options): Effect.Effect<ReadonlyArray<Issue>> =>
  Effect.match(parsePartial(options), { onFailure: ({ issues }) => issues, onSuccess: () => [] })

const parseData = parser(() => Schema.Struct(dataFields), crossChecks)

/**
 * Decodes an input from data, such as parsed JSON. Fails with `BuildRejected` ("InvalidInput") and every issue at once; unknown
 * keys are issues, too. Durations are texts (`1h30m`); an entry of the context is text, `{ base64, mode? }`, `{ link }` or
 * `{ directory: true, mode? }`.
 *
 * @example
 * ```ts
 * import { BuildInput } from "effect-os-builder"
 *
 * const input = BuildInput.decode({
 *   dockerfile: "FROM quay.io/fedora/fedora-bootc:43\n",
 *   baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
 *   finalImage: { pullspec: "registry.example.com/acme/os:1" },
 *   timeout: "30m"
 * })
 * ```
 *
 * @since 0.1.0
 * @category constructors
 */
export const decode = (u: unknown): Effect.Effect<BuildInput, BuildRejected> => Effect.map(parseData(u), valid)

const parsePayload = parser(
  () => Schema.Struct(dataFields),
  (input) => [...MachineFolders.refused(input), ...crossChecks(input)]
)

const isEffect = (u: unknown): u is Effect.Effect<BuildInput, BuildRejected> => Effect.isEffect(u)

/**
 * The schema of an input as the payload of an HTTP API. It reports every issue, where the schema `BuildInput` reports only the
 * first, in the words of Schema. Decoding always succeeds and returns the effect of {@link decode}, which the handler runs; the
 * endpoint has `BuildRejected` among its errors. A client passes the effect that {@link make} returns. Its name in OpenAPI is
 * `BuildInput`.
 *
 * It refuses `context.upload` and directories in `buildContexts`, because they would be directories of the server, and clients
 * could read its files from the image. A service whose clients may do that takes `Schema.Unknown` and calls {@link decode}.
 *
 * @example
 * ```ts
 * import { HttpApiEndpoint } from "@effect/platform"
 * import { BuildError, BuildInput, BuildRef } from "effect-os-builder"
 *
 * const create = HttpApiEndpoint.post("create", "/builds")
 *   .setPayload(BuildInput.Payload)
 *   .addSuccess(BuildRef.BuildRef)
 *   .addError(BuildError.BuildRejected, { status: 422 })
 * ```
 *
 * @since 0.1.0
 * @category schemas
 */
export const Payload: Schema.Schema<Effect.Effect<BuildInput, BuildRejected>, unknown> = Codec.deferred(
  BuildInput,
  isEffect,
  (data) => Effect.map(parsePayload(data), valid)
)

const parseStored = parser(
  () => Schema.Struct(fields(ContextFile.ContextFromJson, DurationText, Schema.String)),
  () => []
)

/**
 * Decodes an input that was accepted before, by a version that may have had fewer checks of Containerfiles: its build stays
 * readable.
 *
 * @internal
 */
export const decodeStored = (u: unknown): Effect.Effect<BuildInput, BuildRejected> => Effect.map(parseStored(u), valid)

// -----------------------------------------------------------------------------
// getters
// -----------------------------------------------------------------------------

export {
  /**
   * The defaults of an input. A backend may have other defaults for resources.
   *
   * @since 0.1.0
   * @category constants
   */
  defaults
} from "./input/Options.js"

/**
 * The images that a build pulls, with build arguments substituted. `base` is `baseImage` if the Containerfile names it, otherwise the
 * image that the last stage starts from; `bases` are the other images that stages start from; `others` are the rest.
 *
 * @internal
 */
export const pulledImages = ({ baseImage, buildArgs, buildContexts = {}, dockerfile, target }: BuildInput): {
  readonly base: string | undefined
  readonly bases: ReadonlyArray<string>
  readonly others: ReadonlyArray<string>
} => {
  // Its text is in a context that is fetched later: it may name the base image.
  if (dockerfile === undefined) return { base: baseImage?.pullspec, bases: [], others: [] }
  const values = { ...buildArgs, ...(baseImage === undefined ? {} : { BASE_IMAGE: baseImage.pullspec }) }
  const found = namedImages(dockerfile, values, target)
  // The name of a build context is not one of an image; the script pulls those that it means.
  const isContext = (name: string | undefined) => name !== undefined && Object.hasOwn(buildContexts, name)
  const images = found.images.filter(({ name }) => !isContext(name))
  const root = isContext(found.root) ? undefined : found.root
  const base = images.some(({ name }) => name === baseImage?.pullspec) ? baseImage?.pullspec : root
  const rest = images.filter(({ name }) => name !== base)
  const names = (isBase: boolean) => rest.filter((image) => image.isBase === isBase).map(({ name }) => name)
  return { base, bases: names(true), others: names(false) }
}

/**
 * The pull secret that the input names, which serves every pull of the build.
 *
 * @internal
 */
export const pullSecretName = ({ baseImage, pullSecretName }: BuildInput): string | undefined =>
  baseImage?.secretName ?? pullSecretName

/**
 * A hash of everything that determines the image: 26 characters of lower-case base32, the same in every process and version of
 * Node. It is computed once for each input. An omitted field counts as its default.
 *
 * It covers the Containerfile or its path, both pullspecs, build arguments, image labels, mounts (kind, name and path), ids and
 * keys of secrets, target, build contexts (pullspecs, and the paths of directories, whose content the local backend compares
 * itself), inherited and unset labels, squash, trust bundle, proxy, architecture, whether there is an entitlement, further tags,
 * annotations, format, compression, timestamp and revision. Of a context it covers the bytes and modes of files, the targets of
 * links, and directories; or the URL, commit and directory of a repository; or the pullspec of an image; or the digest of an
 * upload.
 *
 * It does not cover what leaves the image unchanged: timeouts, retries, resources, placement, labels and queue of the objects,
 * `cacheFrom` and `cacheTo`, `metadata`, and the names of the secrets for registries, repositories, entitlement and RUN.
 *
 * @since 0.1.0
 * @category getters
 */
export const fingerprint = (input: BuildInput): string => {
  const known = fingerprints.get(input)
  if (known !== undefined) return known
  const made = Fingerprint.make(determining(input))
  fingerprints.set(input, made)
  return made
}

// Hashing reads the whole context, and an input does not change.
const fingerprints = new WeakMap<BuildInput, string>()
