/**
 * Decodes custom objects: drops unknown fields of the schema, of the metadata, and of the metadata of embedded objects.
 *
 * As in k8s.io/apiextensions-apiserver pkg/apiserver/schema/objectmeta/coerce.go (v0.37).
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Fields from "../kinds/Fields.js"
import { meta } from "../kinds/ObjectFields.js"
import * as JsonSchema from "./JsonSchema.js"

const metaFields: Fields.Fields = meta._tag === "Struct" ? meta.fields : {}

/** A configuration that is applied keeps nulls that the schema does not allow. @since 0.1.0 @category combinators  */
export const read = (schema: JsonSchema.Schema, object: JsonObject, isApplied = false): Fields.Reading => {
  const pruned = JsonSchema.prune(schema, object, true)
  const unknown: Array<string> = []
  const wrong: Array<string> = []

  const readMeta = (metadata: JsonObject, path: string): JsonObject => {
    const reading = Fields.read("ObjectMeta", metaFields, metadata)
    unknown.push(...reading.unknown.map((field) => `${path}.${field}`))
    // Go does not name the key of a map.
    wrong.push(...reading.wrong.map((message) => message.replace(/\.(labels|annotations)\.\S+ of/, ".$1 of")))
    return reading.object
  }

  const visit = (schema: JsonSchema.Schema | undefined, value: Json.Value, path: string, isRoot = false): Json.Value =>
    schema === undefined
      ? value
      : Json.isList(value)
      ? value.map((item, index) => visit(JsonSchema.items(schema), item, `${path}[${index}]`))
      : Json.isObject(value)
      ? Object.fromEntries(
        Object.entries(value).map(([name, inner]) => {
          const here = JsonSchema.child(path, name)
          const isMeta = name === "metadata" && (isRoot || JsonSchema.has(schema, JsonSchema.embeds))
          return [
            name,
            isMeta && Json.isObject(inner) ? readMeta(inner, here) : visit(JsonSchema.field(schema, name), inner, here)
          ]
        })
      )
      : value

  const present = isApplied ? pruned.object : JsonSchema.withoutNulls(schema, pruned.object)
  const whole = visit(schema, present, "", true)
  const [own, embedded] = [true, false].map((isOwn) =>
    unknown.filter((field) => field.startsWith("metadata.") === isOwn)
  )
  return {
    object: Json.isObject(whole) ? whole : {},
    unknown: [...own ?? [], ...(isApplied ? pruned.undeclared : pruned.unknown), ...embedded ?? []],
    wrong
  }
}
