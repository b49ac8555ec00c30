/**
 * Values divided into fields by the schema of their kind: their sets, differences and merges. As in
 * sigs.k8s.io/structured-merge-diff typed (v6). Without a schema, as in custom resources, lists are not divided.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { Field } from "../kinds/Fields.js"
import * as FieldSet from "./FieldSet.js"

/** The schema of a value; undefined for one that its content defines. @since 0.1.0 @category models  */
export type Schema = Field | undefined

type Value = Json.Value | undefined

interface Map {
  readonly _tag: "Map"
  /** Whether a field is one of a struct. */
  readonly isNamed: (name: string) => boolean
  readonly of: (name: string) => Schema
}

interface List {
  readonly _tag: "List"
  readonly keys: ReadonlyArray<string>
  readonly defaults: JsonObject
  readonly of: Schema
}

/** How a value is divided; a leaf is not. */
type Atom = Map | List | { readonly _tag: "Leaf" }

const leaf: Atom = { _tag: "Leaf" }

const untyped: Map = { _tag: "Map", isNamed: () => false, of: () => undefined }

const atomOf = (schema: Schema, value: Value): Atom => {
  if (schema === undefined || schema._tag === "Deduced") {
    return Json.isObject(value) ? untyped : leaf
  }
  switch (schema._tag) {
    case "Struct": {
      const { fields } = schema
      return schema.atomic === true ? leaf : {
        _tag: "Map",
        isNamed: (name) => Object.hasOwn(fields, name),
        of: (name) => Object.hasOwn(fields, name) ? fields[name] : undefined
      }
    }
    case "Map":
      return schema.atomic === true ? leaf : { _tag: "Map", isNamed: () => false, of: () => schema.of }
    case "List":
      return schema.keys === undefined
        ? leaf
        : { _tag: "List", keys: schema.keys, defaults: schema.defaults ?? keyDefaults, of: schema.of }
    default:
      return leaf
  }
}

// The default in the schemas of built-in kinds of keys that an applied configuration may leave out.
const keyDefaults: JsonObject = { protocol: "TCP" }

const elementOf = ({ defaults, keys }: List, item: Json.Value): string =>
  keys.length === 0
    ? `v:${JSON.stringify(item)}`
    : `k:${
      JSON.stringify(Json.make(Object.fromEntries(
        keys.toSorted().map((key) => [key, Json.at(item, key) ?? defaults[key]])
      )))
    }`

const isEmpty = (value: Value): boolean =>
  value === undefined || value === null || (Json.isList(value) ? value.length === 0 : isEmptyObject(value))

const isEmptyObject = (value: Value): boolean => Json.isObject(value) && Object.keys(value).length === 0

const itemsOf = (list: List, value: Value): ReadonlyMap<string, Json.Value> =>
  new Map((Json.isList(value) ? value : []).map((item) => [elementOf(list, item), item]))

/** The set of the fields of a value. @since 0.1.0 @category combinators  */
export const fieldsOf = (schema: Schema, value: Value): FieldSet.FieldSet => {
  const paths: Array<FieldSet.Path> = []
  const visit = (schema: Schema, value: Value, path: FieldSet.Path): void => {
    const atom = atomOf(schema, value)
    if (atom._tag === "Leaf") {
      paths.push(path)
    } else if (atom._tag === "List") {
      for (const [element, item] of itemsOf(atom, value)) {
        visit(atom.of, item, [...path, element])
        paths.push([...path, element])
      }
    } else {
      for (const [name, inner] of Object.entries(Json.isObject(value) ? value : {})) {
        const here = [...path, `f:${name}`]
        visit(atom.of(name), inner, here)
        if (inner === null || isEmptyObject(inner) || !atom.isNamed(name)) paths.push(here)
      }
    }
  }
  visit(schema, value, [])
  return FieldSet.make(paths.filter((path) => path.length > 0))
}

/**
 * The fields that differ between two values.
 *
 * @since 0.1.0
 * @category models
 */
export interface Comparison {
  readonly added: FieldSet.FieldSet
  readonly modified: FieldSet.FieldSet
  readonly removed: FieldSet.FieldSet
}

