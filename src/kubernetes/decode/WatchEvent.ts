/**
 * Decodes API objects, lists and lines of a watch.
 */
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import type { JsonObject, WatchLine } from "../client/ApiRequest.js"
import * as ClusterError from "../ClusterError.js"
import * as EncodedObject from "../protobuf/EncodedObject.js"
import type { Resource } from "../Resource.js"

/** One state of one object; `object` is Left with a message when it does not match the resource's schema. */
export interface DecodedObject<A> {
  /** Empty if the object has none. */
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly resourceVersion: string
  readonly object: Either.Either<A, string>
}

export type Event<A> =
  | { readonly _tag: "Applied"; readonly type: "Added" | "Modified"; readonly decoded: DecodedObject<A> }
  | { readonly _tag: "Deleted"; readonly decoded: DecodedObject<A> }
  | { readonly _tag: "Bookmark"; readonly resourceVersion: string; readonly initialEventsEnd: boolean }
  | { readonly _tag: "Error"; readonly error: ClusterError.ClusterError }

const field = (u: unknown, name: string): unknown => Predicate.isReadonlyRecord(u) ? u[name] : undefined

const text = (u: unknown, name: string): string => {
  const value = field(u, name)
  return Predicate.isString(value) ? value : ""
}

/**
 * The objects with which a decoded object shares memory: its previous state, or else the object decoded before it, which often has
 * the same template.
 */
export interface Sharing {
  /** The previous state of an object. */
  readonly previous: (key: Pick<DecodedObject<unknown>, "name" | "namespace">) => unknown
  latest: unknown
}

/** Throws `Malformed` if the metadata of an encoded object cannot be read. */
export const decodeObject = <A>(
  resource: Resource<A>,
  object: unknown,
  sharing?: Sharing
): DecodedObject<A> => {
  const [name = "", namespace = "", uid = "", resourceVersion = ""] = EncodedObject.isEncoded(object)
    ? EncodedObject.metadata(
      object,
      metadataNumber.name,
      metadataNumber.namespace,
      metadataNumber.uid,
      metadataNumber.resourceVersion
    )
    : metadataTexts(field(object, "metadata"))
  const decoded = decodeShared(resource, object, { namespace, name }, sharing)
  return { namespace, name, uid, resourceVersion, object: decoded }
}

const decodeShared = <A>(
  resource: Resource<A>,
  object: unknown,
  key: Pick<DecodedObject<unknown>, "name" | "namespace">,
  sharing: Sharing | undefined
): Either.Either<A, string> => {
  if (sharing === undefined) return resource.decode(object)
  const previous = sharing.previous(key)
  const decoded = resource.decode(object, previous ?? sharing.latest)
  if (Either.isLeft(decoded)) return decoded
  // Two objects are never one, even if their kept fields are equal.
  if (previous === undefined && decoded.right === sharing.latest) return resource.decode(object)
  sharing.latest = decoded.right
  return decoded
}

/** Of fields of ObjectMeta in protobuf. */
const metadataNumber = { name: 1, namespace: 3, uid: 5, resourceVersion: 6 } as const

const metadataTexts = (metadata: unknown): ReadonlyArray<string> =>
  ["name", "namespace", "uid", "resourceVersion"].map((name) => text(metadata, name))

const eventTypes = { ADDED: "Added", MODIFIED: "Modified" } as const

/** `read`: what bookmarks and errors have, which are no objects of the resource. */
const decoder = <A, O>(
  resource: Resource<A>,
  subject: ClusterError.Subject,
  sharing: Sharing | undefined,
  read: { readonly bookmark: (object: O) => unknown; readonly status: (object: O) => unknown }
) =>
({ object, type }: { readonly type: WatchLine["type"]; readonly object: O }): Event<A> => {
  switch (type) {
    case "ADDED":
    case "MODIFIED":
      return { _tag: "Applied", type: eventTypes[type], decoded: decodeObject(resource, object, sharing) }
    case "DELETED":
      return { _tag: "Deleted", decoded: decodeObject(resource, object, sharing) }
    case "BOOKMARK":
      return bookmark(read.bookmark(object))
    case "ERROR":
      return { _tag: "Error", error: decodeError(subject, read.status(object)) }
  }
}

const asItIs = (object: JsonObject): unknown => object

/** Decode the lines of a watch in JSON, and its events in protobuf, which throws `Malformed`. */
export const decoders = <A>(resource: Resource<A>, subject: ClusterError.Subject, sharing?: Sharing) =>
  [
    decoder(resource, subject, sharing, { bookmark: asItIs, status: asItIs }),
    decoder(resource, subject, sharing, { bookmark: EncodedObject.readMetadata, status: EncodedObject.readStatus })
  ] as const

const bookmark = (object: unknown): Extract<Event<never>, { readonly _tag: "Bookmark" }> => ({
  _tag: "Bookmark",
  resourceVersion: resourceVersionOf(object),
  initialEventsEnd: text(field(field(object, "metadata"), "annotations"), "k8s.io/initial-events-end") === "true"
})

/** The items of a list, not decoded. */
export interface ItemList {
  readonly items: ReadonlyArray<unknown>
  /** Empty if the list has none. */
  readonly resourceVersion: string
  /** The token for the next page; empty on the last one. */
  readonly next: string
}

/** Of fields of ListMeta in protobuf. */
const listNumber = { resourceVersion: 2, next: 3 } as const

/** Undefined if the value is not a list. Throws `Malformed`. */
export const listOf = (list: unknown): ItemList | undefined => {
  if (EncodedObject.isEncoded(list)) {
    const [resourceVersion = "", next = ""] = EncodedObject.metadata(list, listNumber.resourceVersion, listNumber.next)
    return { items: EncodedObject.items(list), resourceVersion, next }
  }
  const items = field(list, "items")
  return Array.isArray(items) || items === null
    ? { items: items ?? [], resourceVersion: resourceVersionOf(list), next: text(field(list, "metadata"), "continue") }
    : undefined
}

const resourceVersionOf = (object: unknown): string => text(field(object, "metadata"), "resourceVersion")

const decodeError = (subject: ClusterError.Subject, status: unknown): ClusterError.ClusterError => {
  const code = field(status, "code")
  return ClusterError.fromStatus({ subject, code: Predicate.isNumber(code) ? code : 500, body: status })
}

/** The resourceVersion from which a watch can be resumed after this event; empty if the server sent none. */
export const eventVersion = (event: Exclude<Event<unknown>, { readonly _tag: "Error" }>): string =>
  event._tag === "Bookmark" ? event.resourceVersion : event.decoded.resourceVersion
