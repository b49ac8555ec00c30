/**
 * The rules of schemas beside the types of values: items of sets and of lists by keys are unique, and embedded objects have a
 * valid type and valid metadata.
 *
 * As in k8s.io/apiextensions-apiserver pkg/apiserver/schema/listtype and objectmeta (v0.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Names from "../kinds/Names.js"
import * as JsonSchema from "./JsonSchema.js"

/** Calls a rule with each value that has a schema. */
const each = (
  schema: JsonSchema.Schema,
  value: Json.Value,
  rule: (schema: JsonSchema.Schema, value: Json.Value, path: string) => Status.FieldErrors
): Status.FieldErrors => {
  const visit = (schema: JsonSchema.Schema | undefined, value: Json.Value, path: string): Status.FieldErrors =>
    schema === undefined ? [] : [
      ...rule(schema, value, path),
      ...(Json.isList(value)
        ? value.flatMap((item, index) => visit(JsonSchema.items(schema), item, `${path}[${index}]`))
        : Json.isObject(value)
        ? Object.entries(value).flatMap(([name, inner]) => {
          const own = JsonSchema.property(schema, name)
          return own === undefined
            ? visit(JsonSchema.values(schema), inner, `${path}[${name}]`)
            : visit(own, inner, JsonSchema.child(path, name))
        })
        : [])
    ]
  return visit(schema, value, "")
}

/** The indexes of the items that are equal to one before them; each value once. */
const repeated = (items: ReadonlyArray<Json.Value>): ReadonlyArray<number> =>
  items.flatMap((item, index) => {
    const before = items.slice(0, index).filter((one) => Json.equal(one, item)).length
    return before === 1 ? [index] : []
  })

const unique = (schema: JsonSchema.Schema, value: Json.Value, path: string): Status.FieldErrors => {
  if (!Json.isList(value)) {
    return []
  }
  if (schema[JsonSchema.listType] === "set") {
    return repeated(value).map((index) => Status.duplicate(`${path}[${index}]`, value[index] ?? null))
  }
  if (schema[JsonSchema.listType] !== "map") {
    return []
  }
  const odd = value.findIndex((item) => item !== null && !Json.isObject(item))
  if (odd !== -1) {
    return [
      Status.invalidValue(`${path}[${odd}]`, value[odd], "must be an object for an array of list-type map")
    ]
  }
  const keys = value.map((item) =>
    Json.make(Object.fromEntries(
      Json.texts(schema, JsonSchema.listMapKeys).map((key) => [key, Json.at(item, key)])
    ))
  )
  return repeated(keys).map((index) => Status.duplicate(`${path}[${index}]`, keys[index] ?? {}))
}

/** Whether the items of sets and of lists by keys are unique. @since 0.1.0 @category rules  */
export const uniqueItems = (schema: JsonSchema.Schema, object: JsonObject): Status.FieldErrors =>
  each(schema, object, unique)

const typeField = (
  object: JsonObject,
  path: string,
  name: string,
  rule: (text: string) => string | undefined
): Status.FieldErrors => {
  const value = object[name]
  const field = JsonSchema.child(path, name)
  const problem = value === undefined
    ? undefined
    : typeof value !== "string"
    ? "must be a string"
    : value === ""
    ? "must not be empty"
    : rule(value)
  return value === undefined
    ? [Status.required(field)]
    : problem === undefined
    ? []
    : [Status.invalidValue(field, value, problem)]
}

const embedded = (schema: JsonSchema.Schema, value: Json.Value, path: string): Status.FieldErrors => {
  if (!JsonSchema.has(schema, JsonSchema.embeds) || !Json.isObject(value)) {
    return []
  }
  const labels = Json.record(value, "metadata", "labels")
  const field = JsonSchema.child(path, "metadata.labels")
  return [
    ...typeField(
      value,
      path,
      "apiVersion",
      (text) => text.split("/").length > 2 ? `unexpected GroupVersion string: ${text}` : undefined
    ),
    ...typeField(value, path, "kind", (text) => {
      const problems = Names.dns1035Label(text.toLowerCase())
      return problems.length === 0
        ? undefined
        : `may have mixed case, but should otherwise match: ${problems.join(",")}`
    }),
    ...Object.entries(labels).flatMap(([key, label]) => [
      ...Status.invalidValues(field, key, Names.labelKey(key)),
      ...Status.invalidValues(field, label, Names.labelValue(label))
    ])
  ]
}

/** The errors of embedded objects. @since 0.1.0 @category rules  */
export const embeddedObjects = (schema: JsonSchema.Schema, object: JsonObject): Status.FieldErrors =>
  each(schema, object, embedded)
