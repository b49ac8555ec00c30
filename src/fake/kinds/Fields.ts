/**
 * The field types of a kind; a server uses them to drop or reject unknown fields.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Quantity from "./Quantity.js"

/**
 * How server-side apply divides a value among its managers, as in the OpenAPI document (v0.37): `keys` identify the items of a
 * list, an empty list of keys means a set of values, and a list without keys or an `atomic` map has one manager; `defaults` are
 * those of keys.
 *
 * @since 0.1.0
 * @category models
 */
export type Field =
  | { readonly _tag: "Text"; readonly kept?: true }
  | { readonly _tag: "Integer" | "Boolean" | "Quantity" | "IntegerOrText" | "Bytes" | "Time" | "MicroTime" | "Any" }
  | { readonly _tag: "Deduced"; readonly of?: Field }
  | {
    readonly _tag: "List"
    readonly of: Field
    readonly merge?: Merge
    readonly keys?: ReadonlyArray<string>
    readonly defaults?: JsonObject
    readonly kept?: true
  }
  | { readonly _tag: "Map"; readonly of: Field; readonly atomic?: true; readonly kept?: true }
  | { readonly _tag: "Struct"; readonly fields: Fields; readonly atomic?: true }

/**
 * How a strategic merge patch changes a list: by the key of its items, or, without one, as a set of values. A list without
 * this is replaced. The tags `patchStrategy` and `patchMergeKey` in k8s.io/api (v0.37).
 *
 * @since 0.1.0
 * @category models
 */
export interface Merge {
  readonly key?: string
}

/** @since 0.1.0 @category models */
export interface Fields {
  readonly [name: string]: Field
}

/** @since 0.1.0 @category constructors */
export const text: Field = { _tag: "Text" }
/** A text that is stored though it is empty: in Go a pointer, or a field without `omitempty`. @since 0.1.0 @category constructors  */
export const keptText: Field = { _tag: "Text", kept: true }
/** @since 0.1.0 @category constructors */
export const integer: Field = { _tag: "Integer" }
/** @since 0.1.0 @category constructors */
export const boolean: Field = { _tag: "Boolean" }
/** @since 0.1.0 @category constructors */
export const quantity: Field = { _tag: "Quantity" }
/** @since 0.1.0 @category constructors */
export const integerOrText: Field = { _tag: "IntegerOrText" }
/** A base64 string. @since 0.1.0 @category constructors  */
export const bytes: Field = { _tag: "Bytes" }
/** A time by RFC 3339, stored in UTC with whole seconds. @since 0.1.0 @category constructors  */
export const time: Field = { _tag: "Time" }
/** A time with microseconds, which it has to have, stored in UTC. @since 0.1.0 @category constructors  */
export const microTime: Field = { _tag: "MicroTime" }
/** Any value, not validated. @since 0.1.0 @category constructors  */
export const any: Field = { _tag: "Any" }
/** Any value, which server-side apply divides by its own form. @since 0.1.0 @category constructors  */
export const deduced: Field = { _tag: "Deduced" }
/** An object of a type, a list of them, or another value such as `true`. @since 0.1.0 @category constructors  */
export const loose = (of: Field): Field => ({ _tag: "Deduced", of })
/** @since 0.1.0 @category constructors */
export const list = (of: Field): Field => ({ _tag: "List", of })
/** A list that is decoded though it is empty. @since 0.1.0 @category constructors  */
export const keptList = (of: Field): Field => ({ _tag: "List", of, kept: true })
/**
 * A list that patches merge, by a key of its items or as a set; server-side apply has the same key, or `keys`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const mergedList = (of: Field, key?: string, ...keys: ReadonlyArray<string>): Field => ({
  _tag: "List",
  of,
  merge: key === undefined ? {} : { key },
  keys: keys.length > 0 ? keys : key === undefined ? [] : [key]
})
/** A list that patches alone merge, by a key of its items. @since 0.1.0 @category constructors  */
export const patchedList = (of: Field, key: string): Field => ({ _tag: "List", of, merge: { key } })
/** A list that server-side apply alone merges: by keys, or as a set. @since 0.1.0 @category constructors  */
export const keyedList = (of: Field, ...keys: ReadonlyArray<string>): Field => ({ _tag: "List", of, keys })
/** @since 0.1.0 @category constructors */
export const map = (of: Field): Field => ({ _tag: "Map", of })
/** @since 0.1.0 @category constructors */
export const struct = (fields: Fields): Field => ({ _tag: "Struct", fields })