/** @since 0.1.0 @category combinators */
export const compare = (schema: Schema, before: Value, after: Value): Comparison => {
  const [added, modified, removed]: [Array<FieldSet.Path>, Array<FieldSet.Path>, Array<FieldSet.Path>] = [[], [], []]
  const visit = (schema: Schema, old: Value, next: Value, path: FieldSet.Path): void => {
    const mark = (): void => {
      if (old === undefined) added.push(path)
      else if (next === undefined) removed.push(path)
      else if (!Json.equal(old, next)) modified.push(path)
    }
    const [left, right] = [atomOf(schema, old ?? next), atomOf(schema, next ?? old)]
    if (left._tag !== right._tag || left._tag === "Leaf" || (isEmpty(old) && isEmpty(next))) {
      mark()
      return
    }
    if (right._tag === "List") {
      const [olds, nexts] = [itemsOf(right, old), itemsOf(right, next)]
      for (const element of new Set([...olds.keys(), ...nexts.keys()])) {
        visit(right.of, olds.get(element), nexts.get(element), [...path, element])
      }
    } else if (right._tag === "Map") {
      const [olds, nexts] = [Json.isObject(old) ? old : {}, Json.isObject(next) ? next : {}]
      for (const name of new Set([...Object.keys(olds), ...Object.keys(nexts)])) {
        visit(right.of(name), olds[name], nexts[name], [...path, `f:${name}`])
      }
    }
    if (old === undefined) added.push(path)
    else if (next === undefined) removed.push(path)
  }
  visit(schema, before, after, [])
  const set = (paths: ReadonlyArray<FieldSet.Path>) => FieldSet.make(paths.filter((path) => path.length > 0))
  return { added: set(added), modified: set(modified), removed: set(removed) }
}

/** Items of both lists: those of the first in their order, and each of the second after the one before it. */
const mergeItems = (list: List, before: Value, after: Value): ReadonlyArray<Json.Value> => {
  const [olds, nexts] = [itemsOf(list, before), itemsOf(list, after)]
  const [left, right] = [[...olds.keys()], [...nexts.keys()]]
  const shared = right.filter((element) => olds.has(element))
  const done = new Set<string>()
  const order: Array<string> = []
  let [l, r] = [0, 0]
  while (l < left.length || r < right.length) {
    const [a, b] = [left[l], right[r]]
    if (a !== undefined && b !== undefined) {
      if (a === b) {
        order.push(a)
        done.add(a)
        l++
        r++
        shared.shift()
        continue
      }
      if (nexts.has(a) && shared[0] !== undefined && shared[0] !== a) {
        l++
        continue
      }
    }
    if (a !== undefined) {
      if (!nexts.has(a)) {
        order.push(a)
        l++
        continue
      }
      if (done.has(a)) l++
    }
    if (b !== undefined) {
      order.push(b)
      done.add(b)
      r++
      if (shared[0] === b) shared.shift()
    }
  }
  return order.flatMap((element) => merge(list.of, olds.get(element), nexts.get(element)) ?? [])
}

/** The first value with the fields of the second. @since 0.1.0 @category combinators  */
export const merge = (schema: Schema, before: Value, after: Value): Value => {
  if (before === undefined || after === undefined) return after === undefined ? before : after
  const [left, right] = [atomOf(schema, before), atomOf(schema, after)]
  if (left._tag !== right._tag || right._tag === "Leaf" || isEmpty(after)) {
    return isEmpty(after) && right._tag !== "Leaf" && !isEmpty(before) ? before : after
  }
  if (right._tag === "List") return mergeItems(right, before, after)
  const [olds, nexts] = [Json.isObject(before) ? before : {}, Json.isObject(after) ? after : {}]
  return Json.make(Object.fromEntries(
    [...new Set([...Object.keys(olds), ...Object.keys(nexts)])].map((name) => [
      name,
      merge(right.of(name), olds[name], nexts[name])
    ])
  ))
}

/** A value without the fields and items of a set; one that has none left is null. @since 0.1.0 @category combinators  */
export const remove = (schema: Schema, value: JsonObject, set: FieldSet.FieldSet): JsonObject => {
  const visit = (schema: Schema, value: Json.Value, path: FieldSet.Path): Value => {
    const atom = atomOf(schema, value)
    if (isEmpty(value) || atom._tag === "Leaf") return value
    if (atom._tag === "List") {
      const kept = (Json.isList(value) ? value : []).flatMap((item) => {
        const here = [...path, elementOf(atom, item)]
        return FieldSet.has(set, here) ? [] : visit(atom.of, item, here) ?? []
      })
      return kept.length === 0 ? null : kept
    }
    const kept = Object.entries(Json.isObject(value) ? value : {}).flatMap(([name, inner]) => {
      const here = [...path, `f:${name}`]
      const left = FieldSet.has(set, here) ? undefined : visit(atom.of(name), inner, here)
      return left === undefined ? [] : [[name, left] as const]
    })
    return kept.length === 0 ? null : Object.fromEntries(kept)
  }
  const left = visit(schema, value, [])
  return Json.isObject(left) ? left : {}
}

