/**
 * The services that all parts of a backend's controller share.
 */
import type * as Cluster from "../../kubernetes/Cluster.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as BuildStore from "./BuildStore.js"
import type { Definition } from "./Definition.js"
import * as KnownRecords from "./KnownRecords.js"
import * as Reconciler from "./Reconciler.js"

export interface ControllerContext<Child extends Resource.Metadata> {
  /** What differs between backends. */
  readonly definition: Definition<Child>
  readonly cluster: Cluster.Service
  /** Reads and writes the objects of builds. */
  readonly store: BuildStore.BuildStore<Child>
  /** The records from which builds are followed. */
  readonly known: KnownRecords.KnownRecords
  /** Performs the steps that their states call for. */
  readonly reconciler: Reconciler.Reconciler<Child>
}

/** The context of a backend on a cluster. */
export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  cluster: Cluster.Service
): ControllerContext<Child> => {
  const store = BuildStore.make(definition, cluster)
  return {
    definition,
    cluster,
    store,
    known: KnownRecords.make(store.summary),
    reconciler: Reconciler.make(definition, cluster, store)
  }
}
