/**
 * Reading and rewriting JSON objects of the Kubernetes API: paths in, values out, nothing mutated.
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

/** What is at the path; a number is an index of a list. @since 0.1.0 @category getters */
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

/** The list at the path, or an empty one. @since 0.1.0 @category getters */
export const list = (json: Json | undefined, ...path: ReadonlyArray<string | number>): ReadonlyArray<Json> => {
  const value = at(json, ...path)
  return isList(value) ? value : []
}

/** The objects of the list at the path. @since 0.1.0 @category getters */
export const objects = (json: Json | undefined, ...path: ReadonlyArray<string | number>): ReadonlyArray<JsonObject> =>
  list(json, ...path).filter(isObject)

/** The texts of the list at the path. @since 0.1.0 @category getters */
export const texts = (json: Json | undefined, ...path: ReadonlyArray<string | number>): ReadonlyArray<string> =>
  list(json, ...path).filter((item) => typeof item === "string")

/** The object at the path, or an empty one. @since 0.1.0 @category getters */
export const object = (json: Json | undefined, ...path: ReadonlyArray<string | number>): JsonObject => {
  const value = at(json, ...path)
  return isObject(value) ? value : {}
}

/** The entries at the path whose values are texts: labels, annotations. @since 0.1.0 @category getters */
export const record = (
  json: Json | undefined,
  ...path: ReadonlyArray<string | number>
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(object(json, ...path)).flatMap(([key, value]) => typeof value === "string" ? [[key, value]] : [])
  )

/** The object without some of its fields. @since 0.1.0 @category combinators */
export const omit = (json: JsonObject, ...keys: ReadonlyArray<string>): JsonObject =>
  Object.fromEntries(Object.entries(json).filter(([key]) => !keys.includes(key)))

/** An object of what is defined. @since 0.1.0 @category constructors */
export const make = (fields: Readonly<Record<string, Json | undefined>>): JsonObject =>
  Object.fromEntries(Object.entries(fields).flatMap(([key, value]) => value === undefined ? [] : [[key, value]]))

/** The object with another value at the path, or with none. @since 0.1.0 @category combinators */
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

/** Whether two values say the same; the order of fields does not matter. @since 0.1.0 @category predicates */
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
 * A frozen copy of somebody else's object, which they may go on changing. What is undefined is left out.
 *
 * @since 0.1.0
 * @category combinators
 */
export const adopt = (json: JsonObject): JsonObject =>
  Object.freeze(Object.fromEntries(
    Object.entries(json).flatMap(([key, value]) => value === undefined ? [] : [[key, frozenCopy(value)]])
  ))

/** Freezes an object of ours, down to the parts that are frozen already. @since 0.1.0 @category combinators */
export const freeze = <A extends Json>(json: A): A => {
  if (typeof json === "object" && json !== null && !Object.isFrozen(json)) {
    Object.values(json).forEach((value: Json) => freeze(value))
    Object.freeze(json)
  }
  return json
}
