/**
 * Sets of the fields of an object, as `metadata.managedFields` has them: `f:name` is a field, `k:{…}` an item of a list by its
 * keys, `v:…` one by its value. As in sigs.k8s.io/structured-merge-diff fieldpath (v6).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"

/** A path: its elements in the notation of FieldsV1. @since 0.1.0 @category models  */
export type Path = ReadonlyArray<string>

/** @since 0.1.0 @category models */
export type FieldSet = ReadonlyMap<string, Path>

const keyOf = (path: Path): string => path.join("\u0000")

/** @since 0.1.0 @category constructors */
export const make = (paths: Iterable<Path>): FieldSet => new Map(Array.from(paths, (path) => [keyOf(path), path]))

/** @since 0.1.0 @category constants */
export const empty: FieldSet = new Map()

/** @since 0.1.0 @category predicates */
export const has = (set: FieldSet, path: Path): boolean => set.has(keyOf(path))

/** @since 0.1.0 @category combinators */
export const union = (...sets: ReadonlyArray<FieldSet>): FieldSet => new Map(sets.flatMap((set) => [...set]))

/** @since 0.1.0 @category combinators */
export const difference = (set: FieldSet, other: FieldSet): FieldSet =>
  new Map([...set].filter(([key]) => !other.has(key)))

/** @since 0.1.0 @category combinators */
export const intersection = (set: FieldSet, other: FieldSet): FieldSet =>
  new Map([...set].filter(([key]) => other.has(key)))

/** The paths that a predicate accepts. @since 0.1.0 @category combinators  */
export const filter = (set: FieldSet, accepts: (path: Path) => boolean): FieldSet =>
  new Map([...set].filter(([, path]) => accepts(path)))

/** By the first element that differs: that of a field without others below it comes first. */
const byMember = (a: Path, b: Path): number => {
  const at = a.findIndex((element, index) => element !== b[index])
  if (at === -1 || at === b.length) return a.length - b.length
  const [isLast, isOtherLast] = [at === a.length - 1, at === b.length - 1]
  return isLast !== isOtherLast ? (isLast ? -1 : 1) : (a[at] ?? "") < (b[at] ?? "") ? -1 : 1
}

/** The paths in the order of upstream's sets, in which conflicts are listed. @since 0.1.0 @category combinators  */
export const ordered = (set: FieldSet): ReadonlyArray<Path> => [...set.values()].toSorted(byMember)

/** Whether two sets have the same paths. @since 0.1.0 @category predicates  */
export const equal = (a: FieldSet, b: FieldSet): boolean =>
  a.size === b.size && [...a.keys()].every((key) => b.has(key))

/** Reads a FieldsV1: `.` marks a field that is in the set itself and has others below it. @since 0.1.0 @category conversions */
export const decode = (fields: JsonObject): FieldSet => {
  const paths: Array<Path> = []
  const visit = (node: JsonObject, path: Path): void => {
    const entries = Object.entries(node)
    if (path.length > 0 && (entries.length === 0 || Object.hasOwn(node, "."))) {
      paths.push(path)
    }
    for (const [element, below] of entries) {
      if (element !== "." && Json.isObject(below)) visit(below, [...path, element])
    }
  }
  visit(fields, [])
  return make(paths)
}

const compact = (json: unknown): string =>
  JSON.stringify(
    Json.isObject(json)
      ? Object.fromEntries(Object.entries(json).toSorted(([a], [b]) => a < b ? -1 : 1))
      : json
  )

const isJson = (text: string, accepts: (json: unknown) => boolean): boolean =>
  Either.match(Either.try((): unknown => JSON.parse(text)), { onLeft: () => false, onRight: accepts })

/** Whether a client may write an element; one of an unknown type is ignored. */
const kindOf = (element: string): "valid" | "ignored" | "wrong" => {
  const [prefix, rest] = [element.slice(0, 2), element.slice(2)]
  switch (prefix) {
    case "f:":
      return "valid"
    case "v:":
      return isJson(rest, () => true) ? "valid" : "wrong"
    case "k:":
      return isJson(rest, Json.isObject) ? "valid" : "wrong"
    case "i:":
      return /^[+-]?[0-9]+$/.test(rest) ? "valid" : "wrong"
    default:
      return prefix[1] === ":" ? "ignored" : "wrong"
  }
}

const canonical = (element: string): string =>
  /^[kv]:/.test(element) ? `${element.slice(0, 2)}${compact(JSON.parse(element.slice(2)))}` : element

/** Reads a FieldsV1 that a client wrote; undefined for one that is not valid. @since 0.1.0 @category conversions  */
export const parse = (fields: Json.Value): FieldSet | undefined => {
  const paths: Array<Path> = []
  const isValid = (node: Json.Value, path: Path): boolean => {
    if (node !== null && !Json.isObject(node)) {
      return false
    }
    const below = Object.entries(node ?? {}).flatMap(([element, inner]) => {
      const kind = element === "." ? "ignored" : kindOf(element)
      return kind === "ignored" ? [] : [{ element, inner, kind }]
    })
    if (path.length > 0 && (below.length === 0 || Object.hasOwn(node ?? {}, "."))) {
      paths.push(path)
    }
    return below.every(({ element, inner, kind }) => kind === "valid" && isValid(inner, [...path, canonical(element)]))
  }
  return isValid(fields, []) ? make(paths) : undefined
}

interface Node {
  member: boolean
  readonly below: Map<string, Node>
}

const toJson = ({ below, member }: Node): JsonObject => ({
  ...(member && below.size > 0 ? { ".": {} } : {}),
  ...Object.fromEntries([...below].map(([element, node]) => [element, toJson(node)]))
})

/** @since 0.1.0 @category conversions */
export const encode = (set: FieldSet): JsonObject => {
  const root: Node = { member: false, below: new Map() }
  for (const [, path] of [...set].toSorted(([a], [b]) => a < b ? -1 : 1)) {
    let node = root
    for (const element of path) {
      const next = node.below.get(element) ?? { member: false, below: new Map<string, Node>() }
      node.below.set(element, next)
      node = next
    }
    node.member = true
  }
  return toJson(root)
}

const elementText = (element: string): string => {
  const rest = element.slice(2)
  if (element.startsWith("f:")) return `.${rest}`
  if (element.startsWith("v:")) return `[=${rest}]`
  const keys: unknown = JSON.parse(rest)
  return `[${Object.entries(keys ?? {}).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(",")}]`
}

/** A path as messages have it: `.spec.containers[name="main"].image`. @since 0.1.0 @category conversions  */
export const pathText = (path: Path): string => path.map(elementText).join("")
