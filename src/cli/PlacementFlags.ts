/**
 * The options for where a build runs, one entry each.
 *
 * @since 0.1.0
 */
import * as Flag from "./Flag.js"

const scheduling = { group: "Resources and scheduling" }

/**
 * Where the build runs; part of the input as well.
 *
 * @since 0.1.0
 * @category options
 */
export const placement = {
  cpu: Flag.text("--cpu QUANTITY", "CPU request of the build, as a Kubernetes quantity; by default 500m.", scheduling),
  memory: Flag.text(
    "--memory QUANTITY",
    "Memory request of the build, as a Kubernetes quantity; by default 2Gi.",
    scheduling
  ),
  ephemeralStorage: Flag.text("--ephemeral-storage QUANTITY", "Disk space for the build; by default 20Gi.", scheduling),
  nodeSelector: Flag.repeated("--node-selector KEY=VALUE", "A label that the node must have.", scheduling),
  tolerations: Flag.repeated(
    "--toleration KEY[=VALUE][:EFFECT]",
    "A taint of nodes that the build tolerates, as in `kubectl taint`; * tolerates every taint.",
    scheduling
  ),
  queue: Flag.text("--queue NAME", "The LocalQueue of Kueue that the build waits in.", scheduling),
  objectLabels: Flag.repeated("--object-label KEY=VALUE", "A label of the build's objects in Kubernetes.", scheduling)
}
