/**
 * The settings of backends that options set.
 *
 * @since 0.1.0
 */
import type { ClusterSettings } from "./NodeServices.js"

/**
 * - `namespace`: the namespace of the builds; by default the backend's own.
 * - `cluster`: how to reach the cluster.
 * - `builder`: for every backend that runs buildah itself.
 * - `local`: for the local backend.
 *
 * @since 0.1.0
 * @category models
 */
export interface BackendSettings {
  readonly namespace: string | undefined
  readonly cluster: ClusterSettings
  readonly builder: {
    readonly insecureRegistries: ReadonlyArray<string>
    readonly storage: "auto" | "overlay" | "vfs" | undefined
  }
  readonly local: {
    readonly secretsDirectory: string | undefined
    readonly configMapsDirectory: string | undefined
  }
}

/**
 * Every setting at its default.
 *
 * @since 0.1.0
 * @category constructors
 */
export const none: BackendSettings = {
  namespace: undefined,
  cluster: { kubeconfig: undefined, context: undefined, requestTimeout: undefined },
  builder: { insecureRegistries: [], storage: undefined },
  local: { secretsDirectory: undefined, configMapsDirectory: undefined }
}
