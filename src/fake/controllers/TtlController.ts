/**
 * Deletes finished Jobs after their `ttlSecondsAfterFinished`. As in k8s.io/kubernetes pkg/controller/ttlafterfinished
 * (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as BatchKinds from "../kinds/BatchKinds.js"
import * as Metadata from "../store/Metadata.js"
import type { Registry } from "../store/Registry.js"
import * as Conditions from "./Conditions.js"
import type { Controller } from "./Controller.js"

const finishedAt = (job: JsonObject): string | undefined =>
  ["Complete", "Failed"].map((type) => Conditions.find(Json.object(job, "status"), type)).filter((condition) =>
    Json.text(condition, "status") === "True"
  ).map((condition) => Json.text(condition, "lastTransitionTime"))[0]

/** @since 0.1.0 @category constructors */
export const make = (registry: Registry): Controller => ({
  name: "ttl-after-finished",
  keys: (resource, object) =>
    resource === "jobs.batch" && Json.at(object, "spec", "ttlSecondsAfterFinished") !== undefined
      ? [`${Metadata.namespace(object)}/${Metadata.name(object)}`]
      : [],
  reconcile: (key, now) => {
    const [namespace = "", name = ""] = key.split("/")
    const job = registry.store.get({ resource: "jobs.batch", namespace, name })
    const ttl = Json.number(job, "spec", "ttlSecondsAfterFinished")
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
