/**
 * Strategic merge patch, `application/strategic-merge-patch+json`: a merge patch in which lists of built-in kinds are merged
 * by a key, as by k8s.io/apimachinery pkg/util/strategicpatch/patch.go (v0.37). Its directives:
 *
 * | | |
 * |---|---|
 * | `$patch: replace`, `delete` | in a map: the patch instead of the map, or nothing; in an item: the list, or the item of that key |
 * | `$deleteFromPrimitiveList/FIELD` | values to remove from a list of values |
 * | `$setElementOrder/FIELD` | the order of the items after the merge |
 * | `$retainKeys` | the fields to keep of a map |
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { Field, Fields } from "../kinds/Fields.js"
import * as Status from "./Status.js"

type Answer<A> = Either.Either<A, Status.Status>

type List = ReadonlyArray<Json.Value>

const directive = "$patch"
const retainKeys = "$retainKeys"
const deletion = "$deleteFromPrimitiveList/"
const order = "$setElementOrder/"

/** The schema of a field: its own fields, or those of its items. */
const fieldsOf = (field: Field | undefined): Fields | undefined =>
  field?._tag === "Struct" ? field.fields : field?._tag === "List" ? fieldsOf(field.of) : undefined

const mergeOf = (field: Field | undefined) => field?._tag === "List" ? field.merge : undefined

// Errors without a Status of their own have neither reason nor details.
const unexpected = (message: string): Status.Status => Status.make(500, "", message)

/** A map as Go prints it. @since 0.1.0 @category combinators  */
export const goMap = (map: JsonObject): string =>
  `map[${
    Object.entries(map).sort(([a], [b]) => a < b ? -1 : 1).map(([key, value]) => `${key}:${goValue(value)}`).join(" ")
  }]`

const goValue = (value: Json.Value): string =>
  Json.isObject(value)
    ? goMap(value)
    : Json.isList(value)
    ? `[${value.map(goValue).join(" ")}]`
    : String(value ?? "<nil>")

const noMergeKey = (item: JsonObject, key: string): Status.Status =>
  unexpected(`map: ${goMap(item)} does not contain declared merge key: ${key}`)

const typeOf = (value: Json.Value | undefined): string =>
  Json.isList(value) ? "list" : Json.isObject(value) ? "object" : typeof value

/** A value that was not there before: without nulls, and without what carries a directive. */
const added = (value: Json.Value): Json.Value | undefined => {
  if (Json.isList(value)) {
    return value.flatMap((item) => {
      const kept = added(item)
      return kept === undefined ? [] : [kept]
    })
  }
  if (!Json.isObject(value)) return value
  return Object.hasOwn(value, directive)
    ? undefined
    : Object.fromEntries(
      Object.entries(value).flatMap(([key, inner]) => {
        const kept = inner === null ? undefined : added(inner)
        return kept === undefined ? [] : [[key, kept]]
      })
    )
}

// -----------------------------------------------------------------------------
// maps
// -----------------------------------------------------------------------------

/**
 * The object that results from a patch, or the error of the server. `fields` is the schema of the kind.
 *
 * @since 0.1.0
 * @category combinators
 */
export const merge = (original: JsonObject, patch: JsonObject, fields: Fields | undefined): Answer<JsonObject> => {
  const word = patch[directive]
  if (word !== undefined) {
    return word === "replace"
      ? Either.right(Json.omit(patch, directive))
      : word === "delete"
      ? Either.right({})
      : Either.left(unexpected(`unknown patch type: ${goValue(word)} in map: ${goMap(patch)}`))
  }
  return Either.flatMap(
    retained(original, patch),
    (kept) =>
      Object.entries(Json.omit(patch, retainKeys)).reduce<Answer<JsonObject>>(
        (merged, [key, value]) => Either.flatMap(merged, (so) => field(so, kept, patch, key, value, fields)),
        Either.right(kept)
      )
  )
}

/** The fields that `$retainKeys` keeps. */
const retained = (original: JsonObject, patch: JsonObject): Answer<JsonObject> => {
  const keys = patch[retainKeys]
  if (keys === undefined) return Either.right(original)
  const foreign = Object.entries(patch).some(([key, value]) =>
    value !== null && key !== retainKeys && !key.startsWith(deletion) && !key.startsWith(order)
    && !Json.texts(patch, retainKeys).includes(key)
  )
  return !Json.isList(keys) || foreign
    ? Either.left(Status.badRequest("invalid patch format of retainKeys"))
    : Either.right(Object.fromEntries(Object.entries(original).filter(([key]) => keys.includes(key))))
}

/** One field of a patch; `original` is the map before all of them, `so` with those before this one. */
const field = (
  so: JsonObject,
  original: JsonObject,
  patch: JsonObject,
  key: string,
  value: Json.Value,
  fields: Fields | undefined
): Answer<JsonObject> => {
  if (key.startsWith(order)) {
    const name = key.slice(order.length)
    return Either.map(
      ordered(original[name], patch[name], value, fields?.[name]),
      (list) => list === undefined ? so : { ...so, [name]: list }
    )
  }
  if (key.startsWith(deletion)) {
    const name = key.slice(deletion.length)
    const current = so[name]
    return Json.isList(current) && Json.isList(value)
      ? Either.right({ ...so, [name]: current.filter((item) => !value.some((gone) => Json.equal(gone, item))) })
      : Either.right(so)
  }
  // Its order directive has the whole list.
  if (Object.hasOwn(patch, `${order}${key}`)) return Either.right(so)
  if (value === null) return Either.right(Json.omit(so, key))
  const before = original[key]
  const known = fields?.[key]
  const next: Answer<Json.Value | undefined> = typeOf(before) !== typeOf(value)
    ? Either.right(added(value))
    : Json.isObject(before) && Json.isObject(value)
    ? merge(before, value, fieldsOf(known))
    : Json.isList(before) && Json.isList(value) && mergeOf(known) !== undefined
    ? mergeList(before, value, known)
    : Either.right(value)
  return Either.map(next, (value) => value === undefined ? Json.omit(so, key) : { ...so, [key]: value })
}

