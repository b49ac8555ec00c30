/**
 * The options of `BuildInput.make`, and their defaults.
 *
 * @since 0.1.0
 */
import type * as DateTime from "effect/DateTime"
import * as Duration from "effect/Duration"
import type * as BuildContext from "./BuildContext.js"
import type { NamedContext } from "./BuildContexts.js"
import type * as ContextFile from "./ContextFile.js"
import type { Mount } from "./Mount.js"
import type { Compression } from "./Output.js"
import type { ValidatedRecord } from "./ValidatedRecord.js"

/**
 * The options of `BuildInput.make`: `finalImage` and one of `dockerfile` and `dockerfilePath` are required. A duration that is a
 * number is in milliseconds. `BuildInput.defaults` has the defaults as values.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The text of the Containerfile, at most 512 KiB. Required unless `dockerfilePath` is given. */
  readonly dockerfile?: string | undefined
  /**
   * The path of the Containerfile in a `context` from git or an image, instead of `dockerfile`. The rules of
   * `PATH.containerignore` or `PATH.dockerignore` take precedence over those in the context's root. Not on OpenShift.
   */
  readonly dockerfilePath?: string | undefined
  /**
   * The image to build from. Its pullspec is passed to the Containerfile as the build argument `BASE_IMAGE`. Required if the
   * Containerfile has that argument without a default; pulled only if the Containerfile names it.
   */
  readonly baseImage?: ImageOptions | undefined
  /** The image to push: a tag (`latest` if the pullspec names none), never a digest. */
  readonly finalImage: ImageOptions
  /**
   * The secret for pulling every image that the Containerfile names, if `baseImage.secretName` is absent. A build has one
   * pull secret, which may hold credentials for any number of registries. Default: the backend's own.
   */
  readonly pullSecretName?: string | undefined
  /**
   * A secret with entitlement certificates. RUN finds them in `/etc/pki/entitlement` and, except on OpenShift, in
   * `/run/secrets/etc-pki-entitlement`.
   */
  readonly entitlementSecretName?: string | undefined
  /** Values for ARG, at most 64 KiB in total. */
  readonly buildArgs?: ValidatedRecord<string> | undefined
  /** Labels of the image, at most 64 KiB in total. */
  readonly imageLabels?: ValidatedRecord<string> | undefined
  /**
   * Further names for the same digest, at most 32: tags in the final image's repository (`latest`), or whole pullspecs in its
   * registry, which its secret must open too. Layers are uploaded once. The build succeeds when all names are pushed; an
   * error message lists those that were. Default: none.
   */
  readonly tags?: ReadonlyArray<string> | undefined
  /**
   * Annotations of the image's manifest, at most 64 KiB in total. The docker format has none, so they exclude `format:
   * "docker"` and a Containerfile with SHELL, HEALTHCHECK or ONBUILD.
   */
  readonly annotations?: ValidatedRecord<string> | undefined
  /**
   * The format of the image. Default `auto`: docker if the Containerfile or an ONBUILD of the base has SHELL, HEALTHCHECK or
   * ONBUILD, which OCI images cannot hold, otherwise oci. `oci` with one of these instructions is rejected.
   */
  readonly format?: "auto" | "oci" | "docker" | undefined
  /**
   * The compression of every layer, including those of the base, which are then uploaded again: an algorithm, and a level
   * from 1 to 9 for gzip or from 1 to 20 for zstd. zstd requires the OCI format. By default new layers are compressed with
   * gzip, and layers that the registry already has are left as they are.
   */
  readonly compression?: Compression["algorithm"] | Compression | undefined
  /**
   * The time of everything in the image that has a date, so that two builds of an equal input have the same digest: its
   * creation, its history, and its files, none of which is later. RUN sees it as SOURCE_DATE_EPOCH after `ARG
   * SOURCE_DATE_EPOCH`. A number is whole seconds since 1970. Default: the time of the build. docs/operating.md lists what it
   * does not cover.
   */
  readonly timestamp?: DateTime.Utc | number | string | undefined
  /**
   * Files, links and directories for COPY, ADD and bind mounts of RUN, by path; on a cluster at most 8 MiB. The default mode
   * of a file is 0o644, that of a directory 0o755. The directories of files need no entry. A link keeps its target.
   *
   * Alternatively a context from elsewhere, of any size: `{ git: { url, ref?, commit?, subPath?, secretName? } }`, `{ image:
   * { pullspec, secretName? } }` with a digest, or `{ upload: { directory, digest } }` from `ContextUpload.read`.
   */
  readonly context?: BuildContext.BuildContext<ContextFile.Given> | undefined
  /** Secrets and ConfigMaps that RUN sees as directories of files, each at its `path`. They are in no layer. */
  readonly mounts?: ReadonlyArray<Mount> | undefined
  /**
   * Secrets for `RUN --mount=type=secret`, by id; at most 64. `secretName` is a Secret in the build's namespace, `key` the
   * key of it that is mounted (default: the id). Ids and keys consist of letters, digits, `-`, `_` and `.`. A Secret or key
   * that does not exist keeps the build pending. The value is in no layer, log or argument; a changed value does not
   * invalidate buildah's layer cache. The Containerfile may ask for other ids unless it says `required`; ids that it does not
   * ask for are allowed. Not on OpenShift.
   */
  readonly secrets?: ReadonlyArray<SecretOptions> | undefined
  /**
   * The stage to build, by its name or its number, counted from 0. Stages that it does not need are not built. Default: the
   * last one.
   */
  readonly target?: string | undefined
  /**
   * Named build contexts: images and directories that `FROM`, `COPY --from` and `RUN --mount=from=` find by these names,
   * which must be written out in the Containerfile; at most 64. A name consists of lower-case letters, digits, `-`, `_` and
   * `.`, and must not be that of a stage. An image is pulled with the secret of `baseImage`, whether it is used or not. A
   * directory is an absolute path on the machine that builds, for the local backend only; its files keep their owners, and
   * its ignore file applies. An image built from other content of a directory is not adopted.
   */
  readonly buildContexts?: ValidatedRecord<NamedContext> | undefined
  /**
   * Whether the image inherits the labels of the images that its stages start from. Default: true. Not on OpenShift; requires
   * buildah 1.40 or later.
   */
  readonly inheritLabels?: boolean | undefined
  /**
   * Labels to remove from the image, whether the base or the Containerfile sets them; at most 256. Not on OpenShift; requires
   * buildah 1.33 or later.
   */
  readonly unsetLabels?: ReadonlyArray<string> | undefined
  /**
   * Whether all layers, including those of the base, are merged into one. Default: false. The image then shares no layer with
   * its base, so clients of a bootc image download it whole with each update. All steps but the last still come from a layer
   * cache. Not on OpenShift.
   */
  readonly squash?: boolean | undefined
  /**
   * A ConfigMap with certificate authorities that the build trusts. `key` is the key that holds them (default:
   * `ca-bundle.crt`).
   */
  readonly trustBundle?: { readonly configMapName: string; readonly key?: string | undefined } | undefined
  /** Proxies for pulling, pushing and RUN. Their URLs must not contain credentials. */
  readonly proxy?: {
    readonly http?: string | undefined
    readonly https?: string | undefined
    readonly noProxy?: string | undefined
  } | undefined
  /** The architecture of the image. Default: that of the machine that builds. */
  readonly architecture?: "amd64" | "arm64" | "ppc64le" | "s390x" | undefined
  /**
   * The resources that the build requests, as Kubernetes quantities. Defaults: 500m of CPU, 2Gi of memory, 20Gi of ephemeral
   * storage.
   */
  readonly resources?: {
    readonly cpu?: string | undefined
    readonly memory?: string | undefined
    readonly ephemeralStorage?: string | undefined
  } | undefined
  /** The nodes on which the build may run. */
  readonly placement?: {
    readonly nodeSelector?: ValidatedRecord<string> | undefined
    readonly tolerations?: ReadonlyArray<TolerationOptions> | undefined
  } | undefined
  /** Labels for the Kubernetes objects of the build. */
  readonly objectLabels?: ValidatedRecord<string> | undefined
  /** The Kueue LocalQueue in which the build waits. */
  readonly queueName?: string | undefined
  /** The time limit of each attempt, at most 7 days. Default: 1 hour. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How long each attempt may wait to start, apart from waiting in a queue; at most 7 days. Default: 10 minutes. */
  readonly pendingTimeout?: Duration.DurationInput | undefined
  /**
   * The number of further attempts after retryable errors, from 0 to 10. Default: 2. A build that Failed is not retried.
   */
  readonly retries?: number | undefined
  /**
   * A repository, `registry/path` without a tag, with layers of earlier builds, opened by the pull secret. An instruction
   * that one of them has run on the same base, with the same files and arguments, is not run again: its layer is pulled.
   * Missing layers, or a registry that does not respond, only make the build slower. Default: none. Not on OpenShift.
   */
  readonly cacheFrom?: string | undefined
  /**
   * The repository to which the layers of this build are pushed, usually that of `cacheFrom`. They are pushed after the
   * image, with the final image's secret; a push that fails is reported in the log and does not fail the build. Default:
   * none. Not on OpenShift.
   */
  readonly cacheTo?: string | undefined
  /** Any text of at most 256 bytes. Changing it forces a new build of an otherwise equal input. */
  readonly revision?: string | undefined
  /**
   * Notes of the caller about the build, for example who asked for it; `list` and `watch` return them and filter by them.
   * They are not part of the image or the fingerprint: an adopted build keeps the metadata of the call that created it. At
   * most 64 entries and 4 KiB of keys and values; a key has at most 128 bytes and no `=`, and neither keys nor values have
   * line breaks. Not for secrets: everyone who may list the builds can read them. Default: none.
   */
  readonly metadata?: ValidatedRecord<string> | undefined
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
 * A secret for `RUN --mount=type=secret` in {@link Options}.
 *
 * @since 0.1.0
 * @category models
 */
export interface SecretOptions {
  readonly id: string
  readonly secretName: string
  readonly key?: string | undefined
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
