/**
 * The part of a kubeconfig that this library reads, in the shape of `KubeConfig` of `@kubernetes/client-node`. No type of
 * that package is named, so that this library's types load without it.
 *
 * @since 0.1.0
 */

/**
 * A loaded kubeconfig; `KubeConfig` of `@kubernetes/client-node` is one.
 *
 * @since 0.1.0
 * @category models
 */
export interface KubeConfigLike {
  getCurrentContext(): string
  getContextObject(name: string): { readonly namespace?: string } | null
  getCurrentCluster(): KubeCluster | null
  getCurrentUser(): object | null
  /** Adds TLS material and credentials to the options of a `node:https` request. */
  applyToHTTPSOptions(options: object): Promise<void>
}

/**
 * The address of an API server and how to trust it, as a kubeconfig has them.
 *
 * @since 0.1.0
 * @category models
 */
export interface KubeCluster {
  readonly server: string
  readonly caData?: string
  readonly caFile?: string
  readonly skipTLSVerify?: boolean
  readonly tlsServerName?: string
  readonly proxyUrl?: string
}
