/**
 * How the backends that build in a Job of our own are set up.
 */

/**
 * Settings of the custom backend, all optional; the single-node backend has them too.
 *
 * @since 0.1.0
 * @category models
 */
export interface JobSettings {
  /** The namespace of builds that name none. By default that of the cluster's context. */
  readonly namespace?: string | undefined
  /**
   * The image that builds: buildah 1.33 or later, sh, coreutils, sed, grep and mount, and a user with the id 1000 and
   * subordinate ids of its own. By default {@link builderImage}, pinned; name a copy of it where nodes cannot pull that.
   */
  readonly builderImage?: string | undefined
  /** The service account of build pods, which never see its token. By default `default`. */
  readonly serviceAccount?: string | undefined
  /**
   * What build pods run with. `anyuid`, the default: user 1000, which the SCC `anyuid` and the PodSecurity level `baseline`
   * allow. `userns`: the same in a user namespace of the pod's own (`hostUsers: false`), so that who breaks out of it is
   * nobody on the node; it takes nodes that can do that.
   */
  readonly security?: "anyuid" | "userns" | undefined
  /** buildah's storage driver. By default `auto`: overlay where the kernel mounts one in the pod, else vfs. */
  readonly storage?: "auto" | "overlay" | "vfs" | undefined
  /**
   * A PersistentVolumeClaim that keeps layers from one build to the next. A cache serves one build at a time: give it the
   * access mode ReadWriteOncePod, so that others wait for it. By default nothing is kept.
   */
  readonly cacheClaimName?: string | undefined
  /** The secret that pulls the base for inputs that name none. */
  readonly defaultPullSecretName?: string | undefined
  /**
   * A ConfigMap of how registries are reached, for clusters without the Internet: any of the keys `registries.conf`,
   * `policy.json`, and `HOST.crt` or `HOST..PORT.crt` for the authority of one registry.
   */
  readonly registriesConfigMapName?: string | undefined
  /** Registries, `host:port`, that may speak plain HTTP or show any certificate. By default none. */
  readonly insecureRegistries?: ReadonlyArray<string> | undefined
}

/**
 * buildah's own image.
 *
 * @since 0.1.0
 * @category constants
 */
export const builderImage = "quay.io/buildah/stable:v1.43.1"
