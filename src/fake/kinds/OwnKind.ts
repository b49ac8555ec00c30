/**
 * Kinds of a test's own, without a CustomResourceDefinition.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Kind from "./Kind.js"

/**
 * A custom kind: objects are stored as they are, with the server's metadata.
 *
 * - `plural`: default: the kind in small letters with an `s`.
 * - `namespaced`: default: true.
 * - `status`: whether there is a subresource `status`; default: true. Without it the status is a field like others.
 * - `scale`: whether there is a subresource `scale` with `spec.replicas`, `status.replicas` and `status.selector`; default: false.
 *
 * @since 0.1.0
 * @category models
 */
export interface OwnKind {
  readonly group: string
  readonly version: string
  readonly kind: string
  readonly plural?: string | undefined
  readonly shortNames?: ReadonlyArray<string> | undefined
  readonly categories?: ReadonlyArray<string> | undefined
  readonly namespaced?: boolean | undefined
  readonly status?: boolean | undefined
  readonly scale?: boolean | undefined
}

/** @since 0.1.0 @category constructors */
export const make = (own: OwnKind): Kind.Kind => {
  const { categories = [], group, kind, namespaced = true, scale = false, shortNames = [], status = true, version } =
    own
  return Kind.make({
    group,
    version,
    kind,
    plural: own.plural ?? `${kind.toLowerCase()}s`,
    shortNames,
    categories,
    namespaced,
    status,
    scale: scale
      ? {
        replicas: ["spec", "replicas"],
        current: ["status", "replicas"],
        selector: (object: JsonObject) => Json.text(object, "status", "selector")
      }
      : undefined
  })
}
