/**
 * Everything a build is given: {@link make} takes it from a program, {@link decode} from data.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { BuildRejected, Issue } from "./BuildError.js"
import { Containerfile, missing } from "./Containerfile.js"
import { DurationText, FromInput } from "./DurationText.js"
import { ImagePullspec } from "./ImagePullspec.js"
import { BuildArgs, ImageLabels } from "./input/BuildArgs.js"
import * as ContextFile from "./input/ContextFile.js"
import * as Fingerprint from "./input/Fingerprint.js"
import { fromParseIssue } from "./input/InputIssue.js"
import { labelValue, Subdomain, subdomain } from "./input/KubernetesName.js"
import { NodeSelector, ObjectLabels } from "./input/Labels.js"
import { type Mount, Mounts } from "./input/Mount.js"
import { Proxy } from "./input/Proxy.js"
import { Bytes, Cpu } from "./input/Quantity.js"
import { anyText, atMostBytes, first, lacks, matches, portable, textBy, wholeNumber } from "./input/TextRule.js"
import { Tolerations } from "./input/Toleration.js"
import type { ValidatedRecord } from "./input/ValidatedRecord.js"
import { optional, validated } from "./input/Validation.js"

// -----------------------------------------------------------------------------
// models
// -----------------------------------------------------------------------------

/**
 * An image, and the secret that opens its registry: to pull the base, or to push the final image. The secret is one of the
 * build's namespace, with the key `.dockerconfigjson`, `.dockercfg` or `config.json`. Of several credentials for the image those
 * with the longest key come first, and those with a shorter one when the registry refuses them, as with the kubelet; OpenShift's
 * builder has the longest alone.
 *
 * @since 0.1.0
 * @category models
 */
export class ImageInfo extends Schema.Class<ImageInfo>("effect-os-builder/BuildInput/ImageInfo")({
  pullspec: ImagePullspec,
  secretName: optional(Subdomain)
}) {}

const FinalImage = validated(
  ImageInfo,
  (image) =>
    Predicate.hasProperty(image, "pullspec") && Predicate.isString(image.pullspec) && image.pullspec.includes("@")
      ? [{ path: ["pullspec"], message: "must not have a digest, which is known only when it is pushed; name a tag" }]
      : []
)

const TrustBundle = Schema.Struct({
  configMapName: Subdomain,
  key: optional(textBy(
    first(
      atMostBytes(253),
      matches(/^[-._A-Za-z0-9]+$/, "must be a key of a ConfigMap: letters, digits, \"-\", \"_\" and \".\""),
      lacks(/^\.\.?$/, "must be the name of a file")
    ),
    (fc) => fc.constantFrom("ca-bundle.crt", "ca.pem")
  ))
})

const Resources = Schema.Struct({ cpu: optional(Cpu), memory: optional(Bytes), ephemeralStorage: optional(Bytes) })

const Placement = Schema.Struct({ nodeSelector: optional(NodeSelector), tolerations: optional(Tolerations) })

// A LocalQueue is an object whose name is also the value of a label.
const QueueName = textBy(first(subdomain, labelValue), (fc) => fc.stringMatching(/^[a-z]{1,8}$/))

const Revision = textBy(first(portable, atMostBytes(256)), anyText)

// As long as OpenShift lets a build run that has no deadline.
const maxTime = Duration.days(7)

const positive = <I>(time: Schema.Schema<Duration.Duration, I>) =>
  time.pipe(Schema.filter((duration) =>
    Duration.lessThanOrEqualTo(duration, Duration.zero)
      ? "must be longer than nothing"
      : Duration.greaterThan(duration, maxTime)
      ? "must be at most 7 days"
      : undefined, {
    arbitrary: () => (fc) => fc.integer({ min: 1, max: Duration.toMillis(maxTime) }).map(Duration.millis)
  }))

const fields = <C, T>(
  context: Schema.Schema<ValidatedRecord<ContextFile.ContextFile>, C>,
  time: Schema.Schema<Duration.Duration, T>,
  dockerfile: Schema.Schema<string>
) => ({
  dockerfile,
  baseImage: ImageInfo,
  finalImage: FinalImage,
  entitlementSecretName: optional(Subdomain),
  buildArgs: optional(BuildArgs),
  imageLabels: optional(ImageLabels),
  context: optional(context),
  mounts: optional(Mounts),
  trustBundle: optional(TrustBundle),
  proxy: optional(Proxy),
  architecture: optional(Schema.Literal("amd64", "arm64", "ppc64le", "s390x")),
  resources: optional(Resources),
  placement: optional(Placement),
  objectLabels: optional(ObjectLabels),
  queueName: optional(QueueName),
  timeout: optional(positive(time)),
  pendingTimeout: optional(positive(time)),
  retries: optional(wholeNumber({ min: 0, max: 10, problem: "must be a whole number from 0 to 10" })),
  revision: optional(Revision)
})

/**
 * A complete description of a build: {@link Options} documents each field. A field that was left out is absent;
 * what then holds is in {@link defaults}.
 *
 * As JSON, an entry of `context` is text, `{ base64, mode? }`, `{ link }` or `{ directory: true, mode? }`, and a time is a
 * text such as `1h30m`.
 *
 * @since 0.1.0
 * @category models
 */
