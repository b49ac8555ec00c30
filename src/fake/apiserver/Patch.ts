/**
 * JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7386).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"

/** A value that takes the place of another without its nulls; those that are items of lists stay. */
const pruned = (json: Json.Value): Json.Value =>
  Json.isList(json)
    ? json.map(pruned)
    : Json.isObject(json)
    ? Object.fromEntries(
      Object.entries(json).filter(([, value]) => value !== null).map(([key, value]) => [key, pruned(value)])
    )
    : json

/** @since 0.1.0 @category combinators */
export const merge = (target: Json.Value | undefined, patch: JsonObject): JsonObject => {
  const merged = new Map(Object.entries(Json.isObject(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      merged.delete(key)
    } else {
      const before = merged.get(key)
      merged.set(key, Json.isObject(value) ? merge(before, value) : Json.isObject(before) ? value : pruned(value))
    }
  }
  return Object.fromEntries(merged)
}

type Outcome = Either.Either<Json.Value, string>

const pointer = (path: string): ReadonlyArray<string> =>
  path.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))

const index = (list: ReadonlyArray<Json.Value>, part: string, end: number): number | undefined => {
  const position = part === "-" ? list.length : /^(0|[1-9][0-9]*)$/.test(part) ? Number(part) : Number.NaN
  return position <= end ? position : undefined
}

const read = (json: Json.Value, path: ReadonlyArray<string>): Json.Value | undefined =>
  path.reduce<Json.Value | undefined>(
    (here, part) => Json.isList(here) ? here[Number(part)] : Json.at(here, part),
    json
  )

/** Changes the parent of the last path segment. */
const inside = (
  json: Json.Value,
  path: ReadonlyArray<string>,
  change: (holder: Json.Value, part: string) => Outcome
): Outcome => {
  const [part = "", ...rest] = path
  if (rest.length === 0) {
    return change(json, part)
  }
  const inner = read(json, [part])
  if (inner === undefined) {
    return Either.left("doc is missing path")
  }
  return Either.flatMap(inside(inner, rest, change), (changed) => put(json, part, changed, "replace"))
}

const put = (holder: Json.Value, part: string, value: Json.Value, how: "add" | "replace"): Outcome => {
  if (Json.isObject(holder)) {
    // The server's library sets a missing key on replace, too: gopkg.in/evanphx/json-patch.v4.
    return Either.right({ ...holder, [part]: value })
  }
  if (!Json.isList(holder)) {
    return Either.left("doc is missing path")
  }
  const position = index(holder, part, how === "add" ? holder.length : holder.length - 1)
  return position === undefined
    ? Either.left("invalid index referenced")
    : Either.right(holder.toSpliced(position, how === "add" ? 0 : 1, value))
}

const remove = (holder: Json.Value, part: string): Outcome => {
  if (Json.isObject(holder)) {
    return Object.hasOwn(holder, part)
      ? Either.right(Json.omit(holder, part))
      : Either.left("unable to remove nonexistent key")
  }
  const position = Json.isList(holder) ? index(holder, part, holder.length - 1) : undefined
  return !Json.isList(holder) || position === undefined
    ? Either.left("invalid index referenced")
    : Either.right(holder.toSpliced(position, 1))
}

const apply = (json: Json.Value, operation: JsonObject): Outcome => {
  const path = pointer(Json.text(operation, "path") ?? "")
  const value = operation["value"] ?? null
  const from = pointer(Json.text(operation, "from") ?? "")
  const op = Json.text(operation, "op")
  // The library has no path without a slash, but for the whole object, which it replaces and tests alone.
  if (path.length === 0 && !(Json.text(operation, "path") === "" && (op === "replace" || op === "test"))) {
    return Either.left("doc is missing path")
  }
  switch (op) {
    case "add":
      return inside(json, path, (holder, part) => put(holder, part, value, "add"))
    case "replace":
      return path.length === 0
        ? Either.right(value)
        : inside(json, path, (holder, part) => put(holder, part, value, "replace"))
    case "remove":
      return inside(json, path, remove)
    case "test":
      return Json.equal(read(json, path) ?? null, value) ? Either.right(json) : Either.left("test failed")
    case "copy":
    case "move": {
      const moved = read(json, from)
      if (moved === undefined) {
        return Either.left("doc is missing from path")
      }
      const source = Json.text(operation, "op") === "move" ? inside(json, from, remove) : Either.right(json)
      return Either.flatMap(source, (rest) => inside(rest, path, (holder, part) => put(holder, part, moved, "add")))
    }
    default:
      return Either.left("unexpected kind of operation")
  }
}

/** Applies all operations, or none and returns the reason. @since 0.1.0 @category combinators  */
export const json = (target: JsonObject, operations: ReadonlyArray<Json.Value>): Either.Either<JsonObject, string> => {
  let patched: Outcome = Either.right(target)
  for (const operation of operations) {
    patched = Either.flatMap(
      patched,
      (so) => Json.isObject(operation) ? apply(so, operation) : Either.left("invalid operation")
    )
  }
  return Either.flatMap(patched, (so) => Json.isObject(so) ? Either.right(so) : Either.left("not an object"))
}
