/**
 * The schemas of the built-in kinds: types and descriptions of the OpenAPI documents of Kubernetes, with what the fields of the
 * fake say about patches and server-side apply.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { brotliDecompressSync } from "node:zlib"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { Field } from "../kinds/Fields.js"
import type * as Kind from "../kinds/Kind.js"
import { meta } from "../kinds/ObjectFields.js"

/** Schemas by their names, such as `io.k8s.api.core.v1.Pod`. @since 0.1.0 @category models  */
export type Schemas = Readonly<Record<string, JsonObject>>

const parse = (data: string): Schemas => {
  const schemas: unknown = JSON.parse(brotliDecompressSync(Buffer.from(data, "base64")).toString())
  return Json.isObject(schemas)
    ? Object.fromEntries(
      Object.entries(schemas).flatMap(([name, schema]) => Json.isObject(schema) ? [[name, schema]] : [])
    )
    : {}
}

/** Loads the schemas when they are first asked for. @since 0.1.0 @category constructors  */
export const load: Effect.Effect<Schemas> = Effect.map(
  Effect.promise(() => import("./BuiltInSchemas.js")),
  ({ data }) => parse(data)
)

const prefix = "#/components/schemas/"

const typeKey = "x-kubernetes-group-version-kind"

/** The schema that a value refers to, which has a description of its own beside it in `allOf`. */
const refOf = (schema: JsonObject): string | undefined =>
  (Json.text(schema, "$ref") ?? Json.text(schema, "allOf", 0, "$ref"))?.slice(prefix.length)

/** @since 0.1.0 @category constructors */
export const ref = (name: string): JsonObject => ({ $ref: `${prefix}${name}` })

/** The name of the schema of a kind. @since 0.1.0 @category getters  */
export const nameOf = (schemas: Schemas, kind: Kind.Kind): string | undefined =>
  Object.keys(schemas).find((name) => {
    const types = Json.objects(schemas[name], typeKey)
    return types.length === 1 && types[0]?.["kind"] === kind.kind && types[0]["version"] === kind.version
      && types[0]["group"] === kind.group
  })

const listKeys = (field: Field & { readonly _tag: "List" }): JsonObject =>
  Json.make({
    "x-kubernetes-list-type": field.keys === undefined ? "atomic" : field.keys.length === 0 ? "set" : "map",
    "x-kubernetes-list-map-keys": field.keys === undefined || field.keys.length === 0 ? undefined : field.keys,
    "x-kubernetes-patch-strategy": field.merge === undefined ? undefined : "merge",
    "x-kubernetes-patch-merge-key": field.merge?.key
  })

/** The schemas with the list and map types of the fields of kinds, and without the fields that the fake does not have. */
class Annotation {
  private readonly schemas: Schemas
  readonly annotated = new Map<string, JsonObject>()

  constructor(schemas: Schemas) {
    this.schemas = schemas
  }

  named(name: string, field: Field | undefined): void {
    const schema = this.schemas[name]
    if (schema === undefined || this.annotated.has(name)) {
      return
    }
    // Before its properties: a schema may refer to itself.
    this.annotated.set(name, schema)
    this.annotated.set(name, this.value(schema, field))
  }

  private value(schema: JsonObject, field: Field | undefined): JsonObject {
    const name = refOf(schema)
    if (name !== undefined) {
      this.named(name, field)
      return schema
    }
    const items = Json.at(schema, "items")
    const values = Json.at(schema, "additionalProperties")
    const isAtomic = (field?._tag === "Map" || field?._tag === "Struct") && field.atomic === true
    return {
      ...(field?._tag === "List" ? listKeys(field) : {}),
      ...(isAtomic ? { "x-kubernetes-map-type": "atomic" } : {}),
      ...schema,
      ...(schema["properties"] === undefined ? {} : { properties: this.properties(schema, field) }),
      ...(Json.isObject(items) ? { items: this.value(items, field?._tag === "List" ? field.of : undefined) } : {}),
      ...(Json.isObject(values)
        ? { additionalProperties: this.value(values, field?._tag === "Map" ? field.of : undefined) }
        : {})
    }
  }

  private properties(schema: JsonObject, field: Field | undefined): JsonObject {
    const fields = field?._tag === "Struct" ? field.fields : undefined
    return Object.fromEntries(
      Object.entries(Json.object(schema, "properties")).flatMap(([name, inner]) =>
        !Json.isObject(inner) || (fields !== undefined && !Object.hasOwn(fields, name))
          ? []
          : [[name, this.value(inner, fields?.[name])]]
      )
    )
  }
}

/** The schemas of kinds and of metadata, and all that they refer to. @since 0.1.0 @category combinators  */
export const closure = (schemas: Schemas, kinds: ReadonlyArray<Kind.Kind>): JsonObject => {
  const annotation = new Annotation(schemas)
  annotation.named(metadataName, meta)
  for (const kind of kinds) {
    const name = nameOf(schemas, kind)
    if (name !== undefined) annotation.named(name, kind.fields === undefined ? undefined : kind.schema)
  }
  return Object.fromEntries([...annotation.annotated].toSorted(([a], [b]) => a < b ? -1 : 1))
}

/** @since 0.1.0 @category constants */
export const metadataName = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"
