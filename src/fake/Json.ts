/**
 * Reads and rewrites JSON objects of the Kubernetes API by path, without mutation.
 *
 * @since 0.1.0
 */
import type { Json, JsonObject } from "../kubernetes/client/ApiRequest.js"

export type {
  /** Any JSON value. @since 0.1.0 @category models */
  Json as Value
} from "../kubernetes/client/ApiRequest.js"

/** @since 0.1.0 @category guards */
export const isList = (json: unknown): json is ReadonlyArray<Json> => Array.isArray(json)

/** @since 0.1.0 @category guards */
export const isObject = (json: unknown): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json)

/** The value at a path, undefined if there is none; a number is an index of a list. @since 0.1.0 @category getters  */
export const at = (json: Json | undefined, ...path: ReadonlyArray<string | number>): Json | undefined => {
  let here = json
  for (const step of path) {
    if (isObject(here)) {
      here = Object.hasOwn(here, step) ? here[step] : undefined
    } else if (isList(here) && typeof step === "number") {
      here = here[step]
    } else {
      return undefined
    }
  }
  return here
}

/** @since 0.1.0 @category getters */
export const text = (json: Json | undefined, ...path: ReadonlyArray<string | number>): string | undefined => {
  const value = at(json, ...path)
  return typeof value === "string" ? value : undefined
}

/** @since 0.1.0 @category getters */
export const number = (json: Json | undefined, ...path: ReadonlyArray<string | number>): number | undefined => {
  const value = at(json, ...path)
  return typeof value === "number" ? value : undefined
}

/** The list at a path, or an empty one. @since 0.1.0 @category getters  */
export const list = (json: Json | undefined, ...path: ReadonlyArray<string | number>): ReadonlyArray<Json> => {
  const value = at(json, ...path)
  return isList(value) ? value : []
}

/** The objects in the list at a path. @since 0.1.0 @category getters  */
export const objects = (json: Json | undefined, ...path: ReadonlyArray<string | number>): ReadonlyArray<JsonObject> =>
  list(json, ...path).filter(isObject)

/** The strings in the list at a path. @since 0.1.0 @category getters  */
export const texts = (json: Json | undefined, ...path: ReadonlyArray<string | number>): ReadonlyArray<string> =>
  list(json, ...path).filter((item) => typeof item === "string")

/** The object at a path, or an empty one. @since 0.1.0 @category getters  */
export const object = (json: Json | undefined, ...path: ReadonlyArray<string | number>): JsonObject => {
  const value = at(json, ...path)
  return isObject(value) ? value : {}
}

/** The string entries of the object at a path: labels, annotations. @since 0.1.0 @category getters  */
export const record = (
  json: Json | undefined,
  ...path: ReadonlyArray<string | number>
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(object(json, ...path)).flatMap(([key, value]) => typeof value === "string" ? [[key, value]] : [])
  )

/** Removes fields of an object. @since 0.1.0 @category combinators  */
export const omit = (json: JsonObject, ...keys: ReadonlyArray<string>): JsonObject =>
  Object.fromEntries(Object.entries(json).filter(([key]) => !keys.includes(key)))

/** Makes an object of the defined fields. @since 0.1.0 @category constructors  */
export const make = (fields: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).flatMap(([key, value]) => value === undefined ? [] : [[key, value]]))

/** Sets the value at a path, or removes it if the value is undefined. @since 0.1.0 @category combinators  */
export const set = (json: JsonObject, path: ReadonlyArray<string>, value: Json | undefined): JsonObject => {
  const [key, ...rest] = path
  if (key === undefined) {
    return json
  }
  if (rest.length > 0) {
    return value === undefined && !isObject(json[key]) ? json : { ...json, [key]: set(object(json, key), rest, value) }
  }
  return value === undefined ? omit(json, key) : { ...json, [key]: value }
}

/** Deep equality, regardless of the order of fields. @since 0.1.0 @category predicates  */
export const equal = (a: Json | undefined, b: Json | undefined): boolean => {
  if (a === b) {
    return true
  }
  if (isList(a)) {
    return isList(b) && a.length === b.length && a.every((item, index) => equal(item, b[index]))
  }
  if (!isObject(a) || !isObject(b)) {
    return false
  }
  const keys = Object.keys(a)
  return keys.length === Object.keys(b).length && keys.every((key) => Object.hasOwn(b, key) && equal(a[key], b[key]))
}

const frozenCopy = (json: Json): Json =>
  isList(json) ? Object.freeze(json.map(frozenCopy)) : isObject(json) ? adopt(json) : json

/**
 * A frozen copy of an object that its owner may still mutate. Undefined fields are omitted.
 *
 * @since 0.1.0
 * @category combinators
 */
export const adopt = (json: JsonObject): JsonObject =>
  Object.freeze(Object.fromEntries(
    Object.entries(json).flatMap(([key, value]) => value === undefined ? [] : [[key, frozenCopy(value)]])
  ))

/** Freezes an object in place, except parts that are frozen already. @since 0.1.0 @category combinators  */
export const freeze = <A extends Json>(json: A): A => {
  if (typeof json === "object" && json !== null && !Object.isFrozen(json)) {
    Object.values(json).forEach((value: Json) => freeze(value))
    Object.freeze(json)
  }
  return json
}
