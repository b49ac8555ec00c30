/**
 * The rules of the spec of a PersistentVolumeClaim, which a StatefulSet has as a template: k8s.io/kubernetes
 * pkg/apis/core/validation/validation.go (v1.37), ValidatePersistentVolumeClaimSpec.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Kind from "./Kind.js"
import * as Names from "./Names.js"
import { quantity } from "./PodRules.js"
import * as Workloads from "./Workloads.js"

const sources = ["dataSource", "dataSourceRef"]

/** The defaults; Go writes a group that is not given as null. @since 0.1.0 @category combinators */
export const fill = (given: JsonObject): JsonObject =>
  sources.reduce(
    (spec, key) => Kind.inside(spec, key, (source) => Kind.defaults(source, { apiGroup: null })),
    Kind.defaults(given, { resources: {}, volumeMode: "Filesystem" })
  )

const isKnownSource = (source: JsonObject): boolean => {
  const group = Json.text(source, "apiGroup") ?? ""
  return source["kind"] === "PersistentVolumeClaim"
    ? group === ""
    : source["kind"] === "VolumeSnapshot" && group === "snapshot.storage.k8s.io"
}

/** Both fields of a source, where one is given; a source of another namespace, and an unknown one in the old field, are dropped. @since 0.1.0 @category combinators */
export const withSources = (given: JsonObject): JsonObject => {
  const [source, reference] = sources.map((key) => given[key])
  const isForeign = (Json.text(reference, "namespace") ?? "") !== ""
  const kept = Json.isObject(reference) && !isForeign
    ? { dataSource: Json.isObject(source) ? source : Json.omit(reference, "namespace"), dataSourceRef: reference }
    : Json.isObject(source) && isKnownSource(source)
    ? { dataSource: source, dataSourceRef: source }
    : {}
  return { ...Json.omit(given, ...sources), ...kept }
}

const accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]

const volumeModes = ["Block", "Filesystem"]

const exclusive = "ReadWriteOncePod"

const modes = (spec: JsonObject, field: string): Status.FieldErrors => {
  const given = Json.texts(spec, "accessModes")
  const others = given.filter((mode) => mode !== exclusive && accessModes.includes(mode))
  return [
    ...given.flatMap((mode) =>
      accessModes.includes(mode) ? [] : [Status.unsupportedValue(`${field}.accessModes`, mode, accessModes)]
    ),
    ...(given.includes(exclusive) && others.length > 0
      ? [Status.forbiddenField(`${field}.accessModes`, "may not use ReadWriteOncePod with other access modes")]
      : [])
  ]
}

const storage = (spec: JsonObject, field: string): Status.FieldErrors => {
  const value = Json.at(spec, "resources", "requests", "storage")
  const here = `${field}.resources[storage]`
  return value === undefined
    ? [Status.required(here)]
    : quantity(value) <= 0
    ? [Status.invalidValue(here, value, "must be greater than zero")]
    : []
}

/** The name of a class, if it has one. */
const className = (spec: JsonObject, field: string, key: string): Status.FieldErrors => {
  const name = Json.text(spec, key) ?? ""
  return name === "" ? [] : Status.invalidValues(`${field}.${key}`, name, Names.dnsSubdomain(name))
}

const source = (spec: JsonObject, field: string, key: string): Status.FieldErrors => {
  const given = Json.at(spec, key)
  if (!Json.isObject(given)) return []
  const here = `${field}.${key}`
  const [group, kind, namespace] = ["apiGroup", "kind", "namespace"].map((part) => Json.text(given, part) ?? "")
  return [
    ...["name", "kind"].flatMap((part) =>
      (Json.text(given, part) ?? "") === "" ? [Status.required(`${here}.${part}`)] : []
    ),
    ...(group === "" && kind !== "PersistentVolumeClaim"
      ? [Status.invalidValue(here, kind, "must be 'PersistentVolumeClaim' when referencing the default apiGroup")]
      : []),
    ...(group === undefined || group === ""
      ? []
      : Status.invalidValues(`${here}.apiGroup`, group, Names.dnsSubdomain(group))),
    ...(namespace === undefined || namespace === "" || key === "dataSource"
      ? []
      : Status.invalidValues(`${here}.namespace`, namespace, Names.dnsLabel(namespace)))
  ]
}

const sameSource = (spec: JsonObject, field: string): Status.FieldErrors => {
  const [given, reference] = [Json.at(spec, "dataSource"), Json.at(spec, "dataSourceRef")]
  if (given === undefined || reference === undefined) return []
  // The server gives the path of the field in the place of its value, which is shown as null.
  const refused = (why: string) => [Status.invalidValue(field, null, why)]
  return (Json.text(reference, "namespace") ?? "") !== ""
    ? refused("may not be specified when dataSourceRef.namespace is specified")
    : ["apiGroup", "kind", "name"].every((part) => Json.equal(Json.at(given, part), Json.at(reference, part)))
    ? []
    : refused("must match dataSourceRef")
}

/** @since 0.1.0 @category rules */
export const spec = (given: JsonObject, field: string): Status.FieldErrors => {
  const mode = Json.text(given, "volumeMode")
  return [
    ...(Json.list(given, "accessModes").length === 0
      ? [Status.required(`${field}.accessModes`, "at least 1 access mode is required")]
      : []),
    ...Workloads.selector(Json.at(given, "selector"), `${field}.selector`),
    ...modes(given, field),
    ...storage(given, field),
    ...className(given, field, "storageClassName"),
    ...(mode === undefined || volumeModes.includes(mode)
      ? []
      : [Status.unsupportedValue(`${field}.volumeMode`, mode, volumeModes)]),
    ...source(given, field, "dataSource"),
    ...source(given, field, "dataSourceRef"),
    ...sameSource(given, field),
    ...className(given, field, "volumeAttributesClassName")
  ]
}
