/**
 * How the OpenShift backend is set up.
 */

/**
 * Settings of the OpenShift backend, all optional.
 *
 * @since 0.1.0
 * @category models
 */
export interface OpenShiftSettings {
  /** The namespace of builds that name none. By default that of the cluster's context. */
  readonly namespace?: string | undefined
  /**
   * The service account of build pods. By default `builder`, which OpenShift makes in every project. Another one needs the
   * role `system:image-builder`: without it a Build cannot tell its digest.
   */
  readonly serviceAccount?: string | undefined
  /**
   * The secret that pulls images for inputs that name none: one for all registries of a build. By default OpenShift takes one
   * of the service account's.
   */
  readonly defaultPullSecretName?: string | undefined
  /** Shows the authorities that the cluster trusts to every RUN, read-only at `/etc/pki/ca-trust`. By default false. */
  readonly mountTrustedCA?: boolean | undefined
}
