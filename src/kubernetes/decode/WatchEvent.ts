/**
 * Decodes API objects, lists and lines of a watch.
 */
import type * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import type { JsonObject, WatchLine } from "../client/ApiRequest.js"
import * as ClusterError from "../ClusterError.js"
import type { Resource } from "../Resource.js"

/** One state of one object; `object` is Left with a message when it does not match the resource's schema. */
export interface DecodedObject<A> {
  /** `namespace/name` */
  readonly key: string
  readonly uid: string
  readonly resourceVersion: string
  readonly object: Either.Either<A, string>
}

export type Event<A> =
  | { readonly _tag: "Applied"; readonly type: "Added" | "Modified"; readonly decoded: DecodedObject<A> }
  | { readonly _tag: "Deleted"; readonly decoded: DecodedObject<A> }
  | { readonly _tag: "Bookmark"; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  | { readonly _tag: "Error"; readonly error: ClusterError.ClusterError }

export const objectKey = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`

const field = (u: unknown, name: string): unknown => Predicate.isReadonlyRecord(u) ? u[name] : undefined

const text = (u: unknown, name: string): string => {
  const value = field(u, name)
  return Predicate.isString(value) ? value : ""
}

/** The previous state of the object with a key, to share memory with. */
export type Previous = (key: string) => unknown

const noPrevious = () => undefined

export const decodeObject = <A>(
  resource: Resource<A>,
  object: unknown,
  previous: Previous = noPrevious
): DecodedObject<A> => {
  const metadata = field(object, "metadata")
  const key = objectKey(text(metadata, "namespace"), text(metadata, "name"))
  return {
    key,
    uid: text(metadata, "uid"),
    resourceVersion: text(metadata, "resourceVersion"),
    object: resource.decode(object, previous(key))
  }
}

const eventTypes = { ADDED: "Added", MODIFIED: "Modified" } as const

export const decodeLine = <A>(resource: Resource<A>, subject: ClusterError.Subject, previous?: Previous) =>
(
  { object, type }: WatchLine
): Event<A> => {
  switch (type) {
    case "ADDED":
    case "MODIFIED":
      return { _tag: "Applied", type: eventTypes[type], decoded: decodeObject(resource, object, previous) }
    case "DELETED":
      return { _tag: "Deleted", decoded: decodeObject(resource, object, previous) }
    case "BOOKMARK":
      return {
        _tag: "Bookmark",
        resourceVersion: resourceVersionOf(object),
        initialEventsEnd: text(field(field(object, "metadata"), "annotations"), "k8s.io/initial-events-end") === "true"
      }
    case "ERROR":
      return { _tag: "Error", error: decodeError(subject, object) }
  }
}

/** The resourceVersion of an object or of a list; empty if it has none. */
export const resourceVersionOf = (object: unknown): string => text(field(object, "metadata"), "resourceVersion")

/** The continue token of a list; empty on the last page. */
export const continueOf = (list: unknown): string => text(field(list, "metadata"), "continue")

/** The items of a list; undefined if the value is not a list. */
export const itemsOf = (list: unknown): ReadonlyArray<unknown> | undefined => {
  const items = field(list, "items")
  return Array.isArray(items) ? items : items === null ? [] : undefined
}

const decodeError = (subject: ClusterError.Subject, status: JsonObject): ClusterError.ClusterError => {
  const code = field(status, "code")
  return ClusterError.fromStatus({ subject, code: Predicate.isNumber(code) ? code : 500, body: status })
}

/** The resourceVersion from which a watch can be resumed after this event; empty if the server sent none. */
export const eventVersion = (event: Exclude<Event<unknown>, { readonly _tag: "Error" }>): string =>
  event._tag === "Bookmark" ? event.resourceVersion : event.decoded.resourceVersion
