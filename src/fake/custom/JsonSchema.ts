/**
 * Reads the schemas of CustomResourceDefinitions, and changes objects by them: drops unknown fields and adds defaults.
 *
 * As in k8s.io/apiextensions-apiserver pkg/apiserver/schema/pruning and defaulting (v0.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"

/** A JSONSchemaProps of apiextensions.k8s.io/v1. @since 0.1.0 @category models  */
export type Schema = JsonObject

/** @since 0.1.0 @category getters */
export const properties = (schema: Schema): JsonObject => Json.object(schema, "properties")

const schemaAt = (schema: Schema | undefined, ...path: ReadonlyArray<string>): Schema | undefined => {
  const found = Json.at(schema, ...path)
  return Json.isObject(found) ? found : undefined
}

/** The schema of a named property. @since 0.1.0 @category getters  */
export const property = (schema: Schema | undefined, name: string): Schema | undefined =>
  schemaAt(schema, "properties", name)

/** @since 0.1.0 @category getters */
export const items = (schema: Schema | undefined): Schema | undefined => schemaAt(schema, "items")

/** The schema of the values of a map; undefined if there is none, or `true` or `false`. @since 0.1.0 @category getters  */
export const values = (schema: Schema | undefined): Schema | undefined => schemaAt(schema, "additionalProperties")

/** The schema of a field: its own, or that of the values of a map. @since 0.1.0 @category getters  */
export const field = (schema: Schema | undefined, name: string): Schema | undefined =>
  property(schema, name) ?? values(schema)

/** Whether an extension is true. @since 0.1.0 @category predicates  */
export const has = (schema: Schema | undefined, extension: string): boolean => schema?.[extension] === true

/** @since 0.1.0 @category constants */
export const preserves = "x-kubernetes-preserve-unknown-fields"

/** @since 0.1.0 @category constants */
export const embeds = "x-kubernetes-embedded-resource"

/** @since 0.1.0 @category constants */
export const intOrString = "x-kubernetes-int-or-string"

/** @since 0.1.0 @category constants */
export const listType = "x-kubernetes-list-type"

/** @since 0.1.0 @category constants */
export const mapType = "x-kubernetes-map-type"

/** @since 0.1.0 @category constants */
export const listMapKeys = "x-kubernetes-list-map-keys"

/** The fields that every object has beside those of its schema. @since 0.1.0 @category constants  */
export const metaFields = ["apiVersion", "kind", "metadata"]

/** The path of a field, as in `spec.items[0].name`. @since 0.1.0 @category combinators  */
export const child = (path: string, name: string): string => path === "" ? name : `${path}.${name}`

/**
 * A value without the fields that its schema does not have, and their paths; `undeclared` are those that are not below a schema that
 * keeps unknown fields, where a server-side apply takes any (k8s.io/kube-openapi pkg/schemaconv). The root has its metadata beside
 * the schema.
 *
 * @since 0.1.0
 * @category combinators
 */
export const prune = (
  schema: Schema | undefined,
  object: JsonObject,
  isRoot: boolean
): {
  readonly object: JsonObject
  readonly unknown: ReadonlyArray<string>
  readonly undeclared: ReadonlyArray<string>
} => {
  const unknown: Array<string> = []
  const undeclared: Array<string> = []

  const pruneObject = (
    json: JsonObject,
    schema: Schema | undefined,
    path: string,
    isFree: boolean,
    root = false
  ): JsonObject => {
    const keeps = has(schema, preserves)
    return Object.fromEntries(
      Object.entries(json).flatMap(([name, value]) => {
        const here = child(path, name)
        const isMeta = (root || has(schema, embeds)) && metaFields.includes(name)
        const own = property(schema, name)
        if (isMeta || (own === undefined && schema?.["additionalProperties"] === undefined && keeps)) {
          return [[name, value]]
        }
        if (own === undefined && schema?.["additionalProperties"] === undefined) {
          unknown.push(here)
          if (!isFree) undeclared.push(here)
          return []
        }
        return [[name, pruneValue(value, own ?? values(schema), here, isFree || keeps)]]
      })
    )
  }

  const pruneValue = (json: Json.Value, schema: Schema | undefined, path: string, isFree: boolean): Json.Value =>
    Json.isObject(json)
      ? pruneObject(json, schema, path, isFree)
      : Json.isList(json)
      ? has(schema, preserves) && items(schema) === undefined
        ? json
        : json.map((item, index) => pruneValue(item, items(schema), `${path}[${index}]`, isFree))
      : json

  const pruned = pruneObject(object, schema, "", false, isRoot)
  return { object: pruned, unknown: unknown.toSorted(), undeclared: undeclared.toSorted() }
}

const isLostNull = (value: Json.Value, schema: Schema | undefined): boolean =>
  value === null && schema !== undefined && schema["nullable"] !== true && schema["default"] === undefined

/** A value without nulls that are neither allowed nor replaced by a default. @since 0.1.0 @category combinators  */
export const withoutNulls = (schema: Schema | undefined, value: Json.Value): Json.Value =>
  Json.isList(value)
    ? value.map((item) => withoutNulls(items(schema), item))
    : Json.isObject(value)
    ? Object.fromEntries(
      Object.entries(value).flatMap(([name, inner]) => {
        const own = field(schema, name)
        return isLostNull(inner, own) ? [] : [[name, withoutNulls(own, inner)]]
      })
    )
    : value

const isReplaced = (value: Json.Value | undefined, schema: Schema): boolean =>
  value === undefined || (value === null && schema["nullable"] !== true)

/** A value with the defaults of its schema. @since 0.1.0 @category combinators  */
export const withDefaults = (schema: Schema | undefined, value: Json.Value): Json.Value => {
  if (schema === undefined) {
    return value
  }
  if (Json.isList(value)) {
    const item = items(schema)
    return value.map((one) => withDefaults(item, one === null && item !== undefined ? defaultOf(item, one) : one))
  }
  if (!Json.isObject(value)) {
    return value
  }
  const own = properties(schema)
  const missing = Object.entries(own).flatMap(([name, inner]): ReadonlyArray<readonly [string, Json.Value]> =>
    Json.isObject(inner) && inner["default"] !== undefined && isReplaced(value[name], inner)
      ? [[name, inner["default"]]]
      : []
  )
  const entries: ReadonlyArray<readonly [string, Json.Value]> = Object.entries(
    missing.length === 0 ? value : { ...value, ...Object.fromEntries(missing) }
  )
  return Object.fromEntries(entries.map(([name, inner]) => {
    const of = field(schema, name)
    const present = Object.hasOwn(own, name) || of === undefined ? inner : defaultOf(of, inner)
    return [name, withDefaults(of, present)]
  }))
}

const defaultOf = (schema: Schema, value: Json.Value): Json.Value =>
  value === null && schema["nullable"] !== true ? schema["default"] ?? null : value