// -----------------------------------------------------------------------------
// lists
// -----------------------------------------------------------------------------

const identity = (item: Json.Value, key: string | undefined): Json.Value | undefined =>
  key === undefined ? item : Json.at(item, key)

const position = (list: List, item: Json.Value, key: string | undefined): number =>
  list.findIndex((other) => Json.equal(identity(other, key) ?? null, identity(item, key) ?? null))

const isMerged = (item: Json.Value): boolean => !(Json.isObject(item) && Object.hasOwn(item, directive))

/** A list merged by its key; a list of values is a set. */
const mergeList = (original: List, patch: List, known: Field | undefined): Answer<List> => {
  const key = mergeOf(known)?.key
  return Either.map(
    key === undefined ? Either.right(Arr.dedupe([...original, ...patch])) : mergeItems(original, patch, key, known),
    (merged) => sorted(merged, patch.filter(isMerged), original, key)
  )
}

const mergeItems = (original: List, patch: List, key: string, known: Field | undefined): Answer<List> => {
  const replaces = patch.some((item) => Json.at(item, directive) === "replace")
  return patch.reduce<Answer<List>>(
    (merged, item) => Either.flatMap(merged, (so) => mergeItem(so, item, key, known, replaces)),
    Either.right(replaces ? [] : original)
  )
}

const mergeItem = (
  so: List,
  item: Json.Value,
  key: string,
  known: Field | undefined,
  replaces: boolean
): Answer<List> => {
  if (!Json.isObject(item)) return Either.left(unexpected("list element types are not identical"))
  const word = item[directive]
  if (word === "replace") return Either.right(so)
  if (word !== undefined && word !== "delete") {
    return Either.left(unexpected(
      word === "merge"
        ? "merging lists cannot yet be specified in the patch"
        : `unknown patch type: ${goValue(word)} in map: ${goMap(item)}`
    ))
  }
  if (item[key] === undefined) return Either.left(noMergeKey(item, key))
  if (word === "delete") {
    return Either.right(so.filter((other) => !Json.equal(Json.at(other, key) ?? null, item[key] ?? null)))
  }
  const index = replaces ? -1 : position(so, item, key)
  const before = so[index]
  return Json.isObject(before)
    ? Either.map(merge(before, item, fieldsOf(known)), (next) => so.toSpliced(index, 1, next))
    : Either.right([...so, item])
}

/** Items of the patch in the patch's order, the others in the server's, interleaved by the server's. */
const sorted = (merged: List, patch: List, server: List, key: string | undefined): List => {
  const byOrder = (list: List) => (a: Json.Value, b: Json.Value) => position(list, a, key) - position(list, b, key)
  const inPatch = (item: Json.Value) => position(patch, item, key) !== -1
  const right = merged.filter(inPatch).toSorted(byOrder(patch))
  const left = merged.filter((item) => !inPatch(item)).toSorted(byOrder(server))
  const all: Array<Json.Value> = []
  while (left.length > 0 || right.length > 0) {
    const [a, b] = [left[0], right[0]]
    const first = a === undefined || b === undefined
      ? b === undefined
      : position(server, b, key) !== -1 && position(server, a, key) < position(server, b, key)
    const next = (first ? left : right).shift()
    if (next !== undefined) all.push(next)
  }
  return all
}

/** The list of a field that has an order directive; undefined if there is neither a list nor a patch of it. */
const ordered = (
  original: Json.Value | undefined,
  patch: Json.Value | undefined,
  wanted: Json.Value,
  known: Field | undefined
): Answer<List | undefined> => {
  const key = mergeOf(known)?.key
  if (!Json.isList(wanted)) return Either.left(unexpected("expected a list, but received another type"))
  if (patch !== undefined && patch !== null && !isInOrder(patch, wanted, key)) {
    return Either.left(unexpected(
      `The order in patch list:\n${goValue(patch)}\n doesn't match $setElementOrder list:\n${goValue(wanted)}\n`
    ))
  }
  const merged: Answer<List | undefined> = Json.isList(original) && Json.isList(patch)
    ? mergeList(original, patch, known)
    : Json.isList(original)
    ? Either.right(original)
    : Json.isList(patch)
    ? Either.right(Json.list(added(patch)))
    : Either.right(undefined)
  return Either.map(
    merged,
    (list) => list === undefined ? undefined : sorted(list, wanted, Json.isList(original) ? original : [], key)
  )
}

/** Whether the items of a patch, but for deletions, stand in the wanted list, in its order. */
const isInOrder = (patch: Json.Value, wanted: List, key: string | undefined): boolean => {
  if (!Json.isList(patch)) return false
  const places = patch.filter(isMerged).map((item) => position(wanted, item, key))
  return wanted.length === 0 || places.every((place, index) => place !== -1 && place > (places[index - 1] ?? -1))
}
