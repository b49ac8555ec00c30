/**
 * The fields of an input and the rules of each. `Options` documents them.
 *
 * @since 0.1.0
 */
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { ImagePullspec } from "../ImagePullspec.js"
import { BuildArgs, ImageLabels } from "./BuildArgs.js"
import * as BuildContext from "./BuildContext.js"
import { CallerMetadata } from "./CallerMetadata.js"
import type * as ContextFile from "./ContextFile.js"
import { contextPath } from "./ContextPath.js"
import { labelValue, Subdomain, subdomain } from "./KubernetesName.js"
import { NodeSelector, ObjectLabels } from "./Labels.js"
import { Mounts } from "./Mount.js"
import { Proxy } from "./Proxy.js"
import { Bytes, Cpu } from "./Quantity.js"
import { anyText, atMostBytes, first, lacks, matches, portable, textBy, wholeNumber } from "./TextRule.js"
import { Tolerations } from "./Toleration.js"
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
  dockerfile: optional(dockerfile),
  dockerfilePath: optional(textBy(contextPath, (fc) => fc.constantFrom("Containerfile", "images/os/Dockerfile"))),
  baseImage: optional(ImageInfo),
  finalImage: FinalImage,
  pullSecretName: optional(Subdomain),
  entitlementSecretName: optional(Subdomain),
  buildArgs: optional(BuildArgs),
  imageLabels: optional(ImageLabels),
  context: optional(BuildContext.BuildContext(context)),
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
  revision: optional(Revision),
  metadata: optional(CallerMetadata)
})

/**
 * The values of the fields of an input.
 *
 * @since 0.1.0
 * @category models
 */
export interface Values extends Schema.Struct.Type<ReturnType<typeof fields<unknown, unknown>>> {}
