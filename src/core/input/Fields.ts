/**
 * The fields of an input and the rules of each. `Options` documents them.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { described, named } from "../../effect/Described.js"
import { ImagePullspec } from "../ImagePullspec.js"
import { BuildArgs, ImageLabels } from "./BuildArgs.js"
import * as BuildContext from "./BuildContext.js"
import { BuildContexts } from "./BuildContexts.js"
import { BuildSecrets } from "./BuildSecret.js"
import { CallerMetadata } from "./CallerMetadata.js"
import type * as ContextFile from "./ContextFile.js"
import { contextPath } from "./ContextPath.js"
import { ImageRepository } from "./ImageRepository.js"
import { labelValue, Subdomain, subdomain } from "./KubernetesName.js"
import { NodeSelector, ObjectLabels } from "./Labels.js"
import { Mounts } from "./Mount.js"
import { defaults } from "./Options.js"
import { Annotations, Compression, Format, Tags, Timestamp } from "./Output.js"
import { Proxy } from "./Proxy.js"
import { Bytes, Cpu } from "./Quantity.js"
import {
  anyText,
  atMostBytes,
  first,
  lacks,
  matches,
  notEmpty,
  oneLine,
  portable,
  textBy,
  wholeNumber
} from "./TextRule.js"
import { Tolerations } from "./Toleration.js"
import { UnsetLabels } from "./UnsetLabels.js"
import type { ValidatedRecord } from "./ValidatedRecord.js"
import { optional, validated } from "./Validation.js"

/**
 * An image, and the secret that opens its registry: to pull the base, or to push the final image. The secret is one of the
 * build's namespace, with the key `.dockerconfigjson`, `.dockercfg` or `config.json`. Of several credentials for the image those
 * with the longest key come first, and those with a shorter one when the registry refuses them, as with the kubelet; OpenShift's
 * builder has the longest alone.
 *
 * @since 0.1.0
 * @category models
 */
export class ImageInfo extends Schema.Class<ImageInfo>("effect-os-builder/BuildInput/ImageInfo")(
  {
    pullspec: described("The reference of the image, with its registry.", ImagePullspec, {
      examples: ["quay.io/fedora/fedora-bootc:43", "registry.example.com:5000/acme/os:4.18"]
    }),
    secretName: described(
      "The secret of its registry, in the build's namespace, with the key `.dockerconfigjson`, `.dockercfg` or `config.json`.",
      optional(Subdomain),
      { examples: ["registry-credentials"] }
    )
  },
  named("ImageInfo", "An image, and the secret that opens its registry: to pull the base, or to push the final image.")
) {}

const FinalImage = validated(
  ImageInfo,
  (image) =>
    Predicate.hasProperty(image, "pullspec") && Predicate.isString(image.pullspec) && image.pullspec.includes("@")
      ? [{ path: ["pullspec"], message: "must not have a digest, which is known only when it is pushed; name a tag" }]
      : [],
  { allOf: [{ properties: { pullspec: { not: { pattern: "@" } } } }] }
)

const TrustBundle = Schema.Struct({
  configMapName: described("The name of the ConfigMap, in the build's namespace.", Subdomain),
  key: described(
    "The key of the certificates, in PEM.",
    optional(textBy(
      first(
        atMostBytes(253),
        matches(/^[-._A-Za-z0-9]+$/, "must be a key of a ConfigMap: letters, digits, \"-\", \"_\" and \".\""),
        lacks(/^\.\.?$/, "must be the name of a file")
      ),
      (fc) => fc.constantFrom("ca-bundle.crt", "ca.pem")
    )),
    { default: defaults.trustBundle.key }
  )
})

const Resources = Schema.Struct({
  cpu: described("Processors.", optional(Cpu), { default: defaults.resources.cpu }),
  memory: described("Memory, in bytes.", optional(Bytes), { default: defaults.resources.memory }),
  ephemeralStorage: described("Storage on the node, in bytes.", optional(Bytes), {
    default: defaults.resources.ephemeralStorage
  })
})

const Placement = Schema.Struct({
  nodeSelector: described("Labels that a node must have.", optional(NodeSelector), {
    examples: [{ "node-role.kubernetes.io/worker": "" }]
  }),
  tolerations: described("Taints of nodes that do not keep the build away; at most 64.", optional(Tolerations))
})

// A LocalQueue is an object whose name is also the value of a label.
const QueueName = textBy(first(subdomain, labelValue), (fc) => fc.stringMatching(/^[a-z]{1,8}$/))

const Revision = textBy(first(portable, atMostBytes(256)), anyText)

const Target = textBy(first(notEmpty, oneLine, atMostBytes(256)), (fc) => fc.constant("0"))

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

/**
 * The fields of an input, where `context`, times and the Containerfile are given in one of several ways.
 *
 * @since 0.1.0
 * @category schemas
 */
