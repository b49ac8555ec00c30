/**
 * The objects of a kind that a list or a watch selects.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import type { Kind } from "../kinds/Kind.js"
import * as Metadata from "./Metadata.js"
import type { Equality } from "./NamespaceStore.js"
import * as Selector from "./Selector.js"

/**
 * Without a namespace, all namespaces. `everything` is true without selectors; `having` are labels that all selected objects
 * have.
 *
 * @since 0.1.0
 * @category models
 */
export interface Selection {
  readonly kind: Kind
  readonly namespace: string | undefined
  readonly selects: (object: JsonObject) => boolean
  readonly having: ReadonlyArray<Equality>
  readonly everything: boolean
}

const reader = (kind: Kind) => (field: string): Either.Either<(object: JsonObject) => string, string> => {
  if (field === "metadata.name") {
    return Either.right(Metadata.name)
  }
  if (field === "metadata.namespace" && kind.namespaced) {
    return Either.right(Metadata.namespace)
  }
  const read = kind.selectable[field]
  return read === undefined ? Either.left(kind.unknownField(field)) : Either.right(read)
}

/** @since 0.1.0 @category constructors */
export const parse = (
  kind: Kind,
  namespace: string,
  query: Readonly<Record<string, string>>
): Either.Either<Selection, Status.Status> => {
  const { fieldSelector = "", labelSelector = "" } = query
  return Either.mapLeft(
    Either.map(
      Either.all([Selector.labels(labelSelector), Selector.fields(fieldSelector, reader(kind))]),
      ([labels, fields]): Selection => ({
        kind,
        namespace: kind.namespaced && namespace !== "" ? namespace : undefined,
        selects: (object) => labels.holds(Json.record(object, "metadata", "labels")) && fields(object),
        having: labels.equalities,
        everything: labelSelector === "" && fieldSelector === ""
      })
    ),
    Status.badRequest
  )
}
