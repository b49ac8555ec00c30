/**
 * The error for a kubeconfig that does not lead to a cluster, and the redaction of errors about credentials.
 */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { errorCode } from "../transport/HttpAgent.js"

const advice = {
  MissingPeer: "install it beside this library: npm install @kubernetes/client-node@1",
  UnloadablePeer: "version 2 needs Node 22.19; on an older one, npm install @kubernetes/client-node@1.4.0",
  NoConfiguration: "set KUBECONFIG, or write ~/.kube/config (`oc login` does), or run in a pod with a service account",
  NoContext: "choose one that exists: kubectl config get-contexts, kubectl config use-context NAME",
  NoCredentials: "check that `kubectl auth whoami` works with the same kubeconfig",
  Unsupported: "change the cluster's entry in the kubeconfig"
} as const

/**
 * The kubeconfig does not lead to a cluster or to credentials for it. Its message ends with what to do about it.
 *
 * - `NoConfiguration`: no kubeconfig was found, or it cannot be read.
 * - `NoContext`: the kubeconfig has no such context, no current context, or a context without a cluster.
 * - `NoCredentials`: the user's entry cannot be used as it is, or a plugin, file or provider of credentials failed.
 * - `Unsupported`: the cluster's entry cannot be used as it is, or asks for a connection that is not supported.
 * - `MissingPeer`, `UnloadablePeer`: deprecated and not used any more, because kubeconfig files are read without
 *   `@kubernetes/client-node`.
 *
 * @example
 * ```ts
 * import { ConfigurationError } from "effect-os-builder/KubernetesCluster"
 * import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
 * import { Console, Effect, Layer } from "effect"
 *
 * const cluster = KubernetesCluster.layer.pipe(
 *   Layer.tapError((error: ConfigurationError) => Console.error(`${error.reason}: ${error.message}`))
 * )
 * ```
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
      /** What to do, if that is more than the advice for the reason. */
      advice: Schema.optional(Schema.String),
      cause: Schema.optional(Schema.Defect)
    }
  )
{
  override get message(): string {
    return `${this.detail}: ${this.advice ?? advice[this.reason]}`
  }
}

const maxDescription = 500

const fieldOf = (u: unknown, name: string): unknown => Predicate.isReadonlyRecord(u) ? u[name] : undefined

/**
 * Describes an error without credentials. Messages of parsers quote the text they parsed and those of child processes the
 * command, so the error itself is never kept as a cause, and its message only where it does not quote.
 */
export const redact = (error: unknown): string => {
  // js-yaml: the message quotes the lines around the error.
  const reason = fieldOf(error, "reason")
  const line = fieldOf(fieldOf(error, "mark"), "line")
  if (Predicate.isString(reason) && Predicate.isNumber(line)) return `${reason}, in line ${line + 1}`
  // V8: the message quotes the text around the error.
  if (error instanceof SyntaxError) return "the content is not valid JSON"
  return (error instanceof Error ? error.message || errorCode(error) : String(error)).trim().slice(0, maxDescription)
}
