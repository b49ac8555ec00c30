/**
 * Everything a build is given.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { BuildRejected, Issue } from "./BuildError.js"
import { type Entries, entries } from "./Collection.js"
import * as Containerfile from "./Containerfile.js"
import * as ContextFile from "./ContextFile.js"
import * as DurationText from "./DurationText.js"
import * as Fingerprint from "./Fingerprint.js"
import * as ImagePullspec from "./ImagePullspec.js"
import * as InputIssue from "./InputIssue.js"
import * as KubernetesName from "./KubernetesName.js"
import { type Mount, Mounts } from "./Mount.js"
import { optional } from "./Optional.js"
import { Proxy } from "./Proxy.js"
import * as Quantity from "./Quantity.js"
import { atMostBytes, first, matches, oneLine, portable, type Rule, text } from "./Rule.js"
import { Toleration } from "./Toleration.js"

// -----------------------------------------------------------------------------
// fields
// -----------------------------------------------------------------------------

const Dockerfile = Schema.String.pipe(
  Schema.filter((text) => {
    const problem = first(portable, atMostBytes(Containerfile.maxBytes))(text)
    // A line is told apart from other paths by its place: texts have no fields.
    return problem ??
      Containerfile.problems(text).map(({ line, message }) => ({ path: line === undefined ? [] : [line], message }))
  }, {
    arbitrary: () => (fc) =>
      fc.array(fc.stringMatching(/^[ -~]{0,20}$/), { maxLength: 3 })
        .map((lines) => ["ARG BASE_IMAGE", "FROM ${BASE_IMAGE}", ...lines.map((line) => `RUN echo ${line}`)].join("\n"))
  })
)

// Arguments reach the builder as arguments of a process, of which Linux takes 128 KiB each (MAX_ARG_STRLEN).
const maxArgumentBytes = 64 * 1024

const Arguments = (key: Rule, example: string) =>
  entries({
    key,
    value: text(portable, { arbitrary: () => (fc) => fc.string({ unit: "grapheme" }) }),
    together: (_, values) => {
      const total = values.reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0)
      return total > maxArgumentBytes
        ? [{ message: `holds ${total} bytes of names and values; at most ${maxArgumentBytes} are allowed` }]
        : []
    },
    arbitrary: { key: (fc) => fc.stringMatching(/^[A-Z]{2,4}$/).map((name) => name + example), maxKeys: 4 }
  })

const buildArgName: Rule = first(
  matches(/^[A-Za-z_][A-Za-z0-9_]*$/, "must be a name that ARG takes: letters, digits and \"_\", no digit first"),
  matches(/^(?!BASE_IMAGE$)/, "is set by the build itself, to baseImage.pullspec")
)

const imageLabelKey: Rule = first(
  matches(/./s, "must not be empty"),
  portable,
  oneLine,
  matches(/^[^=]*$/, "must not contain \"=\"")
)

const objectLabelKey: Rule = first(
  KubernetesName.labelKey,
  matches(/^(?!effect-os-builder\/|app\.kubernetes\.io\/managed-by$)/, "is set by the build itself"),
  matches(/^(?!kueue\.x-k8s\.io\/queue-name$)/, "is set by queueName; use that")
)

const Labels = (key: Rule) =>
  entries({
    key,
    value: KubernetesName.LabelValue,
    together: (keys) =>
      keys.length > maxLabels ? [{ message: `has ${keys.length} labels; at most ${maxLabels} are allowed` }] : [],
    arbitrary: { key: (fc) => fc.stringMatching(/^(example\.com\/)?[A-Za-z0-9]{1,6}$/), maxKeys: 3 }
  })

const maxLabels = 64

const positiveTime = <I>(duration: Schema.Schema<Duration.Duration, I>) =>
  duration.pipe(
    Schema.filter(
      (time) =>
        Duration.lessThanOrEqualTo(time, Duration.zero)
          ? "must be longer than nothing"
          : Duration.greaterThan(time, maxTime)
          ? "must be at most 7 days"
          : undefined,
      { arbitrary: () => (fc) => fc.integer({ min: 1, max: Duration.toMillis(maxTime) }).map(Duration.millis) }
    )
  )

// As long as OpenShift lets a build run that names no deadline.
const maxTime = Duration.days(7)

/**
 * An image, and the secret that opens its registry: it pulls the base, and pushes the final image. The secret is one of the
 * build's namespace, in the format `.dockerconfigjson`, `.dockercfg` or `config.json`.
 *
 * @since 0.1.0
 * @category models
 */
export class ImageInfo extends Schema.Class<ImageInfo>("effect-os-builder/BuildInput/ImageInfo")({
  pullspec: ImagePullspec.ImagePullspec,
  secretName: optional(KubernetesName.Subdomain)
}) {}

