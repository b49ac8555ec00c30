/**
 * What is needed of a kubeconfig: the shape of `KubeConfig` in `@kubernetes/client-node`, of which none of the types is
 * named here, so that this library's types can be read without it.
 *
 * @since 0.1.0
 */

/**
 * @since 0.1.0
 * @category models
 */
export interface KubeConfigLike {
  getCurrentContext(): string
  getContextObject(name: string): { readonly namespace?: string } | null
  getCurrentCluster(): KubeCluster | null
  getCurrentUser(): object | null
  /** Puts what it takes to connect and to be known into the options of a `node:https` request. */
  applyToHTTPSOptions(options: object): Promise<void>
}

/**
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
