/**
 * The representations of a response: whole objects, metadata only, or rows of a table.
 *
 * @since 0.1.0
 */
import type { ApiRequest, JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import * as Table from "./Table.js"

/**
 * Renders an object and a list of a kind; `type` is the type of a bookmark's object.
 *
 * @since 0.1.0
 * @category models
 */
export interface ResponseForm {
  readonly object: (object: JsonObject) => JsonObject
  readonly list: (metadata: JsonObject, objects: ReadonlyArray<JsonObject>) => JsonObject
  readonly type: { readonly kind: string; readonly apiVersion: string }
}

/** Items of typed kinds have no apiVersion and kind; those of custom resources do, and their lists an empty `continue`. */
const full = (kind: Kind.Kind): ResponseForm => ({
  object: (object) => object,
  list: (metadata, objects) => ({
    kind: `${kind.kind}List`,
    apiVersion: Kind.apiVersion(kind),
    metadata: kind.fields === undefined ? { continue: "", ...metadata } : metadata,
    items: kind.fields === undefined ? objects : objects.map((object) => Json.omit(object, "apiVersion", "kind"))
  }),
  type: { kind: kind.kind, apiVersion: Kind.apiVersion(kind) }
})

const partialType = { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1" }

const partial = (object: JsonObject): JsonObject => ({
  ...partialType,
  metadata: Json.object(object, "metadata")
})

const metadataOnly: ResponseForm = {
  object: partial,
  list: (metadata, objects) => ({
    kind: "PartialObjectMetadataList",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    items: objects.map(partial)
  }),
  type: partialType
}

const included: Readonly<Record<string, (object: JsonObject) => Json.Value>> = {
  None: () => null,
  Metadata: partial,
  Object: (object) => object
}

/** Rows of tables; the first table defines the columns. */
const table = (kind: Kind.Kind, include: string | undefined, now: () => number): ResponseForm => {
  const shown = included[include ?? "Metadata"] ?? partial
  let defines = true
  const make = (metadata: JsonObject, objects: ReadonlyArray<JsonObject>) => {
    const made = Table.make({ metadata, columns: kind.columns, defines, objects, shown, now: now() })
    defines = false
    return made
  }
  return {
    object: (object) => make(Table.metadataOf(object), [object]),
    list: make,
    type: { kind: "Table", apiVersion: "meta.k8s.io/v1" }
  }
}

const forms = [
  { form: "Table", pattern: /;\s*as=Table\s*(;|$)/ },
  { form: "Metadata", pattern: /;\s*as=PartialObjectMetadata(List)?\s*(;|$)/ }
] as const

/**
 * The first supported representation that a request accepts. `now` is called for each row of a table.
 *
 * @since 0.1.0
 * @category constructors
 */
export const accepted = (kind: Kind.Kind, request: ApiRequest, now: () => number): ResponseForm => {
  const [first = ""] = (request.accept ?? "").split(",")
  const form = forms.find(({ pattern }) => pattern.test(first))?.form
  const { list, object, type } = form === "Table"
    ? table(kind, request.query["includeObject"], now)
    : form === "Metadata"
    ? metadataOnly
    : full(kind)
  return {
    object: (one) => object(kind.shown(one)),
    list: (metadata, all) => list(metadata, all.map(kind.shown)),
    type
  }
}