const FinalImage = ImageInfo.pipe(
  Schema.filter(({ pullspec }) =>
    pullspec.includes("@")
      ? [{ path: ["pullspec"], message: "must not have a digest: that follows from what is pushed; name a tag" }]
      : [], {
    arbitrary: () => (fc) =>
      fc.constantFrom("localhost/os:1", "quay.io/acme/os").map((pullspec) => new ImageInfo({ pullspec }))
  })
)

const fields = {
  dockerfile: Dockerfile,
  baseImage: ImageInfo,
  finalImage: FinalImage,
  entitlementSecretName: optional(KubernetesName.Subdomain),
  buildArgs: optional(Arguments(buildArgName, "_ARG")),
  imageLabels: optional(Arguments(imageLabelKey, ".label")),
  mounts: optional(Mounts),
  trustBundle: optional(Schema.Struct({
    configMapName: KubernetesName.Subdomain,
    key: optional(text(
      first(
        atMostBytes(253),
        matches(/^(?!\.\.?$)[-._A-Za-z0-9]+$/, "must be a key of a ConfigMap: letters, digits, \"-\", \"_\" and \".\"")
      ),
      { arbitrary: () => (fc) => fc.constantFrom("ca-bundle.crt", "ca.pem") }
    ))
  })),
  proxy: optional(Proxy),
  architecture: optional(Schema.Literal("amd64", "arm64", "ppc64le", "s390x")),
  resources: optional(Schema.Struct({
    cpu: optional(Quantity.Cpu),
    memory: optional(Quantity.Bytes),
    ephemeralStorage: optional(Quantity.Bytes)
  })),
  placement: optional(Schema.Struct({
    nodeSelector: optional(Labels(KubernetesName.labelKey)),
    tolerations: optional(Schema.Array(Toleration))
  })),
  objectLabels: optional(Labels(objectLabelKey)),
  queueName: optional(text(first(KubernetesName.subdomain, KubernetesName.labelValue), {
    arbitrary: () => (fc) => fc.stringMatching(/^[a-z]{1,8}$/)
  })),
  retries: optional(
    Schema.Number.pipe(
      Schema.filter(
        (retries) =>
          Number.isInteger(retries) && retries >= 0 && retries <= 10
            ? undefined
            : "must be a whole number from 0 to 10",
        {
          arbitrary: () => (fc) => fc.integer({ min: 0, max: 10 })
        }
      )
    )
  ),
  revision: optional(
    text(first(portable, atMostBytes(256)), { arbitrary: () => (fc) => fc.string({ unit: "grapheme", maxLength: 8 }) })
  )
}

/**
 * What is built, from what, and how. As JSON, bytes in `context` are `{ base64, mode? }` and times are texts such as
 * `1h30m`. What each field means stands at {@link Options}.
 *
 * @since 0.1.0
 * @category models
 */
export class BuildInput extends Schema.Class<BuildInput>("effect-os-builder/BuildInput")({
  ...fields,
  context: optional(ContextFile.ContextFromJson),
  timeout: optional(positiveTime(DurationText.DurationText)),
  pendingTimeout: optional(positiveTime(DurationText.DurationText))
}) {}

const Given = Schema.Struct({
  ...fields,
  context: optional(ContextFile.ContextFromMemory),
  timeout: optional(positiveTime(DurationText.FromInput)),
  pendingTimeout: optional(positiveTime(DurationText.FromInput))
})

/**
 * What {@link make} takes.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The text of the Containerfile; at most 512 KiB. */
  readonly dockerfile: string
  /** What the build starts from. Its pullspec is handed to the Containerfile as the build argument `BASE_IMAGE`. */
  readonly baseImage: ImageOptions
  /** Where the image is pushed: a tag (`latest` if none is named), never a digest. */
  readonly finalImage: ImageOptions
  /** A secret of entitlement certificates, seen by RUN at `/etc/pki/entitlement` and `/run/secrets/etc-pki-entitlement`. */
  readonly entitlementSecretName?: string | undefined
  /** Values for the ARGs of the Containerfile; 64 KiB at most. */
  readonly buildArgs?: Entries<string> | undefined
  /** Labels of the image; 64 KiB at most. */
  readonly imageLabels?: Entries<string> | undefined
  /** Files to COPY and ADD, by their path; 8 MiB at most. The mode of a file is 0o644 unless it is given. */
  readonly context?: Entries<ContextFile.Given> | undefined
  /** Secrets and ConfigMaps, each key of them a file below `path` during RUN, and in no layer. */
  readonly mounts?: ReadonlyArray<Mount> | undefined
  /** A ConfigMap with certificate authorities to trust; `key` is `ca-bundle.crt` unless it is given. */
  readonly trustBundle?: { readonly configMapName: string; readonly key?: string | undefined } | undefined
  /** The proxy for pulling, pushing and RUN. */
  readonly proxy?: {
    readonly http?: string | undefined
    readonly https?: string | undefined
    readonly noProxy?: string | undefined
  } | undefined
  /** By default that of the node or machine that builds. */
  readonly architecture?: "amd64" | "arm64" | "ppc64le" | "s390x" | undefined
  /** Kubernetes quantities, requested for the build: by default 500m, 2Gi, 20Gi. */
  readonly resources?: {
    readonly cpu?: string | undefined
    readonly memory?: string | undefined
    readonly ephemeralStorage?: string | undefined
  } | undefined
  /** On which nodes the build may run. */
  readonly placement?: {
    readonly nodeSelector?: Entries<string> | undefined
    readonly tolerations?: ReadonlyArray<TolerationOptions> | undefined
  } | undefined
  /** Labels of the Kubernetes objects of the build. */
  readonly objectLabels?: Entries<string> | undefined
  /** A LocalQueue of Kueue to wait in. */
  readonly queueName?: string | undefined
  /** How long each attempt may run: more than zero, at most 7 days, by default 1 hour. A number is milliseconds. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How long each attempt may wait to begin, time in a queue aside: by default 10 minutes. */
  readonly pendingTimeout?: Duration.DurationInput | undefined
  /** How many times to try again after a retryable error: 0 to 10, by default 2. A failure of the build is never retried. */
  readonly retries?: number | undefined
  /** Change it to force a new build of an otherwise equal input. */
  readonly revision?: string | undefined
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ImageOptions {
  readonly pullspec: string
  readonly secretName?: string | undefined
}

