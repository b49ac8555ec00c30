/**
 * What all parts of the lifecycle of a backend's builds work with.
 */
import type * as Cluster from "../../cluster/Cluster.js"
import type * as Resource from "../../cluster/Resource.js"
import type { Definition } from "../Definition.js"
import * as Alarm from "./Alarm.js"
import * as Objects from "./Objects.js"
import * as Settle from "./Settle.js"

export interface Lifecycle<Child extends Resource.Metadata> {
  readonly definition: Definition<Child>
  readonly cluster: Cluster.Service
  readonly alarm: Alarm.Alarm
  readonly objects: Objects.Objects<Child>
  readonly settle: Settle.Settle<Child>
}

export const make = <Child extends Resource.Metadata>(
  definition: Definition<Child>,
  cluster: Cluster.Service
): Lifecycle<Child> => {
  const objects = Objects.make(definition, cluster)
  return { definition, cluster, alarm: Alarm.make(), objects, settle: Settle.make(definition, cluster, objects) }
}
