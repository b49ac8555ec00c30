/**
 * The kinds that a CustomResourceDefinition defines, one for each served version.
 *
 * As in k8s.io/apiextensions-apiserver pkg/registry/customresource and pkg/apiserver/customresource_handler.go (v0.37). Objects are
 * stored in the storage version; versions differ in their schemas alone (the conversion `None`).
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Column from "../kinds/Column.js"
import * as Kind from "../kinds/Kind.js"
import * as Definition from "./Definition.js"
import * as JsonPath from "./JsonPath.js"
import * as JsonSchema from "./JsonSchema.js"
import * as ManagedSchema from "./ManagedSchema.js"
import * as ObjectRules from "./ObjectRules.js"
import * as ReadObject from "./ReadObject.js"
import * as SchemaValidation from "./SchemaValidation.js"

const schemaOf = (version: JsonObject | undefined): JsonSchema.Schema =>
  Json.object(version, "schema", "openAPIV3Schema")

const text = (value: Json.Value): string => typeof value === "string" ? value : JSON.stringify(value)

const cells: Readonly<Record<string, (value: Json.Value, now: number) => Json.Value>> = {
  string: text,
  integer: (value) => typeof value === "number" ? Math.trunc(value) : null,
  number: (value) => typeof value === "number" ? value : null,
  boolean: (value) => typeof value === "boolean" ? value : null,
  date: (value, now) =>
    typeof value !== "string" ? null : Option.isNone(DateTime.make(value)) ? "<invalid>" : Column.since(value, now)
}

const columnOf = (column: JsonObject): Column.Column => {
  const type = Json.text(column, "type") ?? "string"
  const jsonPath = Json.text(column, "jsonPath") ?? ""
  const path = JsonPath.parse(jsonPath)
  return {
    name: Json.text(column, "name") ?? "",
    type,
    format: Json.text(column, "format") ?? "",
    wide: (Json.number(column, "priority") ?? 0) > 0,
    description: Json.text(column, "description") ??
      `Custom resource definition column (in JSONPath format): ${jsonPath}`,
    cell: (object, now) => {
      const [value] = path?.(object) ?? []
      return value === undefined ? null : cells[type]?.(value, now) ?? null
    }
  }
}

const pathOf = (scale: JsonObject, name: string): ReadonlyArray<string> =>
  (Json.text(scale, name) ?? "").split(".").filter((step) => step !== "")

const scaleOf = (scale: Json.Value | undefined): Kind.Scale | undefined =>
  Json.isObject(scale)
    ? {
      replicas: pathOf(scale, "specReplicasPath"),
      current: pathOf(scale, "statusReplicasPath"),
      selector: (object) => Json.text(object, ...pathOf(scale, "labelSelectorPath")),
      required: Json.text(scale, "specReplicasPath") ?? ""
    }
    : undefined

const maxInt32 = 2 ** 31 - 1

const goTypes: Readonly<Record<string, string>> = { number: "float64", boolean: "bool" }

const replicaRules = (object: JsonObject, path: ReadonlyArray<string>): Status.FieldErrors => {
  const found = Json.at(object, ...path)
  if (found !== undefined && !(typeof found === "number" && Number.isInteger(found))) {
    const type = Json.isObject(found) ? "map[string]interface {}" : goTypes[typeof found] ?? typeof found
    const problem = `.${path.join(".")} accessor error: ${text(found)} is of the type ${type}, expected int64`
    return [Status.invalidValue(`.${path.join(".")}`, 0, problem)]
  }
  const value = found ?? 0
  const problem = value < 0
    ? "should be a non-negative integer"
    : value > maxInt32
    ? `should be less than or equal to ${maxInt32}`
    : undefined
  return problem === undefined ? [] : [Status.invalidValue(`.${path.join(".")}`, value, problem)]
}

const selectable = (version: JsonObject): Kind.Kind["selectable"] =>
  Object.fromEntries(
    Json.objects(version, "selectableFields").map((one) => {
      const path = Json.text(one, "jsonPath") ?? ""
      const value = JsonPath.parse(path)
      return [path.replace(/^\./, ""), (object: JsonObject) => {
        const [found] = value?.(object) ?? []
        return found === undefined ? "" : text(found)
      }]
    })
  )

/** The rules of objects, by the schema and the paths of the scale. */
const rulesOf = (schema: JsonSchema.Schema, scale: Kind.Scale | undefined) => {
  const current = (object: JsonObject) => scale === undefined ? [] : replicaRules(object, scale.current)
  const replicas = (object: JsonObject) =>
    scale === undefined ? [] : [...replicaRules(object, scale.replicas), ...current(object)]
  const items = (next: JsonObject, previous: JsonObject) =>
    ObjectRules.uniqueItems(schema, previous).length > 0 ? [] : ObjectRules.uniqueItems(schema, next)
  return {
    validateNew: (object: JsonObject) => [
      ...SchemaValidation.validate(schema, object),
      ...replicas(object),
      ...ObjectRules.embeddedObjects(schema, object),
      ...ObjectRules.uniqueItems(schema, object)
    ],
    validateUpdate: (next: JsonObject, previous: JsonObject) => [
      ...SchemaValidation.validate(schema, next, { old: previous }),
      ...replicas(next),
      ...ObjectRules.embeddedObjects(schema, next),
      ...items(next, previous)
    ],
    validateStatus: (next: JsonObject, previous: JsonObject) => {
      const of = JsonSchema.property(schema, "status")
      return [
        ...(next["status"] === undefined || of === undefined
          ? []
          : SchemaValidation.validate(of, next["status"], { parent: "status", old: previous["status"] })),
        ...current(next),
        ...ObjectRules.embeddedObjects(schema, next),
        ...items(next, previous)
      ]
    }
  }
}

