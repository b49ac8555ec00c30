/**
 * Settings of the backends that build in Jobs, and the differences between those backends.
 */
import type * as BuildInput from "../../core/BuildInput.js"
import type { BackendName } from "../../core/service/BuildService.js"

/**
 * Settings of the custom backend, all optional; the single-node backend has them too.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobSettings {
  /** The default namespace of builds. Default: that of the kubeconfig's context. */
  readonly namespace?: string | undefined
  /**
   * The image of build pods. It requires buildah 1.28 or later (from 1.43 on with netavark), sh, coreutils, sed, grep, mount, a user
   * with the id 1000 and subordinate ids, newuidmap and newgidmap with file capabilities, and for contexts tar and gzip
   * (docs/operating.md). Default: {@link builderImage}, pinned; set a copy of it if the nodes cannot pull that.
   */
  readonly builderImage?: string | undefined
  /**
   * The image of the containers that fetch a context from Git. It requires git 2.32 or later, ssh for repositories over ssh, sh,
   * coreutils or busybox, and the user `nobody` with the id 65534. Default: {@link gitImage}.
   */
  readonly gitImage?: string | undefined
  /** The service account of build pods, whose token is not mounted. Default: `default`. */
  readonly serviceAccount?: string | undefined
  /**
   * The security context of build pods. `anyuid`, the default: user 1000, which the SCC `anyuid` and the PodSecurity level
   * `baseline` allow. `userns`: the same in its own user namespace (`hostUsers: false`), so that a process that escapes the
   * pod has no privileges on the node; nodes must support it.
   */
  readonly security?: "anyuid" | "userns" | undefined
  /** buildah's storage driver. Default: `auto`, which is overlay if the pod can mount one, else vfs. */
  readonly storage?: "auto" | "overlay" | "vfs" | undefined
  /**
   * A PersistentVolumeClaim that caches layers between builds. A cache serves one build at a time: give it the access mode
   * ReadWriteOncePod, so that other builds wait for it. Default: no cache.
   */
  readonly cacheClaimName?: string | undefined
  /** The default secret for pulling the base image. */
  readonly defaultPullSecretName?: string | undefined
  /**
   * A ConfigMap with the configuration of registries, for clusters without Internet access: any of the keys
   * `registries.conf`, `policy.json`, and `HOST.crt` or `HOST..PORT.crt` with the certificate authority of a registry.
   */
  readonly registriesConfigMapName?: string | undefined
  /** Registries, `host:port`, that may use plain HTTP or any certificate. Default: none. */
  readonly insecureRegistries?: ReadonlyArray<string> | undefined
}

/**
 * The default builder image: buildah's own, pinned.
 *
 * @since 0.1.0
 * @category constants
 */
export const builderImage = "quay.io/buildah/stable:v1.43.1"

export { gitImage } from "../pod/GitContainer.js"

/** The differences between the backends that build in Jobs. */
export interface JobProfile {
  readonly name: BackendName
  readonly settings: JobSettings
  /** Resource requests for inputs that name none. */
  readonly resources: { readonly cpu: string; readonly memory: string; readonly ephemeralStorage: string }
  /** Tolerations in addition to the input's. */
  readonly tolerations: ReadonlyArray<BuildInput.TolerationOptions>
  /** Whether a node runs one build at a time, across namespaces. */
  readonly takesSlot: boolean
  /** Whether images named `localhost/…` are imported into the node's storage instead of pushed. */
  readonly deliversToNode: boolean
}

/** Whether the image of this input is imported into the node's storage. */
export const isForNode = (profile: JobProfile, { finalImage }: Pick<BuildInput.BuildInput, "finalImage">): boolean =>
  profile.deliversToNode && finalImage.pullspec.startsWith("localhost/")
