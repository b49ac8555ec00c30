/**
 * The annotation of `kubectl apply` without `--server-side`, which a server-side apply of kubectl takes over and keeps up to
 * date. As in k8s.io/apimachinery pkg/util/managedfields/internal lastappliedmanager.go and lastappliedupdater.go (v0.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as FieldSet from "./FieldSet.js"
import * as Typed from "./Typed.js"

const annotation = "kubectl.kubernetes.io/last-applied-configuration"

const textOf = (object: JsonObject): string => Json.record(object, "metadata", "annotations")[annotation] ?? ""

/** The applied fields that the object still has with the same values. @since 0.1.0 @category getters  */
export const fieldsOf = (kind: Kind.Kind, object: JsonObject): FieldSet.FieldSet => {
  const parsed = Either.getOrElse(Either.try((): unknown => JSON.parse(textOf(object))), () => undefined)
  if (!Json.isObject(parsed) || Json.text(parsed, "apiVersion") !== Kind.apiVersion(kind)) {
    return FieldSet.empty
  }
  const { added, modified, removed } = Typed.compare(kind.schema, parsed, object)
  return FieldSet.difference(Typed.fieldsOf(kind.schema, parsed), FieldSet.union(added, modified, removed))
}

const sorted = (json: Json.Value): Json.Value =>
  Json.isList(json)
    ? json.map(sorted)
    : Json.isObject(json)
    ? Object.fromEntries(
      Object.entries(json).toSorted(([a], [b]) => a < b ? -1 : 1).map(([key, value]) => [key, sorted(value)])
    )
    : json

/** An object that has the annotation, with the configuration in it. @since 0.1.0 @category combinators  */
export const updated = (object: JsonObject, config: JsonObject): JsonObject =>
  textOf(object) === "" ? object : Json.set(
    object,
    ["metadata", "annotations", annotation],
    `${JSON.stringify(sorted(Json.set(config, ["metadata", "annotations", annotation], undefined)))}\n`
  )