/** A conversion that is made once of each object; an object that it does not change stays the same. */
const memoized = (convert: (object: JsonObject) => JsonObject): (object: JsonObject) => JsonObject => {
  const known = new WeakMap<JsonObject, JsonObject>()
  return (object) => {
    const before = known.get(object)
    if (before !== undefined) {
      return before
    }
    const converted = convert(object)
    const after = Json.equal(converted, object) ? object : Json.freeze(converted)
    known.set(object, after)
    return after
  }
}

const rank = (version: string): readonly [number, number, number] => {
  const [, major = "", level, minor = ""] = /^v(\d+)(?:(alpha|beta)(\d+))?$/.exec(version) ?? []
  return major === "" ? [0, 0, 0] : [level === undefined ? 3 : level === "beta" ? 2 : 1, Number(major), Number(minor)]
}

/** The order of versions in discovery: `v2`, `v1`, `v1beta1`, `v1alpha1`, others by name. */
const byPriority = (a: string, b: string): number => {
  const [left, right] = [rank(a), rank(b)]
  const difference = right.map((part, index) => part - (left[index] ?? 0)).find((part) => part !== 0)
  return difference ?? (a < b ? -1 : 1)
}

/** What a client of a deprecated version is warned of. */
const deprecationOf = (definition: JsonObject, version: JsonObject): string | undefined => {
  if (version["deprecated"] !== true) return undefined
  const name = Json.text(version, "name") ?? ""
  const of = (name: string): string =>
    `${Json.text(definition, "spec", "group") ?? ""}/${name} ${Json.text(definition, "spec", "names", "kind") ?? ""}`
  const [better] = Definition.versions(definition)
    .filter((one) => one["served"] === true && one["deprecated"] !== true)
    .map((one) => Json.text(one, "name") ?? "")
    .filter((one) => byPriority(one, name) < 0)
    .toSorted(byPriority)
  return Json.text(version, "deprecationWarning")
    ?? `${of(name)} is deprecated${better === undefined ? "" : `; use ${of(better)}`}`
}

const make = (definition: JsonObject, version: JsonObject): Kind.Kind => {
  const names = Json.object(definition, "status", "acceptedNames")
  const group = Json.text(definition, "spec", "group") ?? ""
  const storage = Definition.storageVersion(definition)
  const schema = schemaOf(version)
  const stored = schemaOf(Definition.versions(definition).find((one) => Json.text(one, "name") === storage))
  const scale = scaleOf(Json.at(version, "subresources", "scale"))
  const columns = Json.objects(version, "additionalPrinterColumns")
  const name = Json.text(version, "name") ?? ""
  const defaulted = (of: JsonSchema.Schema, object: JsonObject): JsonObject => {
    const value = JsonSchema.withDefaults(of, object)
    return Json.isObject(value) ? value : object
  }
  return Kind.make({
    group,
    version: name,
    versions: Definition.versions(definition).map((one) => Json.text(one, "name") ?? ""),
    plural: Json.text(names, "plural") ?? "",
    singular: Json.text(names, "singular") ?? "",
    kind: Json.text(names, "kind") ?? "",
    shortNames: Json.texts(names, "shortNames"),
    categories: Json.texts(names, "categories"),
    namespaced: Json.text(definition, "spec", "scope") === "Namespaced",
    deprecation: deprecationOf(definition, version),
    status: Json.at(version, "subresources", "status") !== undefined,
    scale,
    schema: ManagedSchema.objectFields(schema),
    openApi: schema,
    read: (object, isApplied) => ReadObject.read(schema, object, isApplied),
    fill: (object) => defaulted(schema, object),
    stored: (object) => ReadObject.read(stored, { ...object, apiVersion: `${group}/${storage}` }).object,
    shown: memoized((object) =>
      ReadObject.read(schema, { ...defaulted(stored, object), apiVersion: `${group}/${name}` }).object
    ),
    selectable: selectable(version),
    columns: columns.length === 0 ? [Column.name, Column.age] : [Column.name, ...columns.map(columnOf)],
    ...rulesOf(schema, scale)
  })
}

const known = new WeakMap<JsonObject, ReadonlyArray<Kind.Kind>>()

/** The served kinds of a stored definition; none before it is established. @since 0.1.0 @category constructors  */
export const of = (definition: JsonObject): ReadonlyArray<Kind.Kind> => {
  const kinds = known.get(definition) ?? (Definition.isEstablished(definition)
    ? Definition.versions(definition).filter((version) => version["served"] === true)
      .map((version) => make(definition, version)).toSorted((a, b) => byPriority(a.version, b.version))
    : [])
  known.set(definition, kinds)
  return kinds
}
