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
 * have; `single` is true for a selector that requires a name.
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
  readonly single: boolean
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

/** The selection of a query. Its numbers, labels, `options` and fields are checked in this order. @since 0.1.0 @category constructors  */
export const parse = (
  kind: Kind,
  namespace: string,
  query: Readonly<Record<string, string>>,
  options: Either.Either<void, Status.Status> = Either.void
): Either.Either<Selection, Status.Status> => {
  const { fieldSelector = "", labelSelector = "" } = query
  const number = ["limit", "timeoutSeconds"].map((name) => query[name] ?? "").find((text) =>
    !/^(-?[0-9]+)?$/.test(text)
  )
  return number !== undefined
    ? Either.left(Status.badRequest(`strconv.ParseInt: parsing ${JSON.stringify(number)}: invalid syntax`))
    : Either.gen(function*() {
      const labels = yield* Either.mapLeft(Selector.labels(labelSelector), Status.badRequest)
      yield* options
      const fields = yield* Either.mapLeft(Selector.fields(fieldSelector, reader(kind)), Status.badRequest)
      const selection: Selection = {
        kind,
        namespace: kind.namespaced && namespace !== "" ? namespace : undefined,
        selects: (object) => labels.holds(Json.record(object, "metadata", "labels")) && fields(object),
        having: labels.equalities,
        everything: labelSelector === "" && fieldSelector === "",
        single: fieldSelector.split(",").some((term) => /^metadata\.name==?[^=]/.test(term.trim()))
      }
      return selection
    })
}
