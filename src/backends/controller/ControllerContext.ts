/**
 * What all parts of the lifecycle of a backend's builds work with.
 */
import type * as Cluster from "../../kubernetes/Cluster.js"
import type * as Resource from "../../kubernetes/Resource.js"
import * as BuildStore from "./BuildStore.js"
import type { Definition } from "./Definition.js"
import * as Reconciler from "./Reconciler.js"
import * as TimerQueue from "./TimerQueue.js"

export interface ControllerContext<Child extends Resource.Metadata> {
  readonly definition: Definition<Child>
  readonly cluster: Cluster.Service
  readonly timers: TimerQueue.TimerQueue
  readonly store: BuildStore.BuildStore<Child>
  readonly reconciler: Reconciler.Reconciler<Child>
}

export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  cluster: Cluster.Service
): ControllerContext<Child> => {
  const objects = BuildStore.make(definition, cluster)
  return {
    definition,
    cluster,
    timers: TimerQueue.make(),
    store: objects,
    reconciler: Reconciler.make(definition, cluster, objects)
  }
}