/** A struct or a map that server-side apply does not divide. @since 0.1.0 @category constructors  */
export const atomic = (field: Field): Field =>
  field._tag === "Struct" || field._tag === "Map" ? { ...field, atomic: true } : field

/** Maps with values of one type. @since 0.1.0 @category constructors  */
export const each = (of: Field, ...names: ReadonlyArray<string>): Fields =>
  Object.fromEntries(names.map((name) => [name, of]))

/** Go's kind of a value in an unstructured object. */
const goKind = (json: Json.Value): string =>
  Json.isList(json)
    ? "slice"
    : Json.isObject(json)
    ? "map"
    : typeof json === "number"
    ? Number.isInteger(json) ? "int64" : "float64"
    : typeof json === "boolean"
    ? "bool"
    : typeof json

/** The words of k8s.io/apimachinery pkg/runtime/converter.go for a value that does not fit its field. */
const unconvertible = (json: Json.Value, field: Field): string => {
  switch (field._tag) {
    case "Struct":
      return `cannot restore struct from: ${goKind(json)}`
    case "Map":
      return `cannot restore map from ${goKind(json)}`
    case "List":
      return `cannot restore slice from ${goKind(json)}`
    default:
      // What Go converts, and JSON does not.
      return typeof json === "number" && field._tag !== "Boolean"
        ? `cannot convert ${goKind(json)} to ${goType(field)}`
        : `unrecognized type: ${goType(field)}`
  }
}

/**
 * Decodes an object like a typed server: drops null fields and unknown ones, and lists the paths of the latter; `wrong` has
 * the message for an undecodable value.
 *
 * @since 0.1.0
 * @category models
 */
export interface Reading {
  readonly object: JsonObject
  readonly unknown: ReadonlyArray<string>
  readonly wrong: ReadonlyArray<string>
}

/**
 * What was read by the fields of a kind; `unconvertible` has the messages of a server that converts the result of a strategic
 * merge patch.
 *
 * @since 0.1.0
 * @category models
 */
export interface TypedReading extends Reading {
  readonly unconvertible: ReadonlyArray<string>
}

const isByte = (json: unknown): json is number =>
  typeof json === "number" && Number.isInteger(json) && json >= 0 && json <= 255

const base64Pattern = /^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/

const timePattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d([.,]\d+)?(Z|[+-]\d\d:\d\d)$/

const microTimePattern = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)([.,]\d{6})(Z|[+-]\d\d:\d\d)$/

/** The end of the message for a value where a number or a text may be: server-side apply takes any, and only decoding refuses it. @since 0.1.0 @category constants  */
export const intoNumber = "into Go value of type int32"

const goType = (field: Field): string => {
  switch (field._tag) {
    case "Integer":
      return "int64"
    case "Boolean":
      return "bool"
    case "List":
      return `[]${goType(field.of)}`
    case "Map":
      return `map[string]${goType(field.of)}`
    default:
      return "string"
  }
}

const jsonType = (json: Json.Value): string =>
  Json.isList(json) ? "array" : typeof json === "boolean" ? "bool" : typeof json === "object" ? "object" : typeof json

/** A map that is stored though it is empty. @since 0.1.0 @category constructors  */
export const keptMap = (of: Field): Field => ({ _tag: "Map", of, kept: true })

/** Go omits empty texts, lists and maps; where it writes the latter as null, a kind does so in `fill`. */
const isOmitted = (value: Json.Value, field: Field): boolean =>
  (field._tag === "Text" && field.kept !== true && value === "") ||
  (field._tag === "List" && field.kept !== true && Json.isList(value) && value.length === 0) ||
  (field._tag === "Map" && field.kept !== true && Json.isObject(value) && Object.keys(value).length === 0)

