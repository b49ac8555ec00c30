/**
 * PodTemplates, by k8s.io/kubernetes pkg/apis/core (v1.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Column from "./Column.js"
import * as Kind from "./Kind.js"
import { object } from "./ObjectFields.js"
import * as PodDefaults from "./PodDefaults.js"
import * as PodFields from "./PodFields.js"
import * as PodRules from "./PodRules.js"

const each = (field: string) => (template: JsonObject): string =>
  Json.objects(template, "template", "spec", "containers").map((one) => Json.text(one, field) ?? "").join(",")

const labels = (template: JsonObject): string => {
  const pairs = Object.entries(Json.record(template, "template", "metadata", "labels"))
  return pairs.length === 0 ? "<none>" : pairs.map(([key, value]) => `${key}=${value}`).toSorted().join(",")
}

/** @since 0.1.0 @category kinds */
export const podTemplate = Kind.make({
  group: "",
  version: "v1",
  plural: "podtemplates",
  kind: "PodTemplate",
  fields: object({ template: PodFields.podTemplate }),
  generation: "everything",
  columns: [
    Column.name,
    Column.make("Containers", each("name")),
    Column.make("Images", each("image")),
    Column.make("Pod Labels", labels)
  ],
  fill: (given) =>
    Kind.inside(
      Kind.defaults(given, { template: {} }),
      "template",
      (template) => Kind.inside(Kind.defaults(template, { metadata: {}, spec: {} }), "spec", PodDefaults.podSpec)
    ),
  validate: (given) => PodRules.template(Json.object(given, "template"), "template")
})
