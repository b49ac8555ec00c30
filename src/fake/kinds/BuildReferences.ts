/**
 * Validation of the images and secrets that a Build names, and what its other rules share: openshift/openshift-apiserver
 * pkg/build/apis/build/validation/validation.go (February 2026).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as BuildDefaults from "./BuildDefaults.js"
import * as ImageReference from "./ImageReference.js"
import * as Names from "./Names.js"

/** The errors if a condition holds, else none. @since 0.1.0 @category combinators */
export const when = (condition: boolean, ...errors: Status.FieldErrors): Status.FieldErrors => condition ? errors : []

/** The text at a path, or an empty one. @since 0.1.0 @category combinators */
export const textOf = (object: JsonObject, ...path: ReadonlyArray<string>): string => Json.text(object, ...path) ?? ""

/** Capitalizes a key. @since 0.1.0 @category combinators */
export const capital = (key: string): string => `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`

/** A struct of the server's own types, which error messages show: with all fields, in Go's names. @since 0.1.0 @category combinators */
export const internal = (object: JsonObject, empty: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(empty).map(([key, value]) => [capital(key), object[key] ?? value]))

/** Whether a cleaned path starts with two dots, which upstream refuses for names such as `..a` too. @since 0.1.0 @category predicates */
export const startsUp = (path: string): boolean => BuildDefaults.cleanPath(path).startsWith("..")

/** A reference to a Secret has a name. @since 0.1.0 @category rules */
export const secretReference = (parent: JsonObject, key: string, field: string): Status.FieldErrors =>
  when(
    Json.isObject(parent[key]) && textOf(parent, key, "name") === "",
    Status.required(`${field}.${key}.name`)
  )

/** The two places that name an image word the same problems differently. @since 0.1.0 @category models */
export interface ImageMessages {
  readonly form: string
  readonly syntax: string
  readonly namespace: string
  readonly noNamespace: string
  readonly pullspec: string
  readonly kind: string
}

/** What the server says of the image that a Build pushes. @since 0.1.0 @category combinators */
export const target: ImageMessages = {
  form: "ImageStreamTag object references must be in the form <name>:<tag>",
  syntax: "ImageStreamTag name contains invalid syntax",
  namespace: "namespace must be a valid subdomain",
  noNamespace: "namespace is not valid when used with a 'DockerImage'",
  pullspec: "name is not a valid Docker pull specification",
  kind: "the target of build output must be an 'ImageStreamTag' or 'DockerImage'"
}

/** What it says of the images that a Build starts from. @since 0.1.0 @category combinators */
export const origin: ImageMessages = {
  form: "must be <name>:<tag>",
  syntax: "invalid name syntax",
  namespace: "must be a valid namespace",
  noNamespace: "not valid when used with a 'DockerImage'",
  pullspec: "not a valid Docker pull specification",
  kind: "must be 'ImageStreamTag', 'ImageStreamImage', or 'DockerImage'"
}

/** A reference to an image. @since 0.1.0 @category rules */
export const image = (reference: JsonObject, field: string, messages: ImageMessages): Status.FieldErrors => {
  const [kind, name, namespace] = ["kind", "name", "namespace"].map((key) => textOf(reference, key))
  const inNamespace = when(
    namespace !== undefined && namespace !== "" && Names.dnsSubdomain(namespace).length > 0,
    Status.invalidValue(`${field}.namespace`, namespace, messages.namespace)
  )
  const unnamed = when(name === "", Status.required(`${field}.name`))
  if (kind === "ImageStreamTag") {
    const { hasTag, isValid, stream } = ImageReference.streamTag(name ?? "")
    return [
      ...unnamed,
      ...(name === "" || (hasTag && isValid)
        ? []
        : [Status.invalidValue(`${field}.name`, hasTag ? stream : name, hasTag ? messages.syntax : messages.form)]),
      ...inNamespace
    ]
  }
  if (kind === "DockerImage") {
    const isUnnamed = name === "" && messages === origin
    const problem = isUnnamed ? undefined : ImageReference.problem(name ?? "")
    return [
      ...when(namespace !== "", Status.invalidValue(`${field}.namespace`, namespace, messages.noNamespace)),
      ...(isUnnamed ? unnamed : []),
      ...when(problem !== undefined, Status.invalidValue(`${field}.name`, name, `${messages.pullspec}: ${problem}`))
    ]
  }
  return kind === "ImageStreamImage" && messages === origin
    ? [...unnamed, ...inNamespace]
    : [kind === "" ? Status.required(`${field}.kind`) : Status.invalidValue(`${field}.kind`, kind, messages.kind)]
}
