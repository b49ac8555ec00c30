/**
 * How the command reaches a cluster.
 *
 * @since 0.1.0
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import type { Cluster } from "../kubernetes/Cluster.js"
import type { ConfigurationError } from "../kubernetes/kubeconfig/ConfigurationError.js"

/**
 * @since 0.1.0
 * @category tags
 */
export class ClusterAccess extends Context.Tag("effect-os-builder/cli/ClusterAccess")<
  ClusterAccess,
  Layer.Layer<Cluster, ConfigurationError>
>() {}

/**
 * As `kubectl` would; loaded when it is used.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<ClusterAccess> = Layer.succeed(
  ClusterAccess,
  Layer.unwrapEffect(
    Effect.map(
      Effect.promise(() => import("../kubernetes/KubernetesCluster.js")),
      (KubernetesCluster) => KubernetesCluster.layer
    )
  )
)
