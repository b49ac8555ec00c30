/**
 * Settings of the OpenShift backend.
 */

export { gitImage } from "../pod/GitContainer.js"

/**
 * Settings of the OpenShift backend, all optional.
 *
 * @since 0.1.0
 * @category models
 */
export interface OpenShiftSettings {
  /** The namespace of builds that name none. Default: that of the kubeconfig's context. */
  readonly namespace?: string | undefined
  /**
   * The service account of build pods. Default: `builder`, which OpenShift creates in every project. Another one needs the
   * role `system:image-builder`: without it a Build has no reason and no digest, and the digest is read from its log.
   */
  readonly serviceAccount?: string | undefined
  /**
   * The secret for pulling images, for inputs that name none; one for all registries of a build. Default: OpenShift uses one
   * of the service account's.
   */
  readonly defaultPullSecretName?: string | undefined
  /**
   * The image of the pod that finds the commit of a branch or tag of a Git repository. It requires git 2.32 or later, ssh for
   * repositories over ssh, sh, and coreutils or busybox. Default: {@link gitImage}.
   */
  readonly gitImage?: string | undefined
  /** Mounts the certificate authorities that the cluster trusts for every RUN, read-only at `/etc/pki/ca-trust`. Default: false. */
  readonly mountTrustedCA?: boolean | undefined
}
