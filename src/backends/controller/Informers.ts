/**
 * The views of a namespace by which its builds are followed: one of each kind, shared by all who follow.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { Reflector } from "../../kubernetes/Reflector.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as Resources from "../../kubernetes/Resources.js"
import * as RecordMetadata from "../record/RecordMetadata.js"
import type { ControllerContext } from "./ControllerContext.js"

export interface Informers<Child> {
  readonly records: Reflector<Resource.Metadata>
  readonly children: Reflector<Child>
  readonly pods: Reflector<Resources.Pod>
}

/** Of all builds there, or, of the records, just those of one fingerprint. */
export const of = <Child extends Resource.Metadata>(
  { cluster, definition }: Pick<ControllerContext<Child>, "cluster" | "definition">,
  namespace: string,
  fingerprint?: string
): Effect.Effect<Informers<Child>, never, Scope.Scope> => {
  const labelSelector = RecordMetadata.selector(definition.name)
  const those = fingerprint === undefined ? "" : `,${RecordMetadata.label.fingerprint}=${fingerprint}`
  return Effect.all({
    records: cluster.reflect(RecordMetadata.resource, { namespace, labelSelector: labelSelector + those }),
    children: cluster.reflect(definition.child, { namespace, labelSelector }),
    pods: cluster.reflect(Resources.Pod, { namespace, labelSelector: definition.podSelector })
  })
}

/** The name of the record that an object belongs to, be it the record itself. */
export const recordOf = ({ metadata }: Resource.Metadata): string | undefined =>
  metadata.labels?.[RecordMetadata.label.record]