export class BuildInput extends Schema.Class<BuildInput>("effect-os-builder/BuildInput")(
  fields(ContextFile.ContextFromJson, DurationText, Containerfile)
) {}

/**
 * What {@link make} takes. Three fields are needed; {@link defaults} has what holds where the others are left out.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The text of the Containerfile; at most 512 KiB. */
  readonly dockerfile: string
  /** What the build starts from. The pullspec is handed to the Containerfile as the build argument `BASE_IMAGE`. */
  readonly baseImage: ImageOptions
  /** Where the image is pushed: a tag, `latest` if none is named, and never a digest. */
  readonly finalImage: ImageOptions
  /**
   * A secret of entitlement certificates, for RUN at `/etc/pki/entitlement` and, except on OpenShift, at
   * `/run/secrets/etc-pki-entitlement`.
   */
  readonly entitlementSecretName?: string | undefined
  /** Values for ARG, at most 64 KiB of them. */
  readonly buildArgs?: ValidatedRecord<string> | undefined
  /** Labels of the image, at most 64 KiB of them. */
  readonly imageLabels?: ValidatedRecord<string> | undefined
  /**
   * Files, links and directories for COPY, ADD and bind mounts of RUN, by their paths; on a cluster at most 8 MiB. A file that
   * names no mode has 0o644, and a directory 0o755. The directories of files need no entry. A link keeps its target.
   */
  readonly context?: ValidatedRecord<ContextFile.Given> | undefined
  /** Secrets and ConfigMaps, each a directory `path` of files for RUN, and in no layer. */
  readonly mounts?: ReadonlyArray<Mount> | undefined
  /** A ConfigMap of certificate authorities that the build trusts, under `key`, by default `ca-bundle.crt`. */
  readonly trustBundle?: { readonly configMapName: string; readonly key?: string | undefined } | undefined
  /** Proxies for pulling, pushing and RUN, without credentials. */
  readonly proxy?: {
    readonly http?: string | undefined
    readonly https?: string | undefined
    readonly noProxy?: string | undefined
  } | undefined
  /** By default that of the machine that builds. */
  readonly architecture?: "amd64" | "arm64" | "ppc64le" | "s390x" | undefined
  /** What the build asks of its node, as Kubernetes quantities: by default 500m, 2Gi and 20Gi. */
  readonly resources?: {
    readonly cpu?: string | undefined
    readonly memory?: string | undefined
    readonly ephemeralStorage?: string | undefined
  } | undefined
  /** On which nodes the build may run. */
  readonly placement?: {
    readonly nodeSelector?: ValidatedRecord<string> | undefined
    readonly tolerations?: ReadonlyArray<TolerationOptions> | undefined
  } | undefined
  /** Labels of the build's objects in Kubernetes. */
  readonly objectLabels?: ValidatedRecord<string> | undefined
  /** The LocalQueue of Kueue that the build waits in. */
  readonly queueName?: string | undefined
  /** How long each attempt may run, at most 7 days, by default 1 hour. A number is milliseconds. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How long each attempt may wait to start, not counting a queue: at most 7 days, by default 10 minutes. */
  readonly pendingTimeout?: Duration.DurationInput | undefined
  /** How often a retryable error is met with another attempt: 0 to 10, by default 2. Failed builds are not retried. */
  readonly retries?: number | undefined
  /** Any text of at most 256 bytes; a new one makes a new build of an otherwise equal input. */
  readonly revision?: string | undefined
}

/**
 * An image in {@link Options}.
 *
 * @since 0.1.0
 * @category models
 */
export interface ImageOptions {
  readonly pullspec: string
  readonly secretName?: string | undefined
}

/**
 * A toleration in {@link Options}, with Kubernetes' meaning.
 *
 * @since 0.1.0
 * @category models
 */
export interface TolerationOptions {
  readonly key?: string | undefined
  readonly operator?: "Exists" | "Equal" | undefined
  readonly value?: string | undefined
  readonly effect?: "NoSchedule" | "PreferNoSchedule" | "NoExecute" | undefined
  readonly tolerationSeconds?: number | undefined
}

// -----------------------------------------------------------------------------
// constructors
// -----------------------------------------------------------------------------

const parser = <A, I>(schema: Schema.Schema<A, I>, together: (input: unknown) => ReadonlyArray<Issue>) => {
  const parse = ParseResult.decodeUnknownEither(schema, { errors: "all", onExcessProperty: "error" })
  return (input: unknown): Effect.Effect<A, BuildRejected> =>
    Effect.suspend(() => {
      const parsed = parse(input)
      const issues = [...Either.match(parsed, { onLeft: fromParseIssue, onRight: () => [] }), ...together(input)]
      return Either.isRight(parsed) && issues.length === 0
        ? Effect.succeed(parsed.right)
        : Effect.fail(new BuildRejected({ reason: "InvalidInput", issues }))
    })
}

