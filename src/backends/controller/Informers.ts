/**
 * The informers by which the builds of a namespace are followed.
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

type Needs<Child extends Resource.Metadata> = Pick<ControllerContext<Child>, "cluster" | "definition">

/** The informer of the records alone. */
export const records = <Child extends Resource.Metadata>(
  { cluster, definition }: Needs<Child>,
  namespace: string
): Effect.Effect<Reflector<Resource.Metadata>, never, Scope.Scope> =>
  cluster.reflect(RecordMetadata.resource, { namespace, labelSelector: RecordMetadata.selector(definition.name) })

export const make = <Child extends Resource.Metadata>(
  context: Needs<Child>,
  namespace: string
): Effect.Effect<Informers<Child>, never, Scope.Scope> => {
  const { cluster, definition } = context
  const labelSelector = RecordMetadata.selector(definition.name)
  return Effect.all({
    records: records(context, namespace),
    children: cluster.reflect(definition.child, { namespace, labelSelector }),
    pods: cluster.reflect(Resources.Pod, { namespace, labelSelector: definition.podSelector })
  })
}

/** The name of the record that an object belongs to, which may be that record. */
export const recordOf = ({ metadata }: Resource.Metadata): string | undefined =>
  metadata.labels?.[RecordMetadata.label.record]
