/**
 * ReplicationControllers, by k8s.io/kubernetes pkg/apis/core (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as AppsColumns from "./AppsColumns.js"
import { atomic, each, integer, map, mergedList, struct, text } from "./Fields.js"
import * as Kind from "./Kind.js"
import { condition, object } from "./ObjectFields.js"
import { podTemplate } from "./PodFields.js"
import * as Workloads from "./Workloads.js"

/** The labels of its pods, as a label selector; undefined if there are none. @since 0.1.0 @category getters  */
export const selector = (controller: JsonObject): JsonObject | undefined => {
  const matchLabels = Json.object(controller, "spec", "selector")
  return Object.keys(matchLabels).length === 0 ? undefined : { matchLabels }
}

const isEmpty = (value: Json.Value | undefined): boolean => !Json.isObject(value) || Object.keys(value).length === 0

/** The labels of the template are those of the selector and of the object, where these have none. */
const fill = (controller: JsonObject): JsonObject => {
  const filled = Kind.inside(controller, "spec", (spec) => Workloads.fillTemplate(Kind.defaults(spec, { replicas: 1 })))
  const labels = Json.object(filled, "spec", "template", "metadata", "labels")
  return Object.keys(labels).length === 0
    ? filled
    : [["spec", "selector"], ["metadata", "labels"]].reduce(
      (object, path) => isEmpty(Json.at(object, ...path)) ? Json.set(object, path, labels) : object,
      filled
    )
}

/** @since 0.1.0 @category kinds */
export const replicationController = Kind.make({
  group: "",
  version: "v1",
  plural: "replicationcontrollers",
  kind: "ReplicationController",
  shortNames: ["rc"],
  categories: ["all"],
  status: true,
  generation: "spec",
  orphans: true,
  scale: {
    replicas: ["spec", "replicas"],
    current: ["status", "replicas"],
    selector: (controller) => AppsColumns.selectorText(selector(controller))
  },
  fields: object({
    spec: struct({
      ...each(integer, "replicas", "minReadySeconds"),
      selector: atomic(map(text)),
      template: podTemplate
    }),
    status: struct({
      ...each(integer, "availableReplicas", "fullyLabeledReplicas", "observedGeneration", "readyReplicas", "replicas"),
      conditions: mergedList(struct(condition), "type")
    })
  }),
  columns: AppsColumns.replicationController,
  selectable: { "status.replicas": (object) => String(Json.number(object, "status", "replicas") ?? 0) },
  fill,
  prepare: (object) => ({ ...object, status: { replicas: 0 } }),
  validate: (object) => [
    ...Workloads.counts(object, "minReadySeconds"),
    ...(selector(object) === undefined ? [Status.required("spec.selector")] : []),
    ...Workloads.counts(object, "replicas"),
    ...(Json.at(object, "spec", "template") === undefined
      ? [Status.required("spec.template")]
      : Workloads.template(object, selector(object) ?? {}, "ReplicationController"))
  ]
})
