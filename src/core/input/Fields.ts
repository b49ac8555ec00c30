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
      ? "must be greater than zero"
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
    "The text of the Containerfile, at most 512 KiB. Required unless `dockerfilePath` is given.",
    optional(dockerfile),
    { examples: ["ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN dnf -y install usbguard\n"] }
  ),
  dockerfilePath: described(
    "The path of the Containerfile in a `context` from git or an image, instead of `dockerfile`. The rules of " +
      "`PATH.containerignore` or `PATH.dockerignore` take precedence over those in the context's root. Not on " +
      "OpenShift.",
    optional(textBy(contextPath, (fc) => fc.constantFrom("Containerfile", "images/os/Dockerfile"))),
    { examples: ["images/os/Containerfile"] }
  ),
  baseImage: described(
    "The image to build from. Its pullspec is passed to the Containerfile as the build argument `BASE_IMAGE`. " +
      "Required if the Containerfile has that argument without a default; pulled only if the Containerfile names it.",
    optional(ImageInfo)
  ),
  finalImage: described(
    "The image to push: a tag (`latest` if the pullspec names none), never a digest.",
    FinalImage
  ),
  pullSecretName: described(
    "The secret for pulling every image that the Containerfile names, if `baseImage.secretName` is absent. A build " +
      "has one pull secret, which may hold credentials for any number of registries. Default: the backend's own.",
    optional(Subdomain),
    { examples: ["registry-credentials"] }
  ),
  entitlementSecretName: described(
    "A secret with entitlement certificates. RUN finds them in `/etc/pki/entitlement` and, except on OpenShift, in " +
      "`/run/secrets/etc-pki-entitlement`.",
    optional(Subdomain),
    { examples: ["etc-pki-entitlement"] }
  ),
  buildArgs: described("Values for ARG, at most 64 KiB in total.", optional(BuildArgs), {
    examples: [{ VERSION: "4.18" }]
  }),
  imageLabels: described("Labels of the image, at most 64 KiB in total.", optional(ImageLabels), {
    examples: [{ "org.opencontainers.image.title": "acme-os" }]
  }),
  tags: described(
    "Further names for the same digest, at most 32: tags in the final image's repository (`latest`), or whole " +
      "pullspecs in its registry, which its secret must open too. Layers are uploaded once. The build succeeds when all " +
      "names are pushed; an error message lists those that were. Default: none.",
    optional(Tags),
    { examples: [["latest", "4.18"]] }
  ),
  annotations: described(
    "Annotations of the image's manifest, at most 64 KiB in total. The docker format has none, so they exclude " +
      "`format: \"docker\"` and a Containerfile with SHELL, HEALTHCHECK or ONBUILD.",
    optional(Annotations),
    { examples: [{ "org.opencontainers.image.source": "https://git.example.com/os" }] }
  ),
  format: described(
    "The format of the image. Default `auto`: docker if the Containerfile or an ONBUILD of the base has SHELL, " +
      "HEALTHCHECK or ONBUILD, which OCI images cannot hold, otherwise oci. `oci` with one of these instructions is " +
      "rejected.",
    optional(Format)
  ),
  compression: described(
    "The compression of every layer, including those of the base, which are then uploaded again: an algorithm, and a " +
      "level from 1 to 9 for gzip or from 1 to 20 for zstd. zstd requires the OCI format. By default new layers are " +
      "compressed with gzip, and layers that the registry already has are left as they are.",
    optional(Compression)
  ),
  timestamp: described(
    "The time of everything in the image that has a date, so that two builds of an equal input have the same digest: " +
      "its creation, its history, and its files, none of which is later. RUN sees it as SOURCE_DATE_EPOCH after `ARG " +
      "SOURCE_DATE_EPOCH`. A number is whole seconds since 1970. Default: the time of the build. docs/operating.md " +
      "lists what it does not cover.",
    optional(Timestamp)
  ),
  context: described(
    "Files, links and directories for COPY, ADD and bind mounts of RUN, by path; on a cluster at most 8 MiB. The " +
      "default mode of a file is 0o644, that of a directory 0o755. The directories of files need no entry. A link keeps " +
      "its target. Alternatively a context from elsewhere, of any size: `{ git: { url, ref?, commit?, subPath?, " +
      "secretName? } }`, `{ image: { pullspec, secretName? } }` with a digest, or `{ upload: { directory, digest } }` " +
      "from `ContextUpload.read`.",
    optional(BuildContext.BuildContext(context)),
    { examples: [{ "etc/motd": "Welcome\n" }] }
  ),
  mounts: described(
    "Secrets and ConfigMaps that RUN sees as directories of files, each at its `path`. They are in no layer.",
    optional(Mounts),
    {
      examples: [[{ kind: "Secret", name: "repository-credentials", path: "/run/secrets/repository" }]]
    }
  ),
  secrets: described(
    "Secrets for `RUN --mount=type=secret`, by id; at most 64. `secretName` is a Secret in the build's namespace, " +
      "`key` the key of it that is mounted (default: the id). Ids and keys consist of letters, digits, `-`, `_` and " +
      "`.`. A Secret or key that does not exist keeps the build pending. The value is in no layer, log or argument; a " +
      "changed value does not invalidate buildah's layer cache. The Containerfile may ask for other ids unless it says " +
      "`required`; ids that it does not ask for are allowed. Not on OpenShift.",
    optional(BuildSecrets),
    { examples: [[{ id: "token", secretName: "registry-token" }]] }
  ),
  target: described(
    "The stage to build, by its name or its number, counted from 0. Stages that it does not need are not built. " +
      "Default: the last one.",
    optional(Target),
    { examples: ["final"] }
  ),
  buildContexts: described(
    "Named build contexts: images and directories that `FROM`, `COPY --from` and `RUN --mount=from=` find by these " +
      "names, which must be written out in the Containerfile; at most 64. A name consists of lower-case letters, " +
      "digits, `-`, `_` and `.`, and must not be that of a stage. An image is pulled with the secret of `baseImage`, " +
      "whether it is used or not. A directory is an absolute path on the machine that builds, for the local backend " +
      "only; its files keep their owners, and its ignore file applies. An image built from other content of a directory " +
      "is not adopted.",
    optional(BuildContexts),
    { examples: [{ files: { image: "quay.io/acme/files:1" } }] }
  ),
  inheritLabels: described(
    "Whether the image inherits the labels of the images that its stages start from. Default: true. Not on OpenShift; " +
      "requires buildah 1.40 or later.",
    optional(Schema.Boolean),
    { default: true }
  ),
  unsetLabels: described(
    "Labels to remove from the image, whether the base or the Containerfile sets them; at most 256. Not on OpenShift; " +
      "requires buildah 1.33 or later.",
    optional(UnsetLabels),
    { examples: [["com.example.release"]] }
  ),
  squash: described(
    "Whether all layers, including those of the base, are merged into one. Default: false. The image then shares no " +
      "layer with its base, so clients of a bootc image download it whole with each update. All steps but the last " +
      "still come from a layer cache. Not on OpenShift.",
    optional(Schema.Boolean),
    { default: false }
  ),
  trustBundle: described(
    "A ConfigMap with certificate authorities that the build trusts. `key` is the key that holds them (default: " +
      "`ca-bundle.crt`).",
    optional(TrustBundle),
    { examples: [{ configMapName: "trusted-ca" }] }
  ),
  proxy: described("Proxies for pulling, pushing and RUN. Their URLs must not contain credentials.", optional(Proxy), {
    examples: [{ https: "http://proxy.example.com:3128", noProxy: ".cluster.local" }]
  }),
  architecture: described(
    "The architecture of the image. Default: that of the machine that builds.",
    optional(Schema.Literal("amd64", "arm64", "ppc64le", "s390x"))
  ),
  resources: described(
    "The resources that the build requests, as Kubernetes quantities. Defaults: 500m of CPU, 2Gi of memory, 20Gi of " +
      "ephemeral storage.",
    optional(Resources)
  ),
  placement: described("The nodes on which the build may run.", optional(Placement)),
  objectLabels: described("Labels for the Kubernetes objects of the build.", optional(ObjectLabels), {
    examples: [{ team: "images" }]
  }),
  queueName: described("The Kueue LocalQueue in which the build waits.", optional(QueueName)),
  timeout: described(
    "The time limit of each attempt, at most 7 days. Default: 1 hour.",
    optional(positive(time)),
    { default: defaults.timeout }
  ),
  pendingTimeout: described(
    "How long each attempt may wait to start, apart from waiting in a queue; at most 7 days. Default: 10 minutes.",
    optional(positive(time)),
    { default: defaults.pendingTimeout }
  ),
  retries: described(
    "The number of further attempts after retryable errors, from 0 to 10. Default: 2. A build that Failed is not " +
      "retried.",
    optional(wholeNumber({ min: 0, max: 10, problem: "must be a whole number from 0 to 10" })),
    { default: defaults.retries }
  ),
  cacheFrom: described(
    "A repository, `registry/path` without a tag, with layers of earlier builds, opened by the pull secret. An " +
      "instruction that one of them has run on the same base, with the same files and arguments, is not run again: its " +
      "layer is pulled. Missing layers, or a registry that does not respond, only make the build slower. Default: none. " +
      "Not on OpenShift.",
    optional(ImageRepository),
    { examples: ["registry.example.com/acme/layers"] }
  ),
  cacheTo: described(
    "The repository to which the layers of this build are pushed, usually that of `cacheFrom`. They are pushed after " +
      "the image, with the final image's secret; a push that fails is reported in the log and does not fail the build. " +
      "Default: none. Not on OpenShift.",
    optional(ImageRepository),
    { examples: ["registry.example.com/acme/layers"] }
  ),
  revision: described(
    "Any text of at most 256 bytes. Changing it forces a new build of an otherwise equal input.",
    optional(Revision)
  ),
  metadata: described(
    "Notes of the caller about the build, for example who asked for it; `list` and `watch` return them and filter by " +
      "them. They are not part of the image or the fingerprint: an adopted build keeps the metadata of the call that " +
      "created it. At most 64 entries and 4 KiB of keys and values; a key has at most 128 bytes and no `=`, and neither " +
      "keys nor values have line breaks. Not for secrets: everyone who may list the builds can read them. Default: " +
      "none.",
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
