/**
 * Deletes all objects that a request selects, as in k8s.io/apiserver pkg/registry/generic/registry/store.go (v0.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Kind from "../kinds/Kind.js"
import type * as Deletion from "../store/Deletion.js"
import * as Metadata from "../store/Metadata.js"
import type { Answer, Registry, Write } from "../store/Registry.js"
import type { Selection } from "../store/Selection.js"
import * as Listing from "./Listing.js"
import type { ResponseForm } from "./ResponseForm.js"

/** Deletes the selected objects and returns the list of them as they were. @since 0.1.0 @category combinators  */
export const run = (
  registry: Registry,
  selection: Selection,
  query: Readonly<Record<string, string>>,
  options: Deletion.Options,
  write: Write,
  view: ResponseForm
): Answer<JsonObject> =>
  Either.flatMap(Listing.list(registry.store, selection, query, view), (list) => {
    const { kind, namespace } = selection
    // A limit selects the first objects; a list in another form does not have them whole.
    const limit = Number(query["limit"] ?? 0) || Number.POSITIVE_INFINITY
    const selected = registry.store.list(Kind.resource(kind), namespace, selection.having)
      .filter(selection.selects).slice(0, limit)
    for (const object of selected) {
      const gone = registry.delete(kind, Metadata.namespace(object), Metadata.name(object), options, write)
      if (Either.isLeft(gone) && gone.left.code !== 404) {
        return Either.left(gone.left)
      }
    }
    return Either.right(list)
  })
