/**
 * Finds the build that holds the slot of a node that other builds wait for.
 */
import * as Effect from "effect/Effect"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import * as Resources from "../../kubernetes/Resources.js"
import type { SlotHolder } from "../controller/Definition.js"
import * as PodFailure from "../pod/PodFailure.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import { slotLabel } from "./BuildPod.js"

const isScheduled = ({ status }: Resources.Pod): boolean =>
  status?.conditions?.some(({ status, type }) => type === "PodScheduled" && status === "True") ?? false

const recordOf = ({ metadata }: Resources.Pod): string | undefined => metadata.labels?.[RecordMetadata.label.record]

/**
 * `build NAME in namespace NAMESPACE`; undefined if no visible pod holds the slot. Builds of other namespaces are
 * found with the permission to list pods in the whole cluster.
 */
export const find = (cluster: Cluster.Service) => (namespace: string): Effect.Effect<SlotHolder, ClusterError> => {
  const labelSelector = `${slotLabel}=build`
  return cluster.list(Resources.Pod, { allNamespaces: true, labelSelector }).pipe(
    Effect.catchIf(
      (error) => error.reason === "Forbidden",
      () => cluster.list(Resources.Pod, { namespace, labelSelector })
    ),
    Effect.map(({ items }) => {
      const holders = items.filter((pod) => isScheduled(pod) && !PodFailure.isOver(pod))
      return (ref) => {
        const holder = holders.find((pod) => recordOf(pod) !== ref.name)
        return holder === undefined
          ? undefined
          : `build ${recordOf(holder) ?? holder.metadata.name} in namespace ${holder.metadata.namespace ?? namespace}`
      }
    })
  )
}
