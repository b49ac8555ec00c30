/**
 * What a program passes to `BuildInput.make`, and what holds where it passes nothing.
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
 * What `BuildInput.make` takes. Two fields are needed; `BuildInput.defaults` has what holds where the others are left out. A
 * time that is a number is milliseconds.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  /** The text of the Containerfile; at most 512 KiB. Required, unless there is a `dockerfilePath`. */
  readonly dockerfile?: string | undefined
  /**
   * The Containerfile as a file of a `context` from git, an image or an upload, in the place of `dockerfile`: its path there.
   * The rules of `PATH.containerignore` or `PATH.dockerignore` beside it then come before those of the context's root.
   */
  readonly dockerfilePath?: string | undefined
  /**
   * What the build starts from. The pullspec is handed to the Containerfile as the build argument `BASE_IMAGE`. It is needed
   * where the Containerfile has that argument without a default, and pulled only where the Containerfile names it.
   */
  readonly baseImage?: ImageOptions | undefined
  /** Where the image is pushed: a tag, `latest` if none is named, and never a digest. */
  readonly finalImage: ImageOptions
  /**
   * The secret with the credentials for every image that the Containerfile names, for an input without `baseImage.secretName`: a
   * build has one pull secret, which may hold credentials of any number of registries. By default the backend's own.
   */
  readonly pullSecretName?: string | undefined
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
   * Further names for the same digest, at most 32: tags of the final image's repository (`latest`), or whole pullspecs in its
   * registry, which its secret must open too. The layers are uploaded once, and the build succeeds when all names are pushed;
   * the message of an error lists those that were. By default none.
   */
  readonly tags?: ReadonlyArray<string> | undefined
  /**
   * Annotations of the image's manifest, at most 64 KiB of them. The docker format has none, so they exclude `format: "docker"`
   * and a Containerfile with SHELL, HEALTHCHECK or ONBUILD.
   */
  readonly annotations?: ValidatedRecord<string> | undefined
  /**
   * The format of the image. `auto`, the default, is docker where the Containerfile, or an ONBUILD of the base, has SHELL,
   * HEALTHCHECK or ONBUILD, which OCI images lack, and oci elsewhere; `oci` with one of them is rejected.
   */
  readonly format?: "auto" | "oci" | "docker" | undefined
  /**
   * How every layer is compressed, those of the base as well, which are then uploaded again: an algorithm, and a level of 1 to 9
   * for gzip and 1 to 20 for zstd. zstd requires the OCI format. By default new layers are compressed by gzip, and those that
   * the registry has already stay as they are.
   */
  readonly compression?: Compression["algorithm"] | Compression | undefined
  /**
   * A time for everything that the image dates, so that two builds of an equal input have one digest: its creation, its
   * history, and files, none of which is later. RUN sees it as SOURCE_DATE_EPOCH after `ARG SOURCE_DATE_EPOCH`. A number is
   * whole seconds since 1970. By default the time of the build. docs/operating.md lists what it does not cover.
   */
  readonly timestamp?: DateTime.Utc | number | string | undefined
  /**
   * Files, links and directories for COPY, ADD and bind mounts of RUN, by their paths; on a cluster at most 8 MiB. A file that
   * names no mode has 0o644, and a directory 0o755. The directories of files need no entry. A link keeps its target.
   *
   * Or a context from elsewhere, of any size: `{ git: { url, ref?, commit?, subPath?, secretName? } }`,
   * `{ image: { pullspec, secretName? } }` with a digest, or `{ upload: { directory, digest } }` of `ContextUpload.read`.
   */
  readonly context?: BuildContext.BuildContext<ContextFile.Given> | undefined
  /** Secrets and ConfigMaps, each a directory `path` of files for RUN, and in no layer. */
  readonly mounts?: ReadonlyArray<Mount> | undefined
  /**
   * Secrets for `RUN --mount=type=secret`, by their ids; at most 64. `secretName` is a Secret of the build's namespace and `key`
   * the key of it that is mounted, by default the id; ids and keys have letters, digits, `-`, `_` and `.`. A Secret or key that
   * does not exist keeps the build pending. The value is in no layer, log or argument; a buildah with a layer cache does not
   * notice that it changed. The Containerfile may ask for other ids unless it says `required`; ids that it does not ask for are
   * allowed. Not on OpenShift.
   */
  readonly secrets?: ReadonlyArray<SecretOptions> | undefined
  /**
   * The stage to build, by its name or its number, counted from 0; by default the last one. Stages that it does not need are
   * not built.
   */
  readonly target?: string | undefined
  /**
   * What `FROM`, `COPY --from` and `RUN --mount=from=` find under names of their own, written out in the Containerfile; at most
   * 64. Names have lower-case letters, digits, `-`, `_` and `.`, and are none of a stage. An image is pulled with the secret of
   * `baseImage`, whether it is used or not. A directory is an absolute path of the machine that builds, for the local backend
   * alone; its files keep their owners, and its ignore file counts. An image that was built from other content of a directory
   * is not adopted.
   */
  readonly buildContexts?: ValidatedRecord<NamedContext> | undefined
  /**
   * Whether the image has the labels of the images that its stages start from; by default true. Not on OpenShift; needs buildah
   * 1.40 or later.
   */
  readonly inheritLabels?: boolean | undefined
  /**
   * Labels that the image does not have, whether the base or the Containerfile sets them; at most 256. Not on OpenShift; needs
   * buildah 1.33 or later.
   */
  readonly unsetLabels?: ReadonlyArray<string> | undefined
  /**
   * Whether all layers, those of the base too, become one; by default false. The image shares no layer with its base any
   * longer, and clients of a bootc image download it whole with each update. All steps but the last still come from a layer
   * cache. Not on OpenShift.
   */
  readonly squash?: boolean | undefined
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
  /** How long each attempt may run, at most 7 days, by default 1 hour. */
  readonly timeout?: Duration.DurationInput | undefined
  /** How long each attempt may wait to start, not counting a queue: at most 7 days, by default 10 minutes. */
  readonly pendingTimeout?: Duration.DurationInput | undefined
  /** How often a retryable error is met with another attempt: 0 to 10, by default 2. Failed builds are not retried. */
  readonly retries?: number | undefined
  /**
   * A repository, `registry/path` without a tag, with the layers of earlier builds: an instruction that one of them has run on the
   * same base, with the same files and arguments, is not run again, and its layers are pulled. The pull secret opens it. What it
   * lacks, or a registry that does not respond, makes the build slower and nothing else. By default none. Not on OpenShift.
   */
  readonly cacheFrom?: string | undefined
  /**
   * The repository that gets the layers of this build, usually the one of `cacheFrom`. They are pushed after the image, with the
   * final image's secret; a push that fails is a line of the log. By default none. Not on OpenShift.
   */
  readonly cacheTo?: string | undefined
  /** Any text of at most 256 bytes; a new one makes a new build of an otherwise equal input. */
  readonly revision?: string | undefined
  /**
   * What you note about the build, for example who asked for it: `list` and `watch` return it and filter by it. Not part of the
   * image or the fingerprint: an adopted build keeps the metadata of the call that created it. At most 64 entries and 4 KiB of
   * keys and values; a key has at most 128 bytes and no `=`, and neither keys nor values have
   * line breaks. Default: none. Not for secrets: everybody who may list
   * the builds can read it.
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