/** @since 0.1.0 @category combinators */
export const read = (kind: string, fields: Fields, object: JsonObject): TypedReading => {
  const unknown: Array<string> = []
  const wrong: Array<string> = []
  const misfits: Array<string> = []

  const mismatch = (json: Json.Value, field: Field, path: string): Json.Value => {
    wrong.push(`json: cannot unmarshal ${jsonType(json)} into Go struct field ${kind}.${path} of type ${goType(field)}`)
    misfits.push(unconvertible(json, field))
    return json
  }

  const readStruct = (json: JsonObject, known: Fields, path: string): JsonObject =>
    Object.fromEntries(
      Object.entries(json).flatMap(([name, value]) => {
        const field = Object.hasOwn(known, name) ? known[name] : undefined
        const inside = path === "" ? name : `${path}.${name}`
        if (field === undefined) {
          unknown.push(inside)
          return []
        }
        return value === null || isOmitted(value, field) ? [] : [[name, readField(value, field, inside)]]
      })
    )

  // A null among texts or quantities is Go's zero value.
  const readItem = (json: Json.Value, field: Field, path: string): Json.Value =>
    json === null && field._tag === "Text"
      ? ""
      : json === null && field._tag === "Quantity"
      ? "0"
      : readField(json, field, path)

  const readField = (json: Json.Value, field: Field, path: string): Json.Value => {
    switch (field._tag) {
      case "Any":
        return json
      case "Deduced":
        return field.of === undefined
          ? json
          : Json.isList(json)
          ? json.map((item, index) => readField(item, field, `${path}[${index}]`))
          : Json.isObject(json)
          ? readField(json, field.of, path)
          : json
      case "Text":
        return typeof json === "string" ? json : mismatch(json, field, path)
      case "Integer":
        return typeof json === "number" && Number.isInteger(json) ? json : mismatch(json, field, path)
      case "Boolean":
        return typeof json === "boolean" ? json : mismatch(json, field, path)
      case "IntegerOrText":
        if (typeof json === "string" || typeof json === "number") return json
        wrong.push(`json: cannot unmarshal ${jsonType(json)} ${intoNumber}`)
        misfits.push(unconvertible(json, field))
        return json
      case "Quantity": {
        if (typeof json === "object") return mismatch(json, field, path)
        if (Quantity.pattern.test(String(json))) {
          return Quantity.canonical(String(json))
        }
        wrong.push(
          "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"
        )
        return json
      }
      case "Bytes": {
        if (typeof json === "string" && base64Pattern.test(json)) {
          return json
        }
        // Go reads a list of bytes, too.
        if (Json.isList(json) && json.every(isByte)) {
          return Buffer.from(json).toString("base64")
        }
        wrong.push("illegal base64 data at input byte 0")
        return json
      }
      case "Time": {
        if (typeof json === "object") return mismatch(json, field, path)
        const time = typeof json === "string" && timePattern.test(json) ? DateTime.make(json) : Option.none()
        if (Option.isSome(time)) {
          return `${DateTime.formatIso(time.value).slice(0, 19)}Z`
        }
        wrong.push(`parsing time ${JSON.stringify(JSON.stringify(json))} as "2006-01-02T15:04:05Z07:00"`)
        return json
      }
      case "MicroTime": {
        if (typeof json === "object") return mismatch(json, field, path)
        const [, seconds = "", micros = "", zone = ""] = microTimePattern.exec(String(json)) ?? []
        const time = DateTime.make(`${seconds}${zone}`)
        if (Option.isSome(time)) {
          return `${DateTime.formatIso(time.value).slice(0, 19)}.${micros.slice(1)}Z`
        }
        wrong.push(`parsing time ${JSON.stringify(json)} as "2006-01-02T15:04:05.000000Z07:00"`)
        return json
      }
      case "List":
        return Json.isList(json)
          ? json.map((item, index) => {
            const isAtomic = field.merge === undefined && field.keys === undefined
            // A null among structs is an empty one, but a list that is merged by keys has none.
            return item === null && isAtomic && field.of._tag === "Struct"
              ? {}
              : readItem(item, field.of, `${path}[${index}]`)
          })
          : mismatch(json, field, path)
      case "Map":
        return Json.isObject(json)
          ? Object.fromEntries(
            Object.entries(json).map(([name, value]) => [name, readItem(value, field.of, `${path}.${name}`)])
          )
          : mismatch(json, field, path)
      case "Struct":
        return Json.isObject(json) ? readStruct(json, field.fields, path) : mismatch(json, field, path)
    }
  }

  return { object: readStruct(object, fields, ""), unknown, wrong, unconvertible: misfits }
}
