/**
 * This machine's configuration does not say how to reach a cluster, or who we are there.
 */
import * as Schema from "effect/Schema"

const advices = {
  MissingPeer: "install it beside this library: npm install @kubernetes/client-node",
  UnloadablePeer: "version 2 needs Node 22.19: on an older one, npm install @kubernetes/client-node@1.4.0",
  NoConfiguration: "set KUBECONFIG, or write ~/.kube/config (`oc login` does), or run in a pod with a service account",
  NoContext: "choose one that exists: kubectl config get-contexts, kubectl config use-context NAME",
  NoCredentials: "does `kubectl auth whoami` work with the same kubeconfig?",
  Unsupported: "change the cluster's entry in the kubeconfig"
} as const

/**
 * - `MissingPeer`, `UnloadablePeer`: `@kubernetes/client-node` is not installed, or does not load here.
 * - `NoConfiguration`: there is no kubeconfig, or it cannot be read.
 * - `NoContext`: the kubeconfig has no such context, or none is chosen, or it names no cluster.
 * - `NoCredentials`: a plugin, file or provider that should give credentials failed.
 * - `Unsupported`: the cluster is to be reached in a way that is not supported.
 *
 * @since 0.1.0
 * @category errors
 */
export class ConfigurationError
  extends Schema.TaggedError<ConfigurationError>("effect-os-builder/KubernetesCluster/ConfigurationError")(
    "ConfigurationError",
    {
      reason: Schema.Literal(
        "MissingPeer",
        "UnloadablePeer",
        "NoConfiguration",
        "NoContext",
        "NoCredentials",
        "Unsupported"
      ),
      detail: Schema.String,
      cause: Schema.optional(Schema.Defect)
    }
  )
{
  override get message(): string {
    return `${this.detail}: ${advices[this.reason]}`
  }
}
