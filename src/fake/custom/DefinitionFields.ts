/**
 * The fields of CustomResourceDefinitions, as in k8s.io/apiextensions-apiserver pkg/apis/apiextensions/v1 (v0.37).
 *
 * @since 0.1.0
 */
import {
  any,
  boolean,
  bytes,
  each,
  type Field,
  type Fields,
  integer,
  keptText,
  keyedList,
  list,
  loose,
  map,
  mergedList,
  struct,
  text
} from "../kinds/Fields.js"
import { condition, object } from "../kinds/ObjectFields.js"

// Recursive: its fields are known when they are first read.
const jsonSchema: Field = {
  _tag: "Struct",
  get fields() {
    return jsonSchemaFields
  }
}

const jsonSchemaFields: Fields = {
  ...each(text, "id", "$schema", "$ref", "description", "type", "format", "title", "pattern"),
  ...each(any, "default", "example", "maximum", "minimum", "multipleOf"),
  ...each(boolean, "exclusiveMaximum", "exclusiveMinimum", "uniqueItems", "nullable"),
  ...each(integer, "maxLength", "minLength", "maxItems", "minItems", "maxProperties", "minProperties"),
  enum: list(any),
  required: list(text),
  ...each(list(jsonSchema), "allOf", "oneOf", "anyOf"),
  ...each(map(jsonSchema), "properties", "patternProperties", "definitions"),
  ...each(loose(jsonSchema), "items", "additionalProperties", "additionalItems"),
  not: jsonSchema,
  dependencies: map(loose(jsonSchema)),
  externalDocs: struct(each(text, "description", "url")),
  ...each(
    boolean,
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string"
  ),
  "x-kubernetes-list-map-keys": list(text),
  ...each(text, "x-kubernetes-list-type", "x-kubernetes-map-type"),
  "x-kubernetes-validations": mergedList(
    struct({
      ...each(text, "rule", "message", "messageExpression", "reason", "fieldPath"),
      optionalOldSelf: boolean
    }),
    "rule"
  )
}

const names = struct({
  ...each(text, "plural", "singular", "kind", "listKind"),
  ...each(list(text), "shortNames", "categories")
})

const version = struct({
  name: text,
  deprecationWarning: keptText,
  ...each(boolean, "served", "storage", "deprecated"),
  schema: struct({ openAPIV3Schema: jsonSchema }),
  subresources: struct({
    status: struct({}),
    scale: struct(each(text, "specReplicasPath", "statusReplicasPath", "labelSelectorPath"))
  }),
  additionalPrinterColumns: list(struct({
    ...each(text, "name", "type", "format", "description", "jsonPath"),
    priority: integer
  })),
  selectableFields: list(struct({ jsonPath: text }))
})

/** @since 0.1.0 @category fields */
export const fields: Fields = object({
  spec: struct({
    ...each(text, "group", "scope"),
    names,
    versions: list(version),
    conversion: struct({
      strategy: text,
      webhook: struct({
        clientConfig: struct({
          url: text,
          caBundle: bytes,
          service: struct({ ...each(text, "namespace", "name", "path"), port: integer })
        }),
        conversionReviewVersions: list(text)
      })
    }),
    preserveUnknownFields: boolean
  }),
  status: struct({
    conditions: keyedList(struct({ ...condition, observedGeneration: integer }), "type"),
    acceptedNames: names,
    storedVersions: list(text),
    observedGeneration: integer
  })
})
