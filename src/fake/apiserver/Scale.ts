/**
 * The subresource `scale`: the number of replicas of an object as one of autoscaling/v1, as in k8s.io/kubernetes
 * pkg/registry/apps/deployment/storage (v1.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import { integer, struct, text } from "../kinds/Fields.js"
import * as Kind from "../kinds/Kind.js"
import { object } from "../kinds/ObjectFields.js"
import { decode } from "../store/Decoding.js"
import * as Metadata from "../store/Metadata.js"
import { unfit } from "../store/Update.js"
import type { Answer, Write } from "../store/Write.js"
import * as Status from "./Status.js"

/** The kind of scales. @since 0.1.0 @category kinds  */
export const kind = Kind.make({
  group: "autoscaling",
  version: "v1",
  plural: "scales",
  kind: "Scale",
  fields: object({ spec: struct({ replicas: integer }), status: struct({ replicas: integer, selector: text }) })
})

/** The scale of an object. @since 0.1.0 @category getters  */
export const of = (scale: Kind.Scale, object: JsonObject): JsonObject => {
  const selector = scale.selector(object) ?? ""
  const replicas = Json.number(object, ...scale.replicas) ?? 0
  return {
    kind: "Scale",
    apiVersion: "autoscaling/v1",
    metadata: Json.make(Object.fromEntries(
      ["name", "namespace", "uid", "resourceVersion", "creationTimestamp"].map((field) => [
        field,
        Json.at(object, "metadata", field)
      ])
    )),
    spec: replicas === 0 ? {} : { replicas },
    status: Json.make({
      replicas: Json.number(object, ...scale.current) ?? 0,
      selector: selector === "" ? undefined : selector
    })
  }
}

/** An object that has a scale: one of a custom kind has none without replicas. @since 0.1.0 @category rules  */
export const present = ({ replicas, required }: Kind.Scale) => (object: JsonObject): Answer<JsonObject> =>
  required === undefined || Json.at(object, ...replicas) !== undefined
    ? Either.right(object)
    : Either.left(Status.internal(`the spec replicas field ${JSON.stringify(required)} does not exist`))

const decoded = (changed: Answer<JsonObject>, write: Write): Answer<JsonObject> =>
  Either.flatMap(
    changed,
    (body) =>
      Either.mapLeft(decode(kind, body, write), (status) => write.patches === true ? unfit(status, body) : status)
  )

/**
 * The object of a kind with the replicas of a scale. `change` maps the current scale to the new one.
 *
 * @since 0.1.0
 * @category combinators
 */
export const update = (
  scaled: Kind.Kind,
  scale: Kind.Scale,
  change: (scale: JsonObject) => Answer<JsonObject>,
  write: Write
) =>
(object: JsonObject): Answer<JsonObject> =>
  Either.flatMap(decoded(change(of(scale, object)), write), (next): Answer<JsonObject> => {
    const name = Metadata.name(object)
    const replicas = Json.number(next, "spec", "replicas") ?? 0
    const version = Json.text(next, "metadata", "resourceVersion") ?? ""
    if (Metadata.name(next) !== name) {
      return Either.left(Status.badRequest(
        `the name of the object (${Metadata.name(next)}) does not match the name on the URL (${name})`
      ))
    }
    if (replicas < 0) {
      return Either.left(Status.invalid(kind, name, [
        Status.invalidValue("spec.replicas", replicas, "must be greater than or equal to 0")
      ]))
    }
    return version !== "" && version !== Json.text(object, "metadata", "resourceVersion")
      ? Either.left(Status.modified(scaled, name))
      : Either.right(Json.set(object, scale.replicas, replicas))
  })
