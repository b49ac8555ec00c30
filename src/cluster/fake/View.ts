/**
 * The forms in which a server answers: objects as they are, or just their metadata.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../ApiRequest.js"
import * as J from "./Json.js"
import * as Kind from "./Kind.js"

/**
 * How one object and one list of a kind are shown.
 *
 * @since 0.1.0
 * @category models
 */
export interface View {
  readonly object: (object: JsonObject) => JsonObject
  readonly list: (metadata: JsonObject, objects: ReadonlyArray<JsonObject>) => JsonObject
}

/** Items of typed kinds do not repeat what they are; those of custom resources do. */
const whole = (kind: Kind.Kind): View => ({
  object: (object) => object,
  list: (metadata, objects) => ({
    kind: `${kind.kind}List`,
    apiVersion: Kind.apiVersion(kind),
    metadata,
    items: kind.fields === undefined ? objects : objects.map((object) => J.omit(object, "apiVersion", "kind"))
  })
})

const partial = (object: JsonObject): JsonObject => ({
  kind: "PartialObjectMetadata",
  apiVersion: "meta.k8s.io/v1",
  metadata: J.object(object, "metadata")
})

const metadataOnly: View = {
  object: partial,
  list: (metadata, objects) => ({
    kind: "PartialObjectMetadataList",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    items: objects.map(partial)
  })
}

/** The first form of an `Accept` header that there is; tables are not. @since 0.1.0 @category constructors */
export const accepted = (kind: Kind.Kind, accept: string | undefined): View => {
  const form = (accept ?? "").split(",").find((one) => !one.includes("as=Table"))
  return form !== undefined && /;\s*as=PartialObjectMetadata(List)?\s*(;|$)/.test(form) ? metadataOnly : whole(kind)
}
