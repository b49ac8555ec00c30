/**
 * The entries of `metadata.managedFields`: one for each manager, operation, version and subresource. As in k8s.io/apimachinery
 * pkg/util/managedfields/internal managedfields.go and capmanagers.go (v0.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Names from "../kinds/Names.js"
import * as FieldSet from "./FieldSet.js"

/** @since 0.1.0 @category models */
export interface Entry {
  readonly manager: string
  readonly operation: string
  readonly apiVersion: string
  readonly subresource: string
  readonly time: string | undefined
  readonly set: FieldSet.FieldSet
}

const make = (entry: JsonObject, set: FieldSet.FieldSet): Entry => ({
  manager: Json.text(entry, "manager") ?? "",
  operation: Json.text(entry, "operation") ?? "",
  apiVersion: Json.text(entry, "apiVersion") ?? "",
  subresource: Json.text(entry, "subresource") ?? "",
  time: Json.text(entry, "time"),
  set
})

/** The last entry of each manager. */
const distinct = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> =>
  entries.filter((entry, index) => !entries.slice(index + 1).some((later) => isSame(entry, later)))

/** Those of a stored object; of two of a manager, which a write of a scale leaves, the last one. @since 0.1.0 @category getters  */
export const of = (object: JsonObject): ReadonlyArray<Entry> =>
  distinct(
    Json.objects(object, "metadata", "managedFields").map((entry) =>
      make(entry, FieldSet.decode(Json.object(entry, "fieldsV1")))
    )
  )

/** Whether two entries are of the same manager; an apply has one for all versions. @since 0.1.0 @category predicates  */
export const isSame = (a: Entry, b: Entry): boolean =>
  a.manager === b.manager && a.operation === b.operation && a.subresource === b.subresource
  && (a.operation === "Apply" || a.apiVersion === b.apiVersion)

const readEntry = (entry: JsonObject): Entry | undefined => {
  const fields = Json.at(entry, "fieldsV1") ?? null
  const set = fields === null ? FieldSet.empty : FieldSet.parse(fields)
  const made = make(entry, set ?? FieldSet.empty)
  return set !== undefined && ["Apply", "Update"].includes(made.operation) && made.apiVersion !== "" &&
      Json.text(entry, "fieldsType") === "FieldsV1"
    ? made
    : undefined
}

/**
 * Those that a client wrote, given the ones of the object before. An empty list, or one with an empty entry, removes all; a list
 * that is missing or not valid changes nothing; undefined if managers cannot be computed, since a version cannot be parsed.
 *
 * @since 0.1.0
 * @category combinators
 */
export const requested = (body: JsonObject, before: ReadonlyArray<Entry>): ReadonlyArray<Entry> | undefined => {
  const written = Json.at(body, "metadata", "managedFields")
  if (!Json.isList(written)) {
    return before
  }
  const [first] = written
  if (first === undefined || (written.length === 1 && Json.isObject(first) && Object.keys(first).length === 0)) {
    return []
  }
  const read = written.map((entry) => Json.isObject(entry) ? readEntry(entry) : undefined)
  const valid = read.filter((entry) => entry !== undefined)
  if (valid.length < read.length) {
    return before
  }
  return valid.some(({ apiVersion }) => apiVersion.split("/").length > 2)
    ? undefined
    : distinct(valid)
}

// FieldManagerMaxLength and MaxSubresourceNameLength of pkg/apis/meta/v1/validation
const [maxManager, maxSubresource] = [128, 256]

/** The errors of the name of a manager. @since 0.1.0 @category rules  */
export const managerErrors = (field: string, manager: string): Status.FieldErrors => {
  const wrong = Names.unprintable(manager).map(({ byte, character }) => {
    const code = (character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")
    return `invalid character U+${code} (at position ${byte})`
  })
  return [
    ...(Buffer.byteLength(manager) > maxManager ? [Status.tooLong(field, maxManager)] : []),
    ...Status.invalidValues(field, manager, wrong)
  ]
}

/** The errors of the managed fields of an object. @since 0.1.0 @category rules  */
export const validate = (object: JsonObject): Status.FieldErrors =>
  Json.objects(object, "metadata", "managedFields").flatMap((entry, index) => {
    const field = `metadata.managedFields[${index}]`
    return [
      ...managerErrors(`${field}.manager`, Json.text(entry, "manager") ?? ""),
      ...(Buffer.byteLength(Json.text(entry, "subresource") ?? "") > maxSubresource
        ? [Status.tooLong(`${field}.subresource`, maxSubresource)]
        : [])
    ]
  })

/** In Go, no time is that of the second 0. */
const timeOf = ({ time }: Entry): string => time ?? "1970-01-01T00:00:00Z"

const byTime = (a: Entry, b: Entry): number => `${timeOf(a)}${identity(a)}` < `${timeOf(b)}${identity(b)}` ? -1 : 1

// DefaultMaxUpdateManagers
const maxUpdates = 10

const ancient = "ancient-changes"

/**
 * At most ten entries of updates: of more, the oldest are merged into one for each version.
 *
 * @since 0.1.0
 * @category combinators
 */
export const capped = (entries: ReadonlyArray<Entry>): ReadonlyArray<Entry> => {
  const updates = entries.filter(({ operation }) => operation === "Update").toSorted(byTime)
  const kept = new Map(entries.map((entry) => [identity(entry), entry]))
  const firsts = new Map<string, Entry>()
  let left = updates.length
  for (const entry of updates) {
    if (left <= maxUpdates) break
    const first = firsts.get(entry.apiVersion)
    if (first === undefined) {
      firsts.set(entry.apiVersion, entry)
      continue
    }
    const merged: Entry = { ...entry, manager: ancient, subresource: "" }
    const bucket = identity(merged)
    const older = kept.get(bucket) ?? first
    if (older === first) kept.delete(identity(first))
    kept.set(bucket, { ...merged, set: FieldSet.union(entry.set, older.set) })
    kept.delete(identity(entry))
    left--
  }
  return [...kept.values()]
}

const sortKey = (entry: Entry): string =>
  [entry.operation, timeOf(entry), entry.manager, entry.apiVersion, entry.subresource].join("\u0000")

/** The field `managedFields` of an object; entries without fields are left out. @since 0.1.0 @category conversions  */
export const encode = (entries: ReadonlyArray<Entry>): ReadonlyArray<JsonObject> | undefined => {
  const encoded = entries.filter(({ set }) => set.size > 0).toSorted((a, b) => sortKey(a) < sortKey(b) ? -1 : 1).map((
    { apiVersion, manager, operation, set, subresource, time }
  ) =>
    Json.make({
      manager: manager === "" ? undefined : manager,
      operation,
      apiVersion,
      time,
      fieldsType: "FieldsV1",
      fieldsV1: FieldSet.encode(set),
      subresource: subresource === "" ? undefined : subresource
    })
  )
  return encoded.length === 0 ? undefined : encoded
}

/** The text by which upstream sorts managers. @since 0.1.0 @category getters  */
export const identity = ({ apiVersion, manager, operation, subresource }: Entry): string =>
  JSON.stringify({
    ...(manager === "" ? {} : { manager }),
    operation,
    ...(operation === "Apply" ? {} : { apiVersion }),
    ...(subresource === "" ? {} : { subresource })
  })

/** The words for a manager in conflicts. @since 0.1.0 @category getters  */
export const text = ({ apiVersion, manager, operation, subresource }: Entry): string =>
  `"${manager}"${subresource === "" ? "" : ` with subresource "${subresource}"`}${
    operation === "Update" ? ` using ${apiVersion}` : ""
  }`
