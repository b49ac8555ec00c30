/**
 * Jobs that have ended are deleted after their `ttlSecondsAfterFinished`. As in k8s.io/kubernetes pkg/controller/ttlafterfinished
 * (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as J from "../Json.js"
import * as BatchKinds from "../kinds/BatchKinds.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Conditions from "./Conditions.js"
import type { Controller } from "./Controller.js"

const finishedAt = (job: JsonObject): string | undefined =>
  ["Complete", "Failed"].map((type) => Conditions.find(J.object(job, "status"), type)).filter((condition) =>
    J.text(condition, "status") === "True"
  ).map((condition) => J.text(condition, "lastTransitionTime"))[0]

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry): Controller => ({
  name: "ttl-after-finished",
  keys: (resource, object) =>
    resource === "jobs.batch" && J.at(object, "spec", "ttlSecondsAfterFinished") !== undefined
      ? [`${Metadata.namespace(object)}/${Metadata.name(object)}`]
      : [],
  reconcile: (key, now) => {
    const [namespace = "", name = ""] = key.split("/")
    const job = registry.store.get({ resource: "jobs.batch", namespace, name })
    const ttl = J.number(job, "spec", "ttlSecondsAfterFinished")
    const finished = job === undefined ? undefined : finishedAt(job)
    if (job === undefined || ttl === undefined || finished === undefined || Metadata.isBeingDeleted(job)) {
      return undefined
    }
    const left = Metadata.millis(finished) + ttl * 1000 - now
    if (left > 0) {
      return left
    }
    registry.delete(BatchKinds.job, namespace, name, { propagationPolicy: "Foreground", uid: Metadata.uid(job) }, {
      now
    })
    return undefined
  }
})
