/**
 * What an API object, or a line of a watch, says to one who follows it.
 */
import type * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import type { JsonObject, WatchLine } from "../client/ApiRequest.js"
import * as ClusterError from "../ClusterError.js"
import type { Resource } from "../Resource.js"

/** One state of one object; `object` is a text when the resource's schema refuses it. */
export interface Observed<A> {
  /** `namespace/name` */
  readonly key: string
  readonly uid: string
  readonly resourceVersion: string
  readonly object: Either.Either<A, string>
}

export type Event<A> =
  | { readonly _tag: "Applied"; readonly type: "Added" | "Modified"; readonly observed: Observed<A> }
  | { readonly _tag: "Deleted"; readonly observed: Observed<A> }
  | { readonly _tag: "Bookmark"; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  | { readonly _tag: "Refused"; readonly error: ClusterError.ClusterError }

export const keyOf = (namespace: string | undefined, name: string): string => `${namespace ?? ""}/${name}`

const field = (u: unknown, name: string): unknown => Predicate.isReadonlyRecord(u) ? u[name] : undefined

const text = (u: unknown, name: string): string => {
  const value = field(u, name)
  return Predicate.isString(value) ? value : ""
}

/** What is kept of the object with a key since it was seen last. */
export type Known = (key: string) => unknown

const nothing = () => undefined

export const fromObject = <A>(resource: Resource<A>, object: unknown, known: Known = nothing): Observed<A> => {
  const metadata = field(object, "metadata")
  const key = keyOf(text(metadata, "namespace"), text(metadata, "name"))
  return {
    key,
    uid: text(metadata, "uid"),
    resourceVersion: text(metadata, "resourceVersion"),
    object: resource.decode(object, known(key))
  }
}

const eventTypes = { ADDED: "Added", MODIFIED: "Modified" } as const

export const fromLine = <A>(resource: Resource<A>, subject: ClusterError.Subject, known?: Known) =>
(
  { object, type }: WatchLine
): Event<A> => {
  switch (type) {
    case "ADDED":
    case "MODIFIED":
      return { _tag: "Applied", type: eventTypes[type], observed: fromObject(resource, object, known) }
    case "DELETED":
      return { _tag: "Deleted", observed: fromObject(resource, object, known) }
    case "BOOKMARK":
      return {
        _tag: "Bookmark",
        resourceVersion: resourceVersionOf(object),
        initialEventsEnd: text(field(field(object, "metadata"), "annotations"), "k8s.io/initial-events-end") === "true"
      }
    case "ERROR":
      return { _tag: "Refused", error: refusal(subject, object) }
  }
}

/** The resourceVersion of an object or of a list; empty if it has none. */
export const resourceVersionOf = (object: unknown): string => text(field(object, "metadata"), "resourceVersion")

/** Where the next page of a list begins; empty on the last. */
export const continueOf = (list: unknown): string => text(field(list, "metadata"), "continue")

/** The items of a list; undefined if it is none. */
export const itemsOf = (list: unknown): ReadonlyArray<unknown> | undefined => {
  const items = field(list, "items")
  return Array.isArray(items) ? items : items === null ? [] : undefined
}

const refusal = (subject: ClusterError.Subject, status: JsonObject): ClusterError.ClusterError => {
  const code = field(status, "code")
  return ClusterError.fromStatus({ subject, code: Predicate.isNumber(code) ? code : 500, body: status })
}

/** Where a watch goes on after this event; empty if the server did not say. */
export const versionOf = (event: Exclude<Event<unknown>, { readonly _tag: "Refused" }>): string =>
  event._tag === "Bookmark" ? event.resourceVersion : event.observed.resourceVersion
