/**
 * Schemas of kinds that the OpenAPI documents of Kubernetes do not have: of custom kinds by their definition, and of others, such as
 * OpenShift's, by their fields.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import type { Field } from "../kinds/Fields.js"
import type * as Kind from "../kinds/Kind.js"
import * as BuiltIn from "./BuiltIn.js"

const scalars: Readonly<Record<string, JsonObject>> = {
  Text: { type: "string" },
  Integer: { type: "integer" },
  Boolean: { type: "boolean" },
  Quantity: { type: "string" },
  IntegerOrText: { "x-kubernetes-int-or-string": true },
  Bytes: { type: "string", format: "byte" }
}

const of = (field: Field): JsonObject => {
  switch (field._tag) {
    case "List":
      return { type: "array", items: of(field.of) }
    case "Map":
      return { type: "object", additionalProperties: of(field.of) }
    case "Struct":
      return {
        type: "object",
        properties: Object.fromEntries(Object.entries(field.fields).map(([name, inner]) => [name, of(inner)]))
      }
    default:
      return scalars[field._tag] ?? { type: "object", "x-kubernetes-preserve-unknown-fields": true }
  }
}

const common: JsonObject = {
  apiVersion: {
    description: "APIVersion defines the versioned schema of this representation of an object. Servers should convert "
      + "recognized schemas to the latest internal value, and may reject unrecognized values. More info: "
      + "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#resources",
    type: "string"
  },
  kind: {
    description: "Kind is a string value representing the REST resource this object represents. Servers may infer this "
      + "from the endpoint the client submits requests to. Cannot be updated. In CamelCase. More info: "
      + "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#types-kinds",
    type: "string"
  },
  metadata: {
    description: "Standard object's metadata. More info: "
      + "https://git.k8s.io/community/contributors/devel/sig-architecture/api-conventions.md#metadata",
    allOf: [BuiltIn.ref(BuiltIn.metadataName)]
  }
}

/** The name of a kind's schema: the group backwards, the version and the kind. @since 0.1.0 @category getters  */
export const nameOf = ({ group, kind, version }: Kind.Kind): string =>
  [...group.split(".").toReversed(), version, kind].join(".")

/** The schema of a whole object. @since 0.1.0 @category conversions  */
export const objectSchema = (kind: Kind.Kind): JsonObject => {
  const own = kind.openApi ?? of(kind.schema)
  const { properties } = own
  return {
    ...own,
    type: "object",
    properties: { ...(typeof properties === "object" ? properties : {}), ...common },
    "x-kubernetes-group-version-kind": [{ group: kind.group, kind: kind.kind, version: kind.version }]
  }
}