/**
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

const reject = (error: ParseResult.ParseIssue): BuildRejected =>
  new BuildRejected({
    reason: "InvalidInput",
    issues: InputIssue.fromParseIssue(error).map(({ message, path }) => {
      const [field, line, ...rest] = path
      return field === "dockerfile" && typeof line === "number" && rest.length === 0
        ? new Issue({ path: field, message, line })
        : new Issue({ path: InputIssue.pathText(path), message })
    })
  })

const parseOptions = { errors: "all", onExcessProperty: "error" } as const

const parse = <A, I>(schema: Schema.Schema<A, I>) => {
  const parseEither = ParseResult.decodeUnknownEither(schema, parseOptions)
  return (u: unknown): Effect.Effect<A, BuildRejected> => Effect.suspend(() => Either.mapLeft(parseEither(u), reject))
}

const parseGiven = parse(Given)

/**
 * An input from what a program has at hand, or every reason why it cannot be.
 *
 * @since 0.1.0
 * @category constructors
 */
export const make = (options: Options): Effect.Effect<BuildInput, BuildRejected> =>
  Effect.map(parseGiven(options), (given) => new BuildInput(given, true))

/**
 * An input from data, such as parsed JSON, or every reason why it cannot be. Unknown keys are errors.
 *
 * @since 0.1.0
 * @category constructors
 */
export const decode: (u: unknown) => Effect.Effect<BuildInput, BuildRejected> = parse(BuildInput)

// -----------------------------------------------------------------------------
// getters
// -----------------------------------------------------------------------------

/**
 * What holds where an input says nothing. Backends with a reason to, such as a single node with little room, may ask for
 * other resources.
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
}

/**
 * A name for what determines the image: 26 characters of lower-case base32, the same for equal inputs in every process and
 * version of Node.
 *
 * It covers the Containerfile, both pullspecs, build arguments, image labels, the context (bytes and modes), mounts (kind,
 * name and path), trust bundle, proxy, architecture, whether there is an entitlement, and the revision. It does not cover
 * what cannot change the image: timeouts, retries, resources, placement, labels of objects, the queue, and the names of
 * secrets that open registries or hold the entitlement. What is left out counts as its default.
 *
 * @since 0.1.0
 * @category getters
 */
export const fingerprint = (input: BuildInput): string =>
  Fingerprint.of({
    version: "effect-os-builder/BuildInput/1",
    dockerfile: input.dockerfile,
    baseImage: input.baseImage.pullspec,
    finalImage: input.finalImage.pullspec,
    entitlement: input.entitlementSecretName === undefined ? "no" : "yes",
    buildArgs: input.buildArgs ?? {},
    imageLabels: input.imageLabels ?? {},
    context: Object.fromEntries(
      Object.entries(input.context ?? {}).map(([path, file]) => [
        path,
        [ContextFile.mode(file).toString(8), ContextFile.bytes(file)]
      ])
    ),
    mounts: Object.fromEntries((input.mounts ?? []).map(({ kind, name, path }) => [path, [kind, name]])),
    trustBundle: input.trustBundle === undefined
      ? []
      : [input.trustBundle.configMapName, input.trustBundle.key ?? defaults.trustBundle.key],
    proxy: [input.proxy?.http ?? "", input.proxy?.https ?? "", input.proxy?.noProxy ?? ""],
    architecture: input.architecture ?? "",
    revision: input.revision ?? ""
  })