// Is given the value as it came, so that everything is reported at once.
const missingFiles = (input: unknown): ReadonlyArray<Issue> => {
  if (!Predicate.hasProperty(input, "dockerfile") || !Predicate.isString(input.dockerfile)) return []
  const context = Predicate.hasProperty(input, "context") ? input.context ?? {} : {}
  if (!Predicate.isRecord(context)) return []
  const links = Object.keys(context).filter((path) => Predicate.hasProperty(context[path], "link"))
  return missing(input.dockerfile, Object.keys(context), links).map((problem) =>
    new Issue({ path: "dockerfile", ...problem })
  )
}

const given = Schema.Struct(fields(ContextFile.ContextFromMemory, FromInput, Containerfile))

const parseOptions = parser(given, missingFiles)

/**
 * An input from what a program has at hand, or `BuildRejected` ("InvalidInput") with every reason against it, each with its
 * path (`finalImage.pullspec`) or its line in the Containerfile. {@link Options} documents each field, its unit and its
 * default.
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
  Effect.map(parseOptions(options), (given) => new BuildInput(given, true))

const parseOwned = parser(
  Schema.Struct(fields(ContextFile.ContextFromOwner, FromInput, Containerfile)),
  missingFiles
)

/**
 * As {@link make}, without a copy of the context's bytes, which the caller must not change.
 *
 * @internal
 */
export const makeOwned = (options: Options): Effect.Effect<BuildInput, BuildRejected> =>
  Effect.map(parseOwned(options), (given) => new BuildInput(given, true))

const parsePartial = parser(given, () => [])

/**
 * The issues of options whose context could not be read whole: what it lacks is not among them.
 *
 * @internal
 */
export const issuesOfPartial = (options: Options): Effect.Effect<ReadonlyArray<Issue>> =>
  Effect.match(parsePartial(options), { onFailure: ({ issues }) => issues, onSuccess: () => [] })

/**
 * An input from data, such as parsed JSON, or `BuildRejected` with every reason against it. Keys that are not known are among
 * them. Times are texts (`1h30m`); an entry of the context is text, `{ base64, mode? }`, `{ link }` or
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
export const decode: (u: unknown) => Effect.Effect<BuildInput, BuildRejected> = parser(BuildInput, missingFiles)

const parseStored = parser(
  Schema.Struct(fields(ContextFile.ContextFromJson, DurationText, Schema.String)),
  () => []
)

/**
 * Decodes an input that was accepted before. Checks of Containerfiles that were added since do not apply, so that its build
 * stays readable.
 *
 * @internal
 */
export const decodeStored = (u: unknown): Effect.Effect<BuildInput, BuildRejected> =>
  Effect.map(parseStored(u), (given) => new BuildInput(given, true))

// -----------------------------------------------------------------------------
// getters
// -----------------------------------------------------------------------------

/**
 * The defaults of an input. A backend may have other defaults for resources.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaults = {
  timeout: Duration.hours(1),
  pendingTimeout: Duration.minutes(10),
  retries: 2,
  resources: { cpu: "500m", memory: "2Gi", ephemeralStorage: "20Gi" },
  trustBundle: { key: "ca-bundle.crt" }
} as const

/**
 * A name for what determines the image: 26 characters of lower-case base32, the same in every process and version of Node.
 *
 * It covers the Containerfile, both pullspecs, build arguments, image labels, the context (bytes, modes, targets of links,
 * and directories), mounts (kind, name and path), trust bundle, proxy, architecture, whether there is an entitlement, and the revision. It does not cover
 * what leaves the image as it is: timeouts, retries, resources, placement, labels and queue of the objects, and the names
 * of the secrets for registries and entitlement. A field that was left out counts as its default. The
 * fingerprint is computed once for each input.
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

const determining = (input: BuildInput): Fingerprint.Content => ({
  version: "effect-os-builder/BuildInput/1",
  dockerfile: input.dockerfile,
  baseImage: input.baseImage.pullspec,
  finalImage: input.finalImage.pullspec,
  entitlement: input.entitlementSecretName === undefined ? "" : "present",
  buildArgs: input.buildArgs ?? {},
  imageLabels: input.imageLabels ?? {},
  context: Object.fromEntries(ContextFile.needed(input.context ?? {}).map(([path, file]) => [path, contentOf(file)])),
  mounts: Object.fromEntries((input.mounts ?? []).map(({ kind, name, path }) => [path, [kind, name]])),
  trustBundle: input.trustBundle === undefined
    ? []
    : [input.trustBundle.configMapName, input.trustBundle.key ?? defaults.trustBundle.key],
  proxy: [input.proxy?.http ?? "", input.proxy?.https ?? "", input.proxy?.noProxy ?? ""],
  architecture: input.architecture ?? "",
  revision: input.revision ?? ""
})

// No mode reads "link" or "directory".
const contentOf = (file: ContextFile.ContextFile): Fingerprint.Content =>
  ContextFile.isLink(file)
    ? ["link", file.link]
    : ContextFile.isDirectory(file)
    ? ["directory", file.mode.toString(8)]
    : [ContextFile.mode(file).toString(8), ContextFile.bytes(file)]
