/**
 * What all parts of a backend's controller work with.
 */
import type * as Cluster from "../../kubernetes/Cluster.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as BuildStore from "./BuildStore.js"
import type { Definition } from "./Definition.js"
import * as Reconciler from "./Reconciler.js"

export interface ControllerContext<Child extends Resource.Metadata> {
  readonly definition: Definition<Child>
  readonly cluster: Cluster.Service
  readonly store: BuildStore.BuildStore<Child>
  readonly reconciler: Reconciler.Reconciler<Child>
}

export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  cluster: Cluster.Service
): ControllerContext<Child> => {
  const store = BuildStore.make(definition, cluster)
  return { definition, cluster, store, reconciler: Reconciler.make(definition, cluster, store) }
}
