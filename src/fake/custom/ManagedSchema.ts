/**
 * How server-side apply divides the objects of a custom kind, by the list and map types of its schema.
 *
 * @since 0.1.0
 */
import * as Json from "../Json.js"
import * as Fields from "../kinds/Fields.js"
import { meta } from "../kinds/ObjectFields.js"
import * as JsonSchema from "./JsonSchema.js"

const listOf = (schema: JsonSchema.Schema): Fields.Field => {
  const item = JsonSchema.items(schema)
  const of = item === undefined ? Fields.deduced : fieldOf(item)
  switch (schema[JsonSchema.listType]) {
    case "set":
      return Fields.keyedList(of)
    case "map":
      return {
        _tag: "List",
        of,
        keys: Json.texts(schema, JsonSchema.listMapKeys),
        defaults: Json.make(Object.fromEntries(
          Json.texts(schema, JsonSchema.listMapKeys).map((key) => [key, JsonSchema.property(item, key)?.["default"]])
        ))
      }
    default:
      return Fields.list(of)
  }
}

const objectOf = (schema: JsonSchema.Schema): Fields.Field => {
  const own = JsonSchema.properties(schema)
  const values = JsonSchema.values(schema)
  const embedded = JsonSchema.has(schema, JsonSchema.embeds)
    ? { apiVersion: Fields.text, kind: Fields.text, metadata: meta }
    : {}
  const field = values !== undefined && Object.keys(own).length === 0
    ? Fields.map(fieldOf(values))
    : Object.keys(own).length === 0 && Object.keys(embedded).length === 0
    ? Fields.deduced
    : Fields.struct({
      ...embedded,
      ...Object.fromEntries(
        Object.entries(own).flatMap(([name, inner]) => Json.isObject(inner) ? [[name, fieldOf(inner)]] : [])
      )
    })
  return schema[JsonSchema.mapType] === "atomic"
    ? Fields.atomic(field._tag === "Deduced" ? Fields.map(Fields.deduced) : field)
    : field
}

const fieldOf = (schema: JsonSchema.Schema): Fields.Field => {
  if (JsonSchema.has(schema, JsonSchema.intOrString)) {
    return Fields.integerOrText
  }
  switch (schema["type"]) {
    case "object":
      return objectOf(schema)
    case "array":
      return listOf(schema)
    case "string":
      return Fields.text
    case "integer":
    case "number":
      return Fields.integer
    case "boolean":
      return Fields.boolean
    default:
      return Fields.deduced
  }
}

/** The fields of a whole object. @since 0.1.0 @category conversions  */
export const objectFields = (schema: JsonSchema.Schema): Fields.Field => {
  const field = fieldOf(schema)
  return Fields.struct({
    ...(field._tag === "Struct" ? field.fields : {}),
    apiVersion: Fields.text,
    kind: Fields.text,
    metadata: meta
  })
}
