/**
 * The environment variables of the script.
 *
 * @since 0.1.0
 */

import type { BuildInput } from "../../core/BuildInput.js"

/**
 * The environment variables that the script reads; those with a default may be absent. `HTTP_PROXY`, `HTTPS_PROXY` and
 * `NO_PROXY` are read too: buildah uses them and hands them to every `RUN`.
 *
 * @since 0.1.0
 * @category models
 */
export const environment = {
  /** The folder of `BuildScript.inputFiles`. */
  OSB_INPUT_DIR: "required",
  /** A folder that both verbs share and that is empty before the first: storage, context, temporary files. */
  OSB_WORK_DIR: "required",
  /** A folder in memory for copies of secrets. */
  OSB_MEMORY_DIR: "required",
  /** The value of the build argument BASE_IMAGE, if the build has one. */
  OSB_BASE_IMAGE: "",
  OSB_FINAL_IMAGE: "required",
  /** How long one attempt may take, both verbs together; whole seconds. */
  OSB_TIMEOUT_SECONDS: "required",
  /** `amd64`, `arm64`, `ppc64le` or `s390x`; by default the machine's own. */
  OSB_ARCHITECTURE: "",
  /** The image's format, `oci` or `docker`; by default docker where the Containerfile uses what OCI images lack, else oci. */
  OSB_FORMAT: "",
  /** Further names of the image, apart by spaces. */
  OSB_TAGS: "",
  /** `gzip`, `zstd` or `zstd:chunked`: how every layer is compressed that is pushed; by default gzip, and as the registry has it. */
  OSB_COMPRESSION: "",
  /** The level of that compression; by default the algorithm's own. */
  OSB_COMPRESSION_LEVEL: "",
  /** The seconds since 1970 of everything in the image that has a date; by default the time of the build. */
  OSB_TIMESTAMP: "",
  /** Whether what is mounted here is seen by this verb alone: `yes`. */
  OSB_OWN_MOUNTS: "",
  /** `chroot`, `rootless` or `oci`: how buildah runs instructions. */
  OSB_ISOLATION: "chroot",
  /** `overlay`, `vfs`, or `auto`: overlay if the kernel mounts one in the work directory. */
  OSB_STORAGE: "auto",
  /** A lasting folder for storage, used by one build at a time: turns the layer cache on. Emptied at 80% of its disk. */
  OSB_CACHE_DIR: "",
  /** A repository of layers of earlier builds, for `build`. */
  OSB_CACHE_FROM: "",
  /** The repository that `push` writes the layers to, after the image. */
  OSB_CACHE_TO: "",
  /** The registry secret of this verb, a folder with `.dockerconfigjson`, `.dockercfg` or `config.json`. */
  OSB_SECRET_DIR: "",
  /** Where there is no secret: a file with the token of an OpenShift service account, for the final image's registry. */
  OSB_TOKEN_FILE: "",
  /** Shown to every `RUN` at `/etc/pki/entitlement` and `/run/secrets/etc-pki-entitlement`. */
  OSB_ENTITLEMENT_DIR: "",
  /** The folder of the folders `NNNNNN` shown to every `RUN` at the path that `mount.NNNNNN.path` holds. */
  OSB_MOUNTS_DIR: "",
  /** The folder of the folders `NNNNNN` whose file `value` is the secret of which `secret.NNNNNN.id` holds the id. */
  OSB_SECRETS_DIR: "",
  /** A PEM file of authorities to trust beside the system's. */
  OSB_TRUST_BUNDLE: "",
  /** A further build context, `os-builder-heredocs`: files that replace heredocs for a buildah without them. */
  OSB_HEREDOCS_DIR: "",
  /** A folder with any of `registries.conf`, `registries.conf.d`, `policy.json`, `certs.d`, `HOST[..PORT].crt`. */
  OSB_REGISTRIES_DIR: "",
  /** Registries, `host:port` apart by spaces, that may speak plain HTTP or show any certificate. */
  OSB_INSECURE_REGISTRIES: "",
  /** How often an image is pushed while its registry may take it later. */
  OSB_PUSH_TRIES: "6",
  /** How long to wait before the second push, in milliseconds; doubled before each further one, up to 30 seconds. */
  OSB_PUSH_DELAY_MILLIS: "1000",
  /** The storage of containers on the node, mounted: the image goes there, and to no registry. */
  OSB_NODE_STORAGE: "",
  /** The folder of that storage's run state. */
  OSB_NODE_RUN: "",
  /** Where the build context is made; by default in the work directory. */
  OSB_CONTEXT_DIR: "",
  /** Whether OSB_CONTEXT_DIR is filled before the verb `build`: `yes`. It is left as it is. */
  OSB_CONTEXT_FETCHED: "",
  /** The image whose files the verb `context` lays out. */
  OSB_CONTEXT_IMAGE: "",
  /** Of a context that the verb `upload` takes: the digest of its archive. */
  OSB_CONTEXT_DIGEST: "",
  /** How long `upload` waits for a client; whole seconds. */
  OSB_UPLOAD_SECONDS: "",
  /** The Containerfile's path in the build context; by default it is in the input's files. */
  OSB_CONTAINERFILE: "",
  /** `-`: the build context is a tar archive on standard input (`ContextArchive.pieces`); by default it is in the input's files. */
  OSB_CONTEXT_ARCHIVE: "",
  /** Whether `build` leaves the image as an archive for a node, in the place of buildah's storage: `yes`. */
  OSB_ARCHIVE: "",
  /** What `buildah --version` prints, if that is known. */
  OSB_BUILDAH_VERSION: "",
  /** The file for the termination message. */
  OSB_TERMINATION_MESSAGE: "/dev/termination-log"
} as const

/**
 * @since 0.1.0
 * @category models
 */
export type EnvironmentName = keyof typeof environment

/**
 * Values for the script: every required one, and any other.
 *
 * @since 0.1.0
 * @category models
 */
export type Environment =
  & { readonly [K in EnvironmentName as (typeof environment)[K] extends "required" ? K : never]: string }
  & { readonly [K in EnvironmentName]?: string }

/**
 * The variables of an input's proxies, for a script and the programs that it runs.
 *
 * @since 0.1.0
 * @category getters
 */
export const proxies = (proxy: BuildInput["proxy"]): { readonly [name: string]: string } => ({
  ...(proxy?.http === undefined ? {} : { HTTP_PROXY: proxy.http }),
  ...(proxy?.https === undefined ? {} : { HTTPS_PROXY: proxy.https }),
  ...(proxy?.noProxy === undefined ? {} : { NO_PROXY: proxy.noProxy })
})