const expected: Readonly<Record<string, readonly [string, (value: Json.Value) => boolean]>> = {
  Text: ["string", (value) => typeof value === "string"],
  Integer: ["numeric (int or float)", (value) => typeof value === "number"],
  Boolean: ["boolean", (value) => typeof value === "boolean"],
  List: ["list", Json.isList],
  Map: ["map", Json.isObject],
  Struct: ["map", Json.isObject]
}

const keyText = (keys: ReadonlyArray<string>, item: Json.Value): string =>
  keys.length === 0
    ? `[=${JSON.stringify(item)}]`
    : `[${keys.map((key) => `${key}=${JSON.stringify(Json.at(item, key))}`).join(",")}]`

/** The items of a list that do not identify themselves, or that another one is equal to. */
const wrongItem = (
  keys: ReadonlyArray<string>,
  defaults: JsonObject,
  values: ReadonlyArray<Json.Value>
): string | undefined => {
  const items = values.map((value) => keys.length > 0 && Json.isObject(value) ? { ...defaults, ...value } : value)
  const elements = items.map((item) => keyText(keys, item))
  const missing = items.findIndex((item) => keys.some((key) => Json.at(item, key) === undefined))
  const repeated = elements.find((element, index) => elements.indexOf(element) < index)
  return missing !== -1
    ? `element ${missing}: associative list with keys has an element that omits a key field`
    : repeated === undefined
    ? undefined
    : `duplicate entries for key ${repeated}`
}

/** What is first in a value that is not of its schema; undefined if there is nothing. @since 0.1.0 @category rules  */
export const mismatch = (schema: Schema, value: Json.Value, path = ""): string | undefined => {
  const [type, fits] = expected[schema?._tag ?? ""] ?? []
  if (schema === undefined || value === null || fits === undefined) {
    return undefined
  }
  if (!fits(value)) {
    return `${path}: expected ${type}, got ${JSON.stringify(value)}`
  }
  if (schema._tag === "List" && Json.isList(value)) {
    const problem = schema.keys === undefined ? undefined : wrongItem(schema.keys, schema.defaults ?? {}, value)
    return problem === undefined
      ? first(value.map((item, index) => mismatch(schema.of, item, `${path}[${index}]`)))
      : `${path}: ${problem}`
  }
  return Json.isObject(value) && (schema._tag === "Map" || schema._tag === "Struct")
    ? first(
      Object.entries(value).map(([name, inner]) =>
        mismatch(schema._tag === "Map" ? schema.of : schema.fields[name], inner, `${path}.${name}`)
      )
    )
    : undefined
}

const first = (problems: ReadonlyArray<string | undefined>): string | undefined =>
  problems.find((problem) => problem !== undefined)

/** A set with the structs in which its fields are. @since 0.1.0 @category combinators  */
export const withStructs = (schema: Schema, set: FieldSet.FieldSet): FieldSet.FieldSet => {
  const paths = [...set.values()].flatMap((path) => {
    let here = schema
    return path.flatMap((element, index) => {
      const atom = here === undefined || here._tag === "Deduced" ? untyped : atomOf(here, undefined)
      const name = element.slice(2)
      const isNamed = element.startsWith("f:") && atom._tag === "Map" && atom.isNamed(name)
      here = atom._tag === "Map" ? atom.of(name) : atom._tag === "List" ? atom.of : undefined
      return isNamed ? [path.slice(0, index + 1)] : []
    })
  })
  return FieldSet.union(set, FieldSet.make(paths))
}

const isAtomic = (schema: Schema): boolean =>
  schema?._tag === "List"
    ? schema.keys === undefined
    : (schema?._tag === "Map" || schema?._tag === "Struct") && schema.atomic === true

/** A set without what is inside of values that have one manager: they stand in for it. @since 0.1.0 @category combinators  */
export const atomic = (schema: Schema, set: FieldSet.FieldSet): FieldSet.FieldSet =>
  FieldSet.make([...set.values()].map((path) => {
    let here = schema
    const end = path.findIndex((element) => {
      if (isAtomic(here)) return true
      const atom = atomOf(here, undefined)
      here = atom._tag === "Map" ? atom.of(element.slice(2)) : atom._tag === "List" ? atom.of : undefined
      return false
    })
    return end === -1 ? path : path.slice(0, end)
  }))
