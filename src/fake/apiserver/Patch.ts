/**
 * JSON Patch (RFC 6902) and JSON Merge Patch (RFC 7386).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { Json, JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as J from "../Json.js"

/** @since 0.1.0 @category combinators */
export const merge = (target: Json | undefined, patch: JsonObject): JsonObject => {
  const merged = new Map(Object.entries(J.isObject(target) ? target : {}))
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) {
      merged.delete(key)
    } else {
      merged.set(key, J.isObject(value) ? merge(merged.get(key), value) : value)
    }
  }
  return Object.fromEntries(merged)
}

type Outcome = Either.Either<Json, string>

const pointer = (path: string): ReadonlyArray<string> =>
  path.split("/").slice(1).map((part) => part.replaceAll("~1", "/").replaceAll("~0", "~"))

const index = (list: ReadonlyArray<Json>, part: string, end: number): number | undefined => {
  const position = part === "-" ? list.length : /^(0|[1-9][0-9]*)$/.test(part) ? Number(part) : Number.NaN
  return position <= end ? position : undefined
}

const read = (json: Json, path: ReadonlyArray<string>): Json | undefined =>
  path.reduce<Json | undefined>((here, part) => J.isList(here) ? here[Number(part)] : J.at(here, part), json)

/** Changes what holds the last part of the path. */
const inside = (
  json: Json,
  path: ReadonlyArray<string>,
  change: (holder: Json, part: string) => Outcome
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

const put = (holder: Json, part: string, value: Json, how: "add" | "replace"): Outcome => {
  if (J.isObject(holder)) {
    return how === "replace" && !Object.hasOwn(holder, part)
      ? Either.left("doc is missing key")
      : Either.right({ ...holder, [part]: value })
  }
  if (!J.isList(holder)) {
    return Either.left("doc is missing path")
  }
  const position = index(holder, part, how === "add" ? holder.length : holder.length - 1)
  return position === undefined
    ? Either.left("invalid index referenced")
    : Either.right(holder.toSpliced(position, how === "add" ? 0 : 1, value))
}

const remove = (holder: Json, part: string): Outcome => {
  if (J.isObject(holder)) {
    return Object.hasOwn(holder, part)
      ? Either.right(J.omit(holder, part))
      : Either.left("unable to remove nonexistent key")
  }
  const position = J.isList(holder) ? index(holder, part, holder.length - 1) : undefined
  return !J.isList(holder) || position === undefined
    ? Either.left("invalid index referenced")
    : Either.right(holder.toSpliced(position, 1))
}

const apply = (json: Json, operation: JsonObject): Outcome => {
  const path = pointer(J.text(operation, "path") ?? "")
  const value = operation["value"] ?? null
  const from = pointer(J.text(operation, "from") ?? "")
  switch (J.text(operation, "op")) {
    case "add":
      return path.length === 0
        ? Either.right(value)
        : inside(json, path, (holder, part) => put(holder, part, value, "add"))
    case "replace":
      return path.length === 0
        ? Either.right(value)
        : inside(json, path, (holder, part) => put(holder, part, value, "replace"))
    case "remove":
      return inside(json, path, remove)
    case "test":
      return J.equal(read(json, path) ?? null, value) ? Either.right(json) : Either.left("test failed")
    case "copy":
    case "move": {
      const moved = read(json, from)
      if (moved === undefined) {
        return Either.left("doc is missing from path")
      }
      const source = J.text(operation, "op") === "move" ? inside(json, from, remove) : Either.right(json)
      return Either.flatMap(source, (rest) => inside(rest, path, (holder, part) => put(holder, part, moved, "add")))
    }
    default:
      return Either.left("unexpected kind of operation")
  }
}

/** All of the operations, or none and the reason. @since 0.1.0 @category combinators */
export const json = (target: JsonObject, operations: ReadonlyArray<Json>): Either.Either<JsonObject, string> => {
  let patched: Outcome = Either.right(target)
  for (const operation of operations) {
    patched = Either.flatMap(
      patched,
      (so) => J.isObject(operation) ? apply(so, operation) : Either.left("invalid operation")
    )
  }
  return Either.flatMap(patched, (so) => J.isObject(so) ? Either.right(so) : Either.left("not an object"))
}
