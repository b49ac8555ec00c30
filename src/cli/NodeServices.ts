/**
 * The services of the machine that the command needs: files, processes, and the connection to the cluster.
 *
 * @since 0.1.0
 */
import type * as CommandExecutor from "@effect/platform/CommandExecutor"
import type * as FileSystem from "@effect/platform/FileSystem"
import type * as Path from "@effect/platform/Path"
import * as Context from "effect/Context"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import { stderr } from "node:process"
import type { Cluster } from "../kubernetes/Cluster.js"
import type { ConfigurationError } from "../kubernetes/kubeconfig/ConfigurationError.js"

/**
 * - `kubeconfig`: the file; by default as for `kubectl`.
 * - `context`: a context of the kubeconfig; by default its current one.
 * - `requestTimeout`: a limit on the response to one request, and on an operation that is not a wait for a build.
 *
 * @since 0.1.0
 * @category models
 */
export interface ClusterSettings {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  readonly requestTimeout: Duration.Duration | undefined
}

/**
 * The layer that connects to the cluster.
 *
 * @since 0.1.0
 * @category tags
 */
export class ClusterAccess extends Context.Tag("effect-os-builder/cli/ClusterAccess")<
  ClusterAccess,
  (settings: ClusterSettings) => Layer.Layer<Cluster, ConfigurationError>
>() {}

/**
 * Connects as `kubectl` does. The client is loaded when it is needed. What an exec plugin writes for the user, such as the
 * code of a login, goes to the terminal.
 *
 * @since 0.1.0
 * @category layers
 */
export const layerClusterAccess: Layer.Layer<ClusterAccess> = Layer.succeed(
  ClusterAccess,
  ({ requestTimeout: timeout, ...settings }) =>
    Layer.unwrapEffect(
      Effect.map(
        Effect.promise(() =>
          Promise.all([import("../kubernetes/KubernetesCluster.js"), import("../kubernetes/kubeconfig/ExecProcess.js")])
        ),
        ([KubernetesCluster, { PluginOutput }]) =>
          Layer.provide(
            KubernetesCluster.layerWith({ ...settings, timeout }),
            Layer.succeed(PluginOutput, (text) => Effect.sync(() => stderr.write(text)))
          )
      )
    )
)

/**
 * The services that any backend may need.
 *
 * @since 0.1.0
 * @category models
 */
export type NodeServices = ClusterAccess | CommandExecutor.CommandExecutor | FileSystem.FileSystem | Path.Path