export const fields = <C, T>(
  context: Schema.Schema<ValidatedRecord<ContextFile.ContextFile>, ValidatedRecord<C>>,
  time: Schema.Schema<Duration.Duration, T>,
  dockerfile: Schema.Schema<string>
) => ({
  dockerfile: described(
    "The text of the Containerfile; at most 512 KiB. Required, unless there is a `dockerfilePath`.",
    optional(dockerfile),
    { examples: ["ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN dnf -y install usbguard\n"] }
  ),
  dockerfilePath: described(
    "The Containerfile as a file of a `context` from git, an image or an upload, in the place of `dockerfile`: its path " +
      "there. The rules of `PATH.containerignore` or `PATH.dockerignore` beside it then come before those of the context's " +
      "root.",
    optional(textBy(contextPath, (fc) => fc.constantFrom("Containerfile", "images/os/Dockerfile"))),
    { examples: ["images/os/Containerfile"] }
  ),
  baseImage: described(
    "What the build starts from. The pullspec is handed to the Containerfile as the build argument `BASE_IMAGE`. It is needed " +
      "where the Containerfile has that argument without a default, and pulled only where the Containerfile names it.",
    optional(ImageInfo)
  ),
  finalImage: described(
    "Where the image is pushed: a tag, `latest` if none is named, and never a digest.",
    FinalImage
  ),
  pullSecretName: described(
    "The secret with the credentials for every image that the Containerfile names, for an input without " +
      "`baseImage.secretName`: a build has one pull secret, which may hold credentials of any number of registries. By default " +
      "the backend's own.",
    optional(Subdomain),
    { examples: ["registry-credentials"] }
  ),
  entitlementSecretName: described(
    "A secret of entitlement certificates, for RUN at `/etc/pki/entitlement` and, except on OpenShift, at " +
      "`/run/secrets/etc-pki-entitlement`.",
    optional(Subdomain),
    { examples: ["etc-pki-entitlement"] }
  ),
  buildArgs: described("Values for ARG, at most 64 KiB of them.", optional(BuildArgs), {
    examples: [{ VERSION: "4.18" }]
  }),
  imageLabels: described("Labels of the image, at most 64 KiB of them.", optional(ImageLabels), {
    examples: [{ "org.opencontainers.image.title": "acme-os" }]
  }),
  tags: described(
    "Further names for the same digest, at most 32: tags of the final image's repository (`latest`), or whole pullspecs in its " +
      "registry, which its secret must open too. The layers are uploaded once, and the build succeeds when all names are " +
      "pushed; the message of an error lists those that were. By default none.",
    optional(Tags),
    { examples: [["latest", "4.18"]] }
  ),
  annotations: described(
    "Annotations of the image's manifest, at most 64 KiB of them. The docker format has none, so they exclude " +
      "`format: \"docker\"` and a Containerfile with SHELL, HEALTHCHECK or ONBUILD.",
    optional(Annotations),
    { examples: [{ "org.opencontainers.image.source": "https://git.example.com/os" }] }
  ),
  format: described(
    "The format of the image. `auto`, the default, is docker where the Containerfile, or an ONBUILD of the base, has SHELL, " +
      "HEALTHCHECK or ONBUILD, which OCI images lack, and oci elsewhere; `oci` with one of them is rejected.",
    optional(Format)
  ),
  compression: described(
    "How every layer is compressed, those of the base as well, which are then uploaded again: an algorithm, and a level of 1 " +
      "to 9 for gzip and 1 to 20 for zstd. zstd requires the OCI format. By default new layers are compressed by gzip, and " +
      "those that the registry has already stay as they are.",
    optional(Compression)
  ),
  timestamp: described(
    "A time for everything that the image dates, so that two builds of an equal input have one digest: its creation, its " +
      "history, and files, none of which is later. RUN sees it as SOURCE_DATE_EPOCH after `ARG SOURCE_DATE_EPOCH`. A number " +
      "is whole seconds since 1970. By default the time of the build. docs/operating.md lists what it does not cover.",
    optional(Timestamp)
  ),
  context: described(
    "Files, links and directories for COPY, ADD and bind mounts of RUN, by their paths; on a cluster at most 8 MiB. A file " +
      "that names no mode has 0o644, and a directory 0o755. The directories of files need no entry. A link keeps its " +
      "target. Or a context from elsewhere, of any size: `{ git: { url, ref?, commit?, subPath?, secretName? } }`, " +
      "`{ image: { pullspec, secretName? } }` with a digest, or `{ upload: { directory, digest } }` of `ContextUpload.read`.",
    optional(BuildContext.BuildContext(context)),
    { examples: [{ "etc/motd": "Welcome\n" }] }
  ),
  mounts: described(
    "Secrets and ConfigMaps, each a directory `path` of files for RUN, and in no layer.",
    optional(Mounts),
    {
      examples: [[{ kind: "Secret", name: "repository-credentials", path: "/run/secrets/repository" }]]
    }
  ),
  secrets: described(
    "Secrets for `RUN --mount=type=secret`, by their ids; at most 64. `secretName` is a Secret of the " +
      "build's namespace and `key` the key of it that is mounted, by default the id; ids and keys have " +
      "letters, digits, `-`, `_` and `.`. A Secret or key that does not exist keeps the build pending. The " +
      "value is in no layer, log or argument; a buildah with a layer cache does not notice that it " +
      "changed. The Containerfile may ask for other ids unless it says `required`; ids that it does not " +
      "ask for are allowed. Not on OpenShift.",
    optional(BuildSecrets),
    { examples: [[{ id: "token", secretName: "registry-token" }]] }
  ),
  target: described(
    "The stage to build, by its name or its number, counted from 0; by default the last one. Stages that " +
      "it does not need are not built.",
    optional(Target),
    { examples: ["final"] }
  ),
  buildContexts: described(
    "What `FROM`, `COPY --from` and `RUN --mount=from=` find under names of their own, written out in " +
      "the Containerfile; at most 64. Names have lower-case letters, digits, `-`, `_` and `.`, and are " +
      "none of a stage. An image is pulled with the secret of `baseImage`, whether it is used or not. A " +
      "directory is an absolute path of the machine that builds, for the local backend alone; its files " +
      "keep their owners, and its ignore file counts. An image that was built from other content of a " +
      "directory is not adopted.",
    optional(BuildContexts),
    { examples: [{ files: { image: "quay.io/acme/files:1" } }] }
  ),
  inheritLabels: described(
    "Whether the image has the labels of the images that its stages start from; by default true. Not on " +
      "OpenShift; needs buildah 1.40 or later.",
    optional(Schema.Boolean),
    { default: true }
  ),
  unsetLabels: described(
    "Labels that the image does not have, whether the base or the Containerfile sets them; at most 256. " +
      "Not on OpenShift; needs buildah 1.33 or later.",
    optional(UnsetLabels),
    { examples: [["com.example.release"]] }
  ),
  squash: described(
    "Whether all layers, those of the base too, become one; by default false. The image shares no layer " +
      "with its base any longer, and clients of a bootc image download it whole with each update. All steps " +
      "but the last still come from a layer cache. Not on OpenShift.",
    optional(Schema.Boolean),
    { default: false }
  ),
  trustBundle: described(
    "A ConfigMap of certificate authorities that the build trusts, under `key`, by default `ca-bundle.crt`.",
    optional(TrustBundle),
    { examples: [{ configMapName: "trusted-ca" }] }
  ),
  proxy: described("Proxies for pulling, pushing and RUN, without credentials.", optional(Proxy), {
    examples: [{ https: "http://proxy.example.com:3128", noProxy: ".cluster.local" }]
  }),
  architecture: described(
    "By default that of the machine that builds.",
    optional(Schema.Literal("amd64", "arm64", "ppc64le", "s390x"))
  ),
  resources: described(
    "What the build asks of its node, as Kubernetes quantities: by default 500m, 2Gi and 20Gi.",
    optional(Resources)
  ),
  placement: described("On which nodes the build may run.", optional(Placement)),
  objectLabels: described("Labels of the build's objects in Kubernetes.", optional(ObjectLabels), {
    examples: [{ team: "images" }]
  }),
  queueName: described("The LocalQueue of Kueue that the build waits in.", optional(QueueName)),
  timeout: described(
    "How long each attempt may run, at most 7 days, by default 1 hour.",
    optional(positive(time)),
    { default: defaults.timeout }
  ),
  pendingTimeout: described(
    "How long each attempt may wait to start, not counting a queue: at most 7 days, by default 10 minutes.",
    optional(positive(time)),
    { default: defaults.pendingTimeout }
  ),
  retries: described(
    "How often a retryable error is met with another attempt: 0 to 10, by default 2. Failed builds are not retried.",
    optional(wholeNumber({ min: 0, max: 10, problem: "must be a whole number from 0 to 10" })),
    { default: defaults.retries }
  ),
  cacheFrom: described(
    "A repository, `registry/path` without a tag, with the layers of earlier builds: an instruction that one of them has run " +
      "on the same base, with the same files and arguments, is not run again, and its layers are pulled. The pull secret " +
      "opens it. What it lacks, or a registry that does not respond, makes the build slower and nothing else. By default " +
      "none. Not on OpenShift.",
    optional(ImageRepository),
    { examples: ["registry.example.com/acme/layers"] }
  ),
  cacheTo: described(
    "The repository that gets the layers of this build, usually the one of `cacheFrom`. They are pushed after the image, with " +
      "the final image's secret; a push that fails is a line of the log. By default none. Not on OpenShift.",
    optional(ImageRepository),
    { examples: ["registry.example.com/acme/layers"] }
  ),
  revision: described(
    "Any text of at most 256 bytes; a new one makes a new build of an otherwise equal input.",
    optional(Revision)
  ),
  metadata: described(
    "What you note about the build, for example who asked for it: `list` and `watch` return it and filter by it. Not part of " +
      "the image or the fingerprint: an adopted build keeps the metadata of the call that created it. At most 64 entries and " +
      "4 KiB of keys and values; a key has at most 128 bytes and no `=`, and neither keys nor values have line breaks. " +
      "Default: none. Not for secrets: everybody who may list the builds can read it.",
    optional(CallerMetadata),
    { examples: [{ "requested-by": "ada@acme.test" }] }
  )
})

/**
 * The values of the fields of an input.
 *
 * @since 0.1.0
 * @category models
 */
export interface Values extends Schema.Struct.Type<ReturnType<typeof fields<unknown, unknown>>> {}
