/**
 * The rules of a schema in a CustomResourceDefinition.
 *
 * As in k8s.io/apiextensions-apiserver pkg/apis/apiextensions/validation/validation.go (v0.37). What the fake cannot evaluate, such
 * as CEL, is refused.
 *
 * @since 0.1.0
 */
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as JsonSchema from "./JsonSchema.js"
import * as Pattern from "./Pattern.js"
import * as SchemaValidation from "./SchemaValidation.js"
import * as StructuralRules from "./StructuralRules.js"

type Schema = JsonSchema.Schema

const types = ["array", "boolean", "integer", "number", "object", "string"]

const unsupported = ["id", "additionalItems", "patternProperties", "definitions", "dependencies", "$ref"]

/** Where a schema is: why it cannot have defaults, and whether it is that of metadata. */
interface Place {
  readonly noDefaults: string | undefined
  readonly inMeta: boolean
}

const standard = (schema: Schema, path: string, place: Place): Status.FieldErrors => {
  const type = Json.text(schema, "type") ?? ""
  return [
    ...(type === "" || types.includes(type) ? [] : [Status.unsupportedValue(`${path}.type`, type, types)]),
    ...(schema["default"] !== undefined && place.noDefaults !== undefined
      ? [Status.forbiddenField(`${path}.default`, `must not be set ${place.noDefaults}`)]
      : []),
    ...unsupported.filter((key) => schema[key] !== undefined).map((key) =>
      Status.forbiddenField(`${path}.${key}`, `${key} is not supported`)
    ),
    ...(Json.isList(schema["items"])
      ? [Status.forbiddenField(`${path}.items`, "items must be a schema object and not an array")]
      : []),
    ...(place.inMeta && JsonSchema.has(schema, JsonSchema.embeds)
      ? [Status.forbiddenField(`${path}.${JsonSchema.embeds}`, "must not be used inside of resource meta")]
      : []),
    ...(schema["uniqueItems"] === true
      ? [Status.forbiddenField(
        `${path}.uniqueItems`,
        "uniqueItems cannot be set to true since the runtime complexity becomes quadratic"
      )]
      : []),
    ...(schema[JsonSchema.preserves] === false
      ? [Status.invalidValue(`${path}.${JsonSchema.preserves}`, false, "must be true or undefined")]
      : [])
  ]
}

/** What the fake would have to ignore. */
const notEvaluated = (schema: Schema, path: string): Status.FieldErrors => {
  const pattern = Json.text(schema, "pattern") ?? ""
  return [
    ...(Json.list(schema, "x-kubernetes-validations").length > 0
      ? [Status.forbiddenField(
        `${path}.x-kubernetes-validations`,
        "the fake cluster does not evaluate CEL: remove these rules from the definition that a test uses"
      )]
      : []),
    ...(Pattern.parse(pattern) === undefined
      ? [Status.invalidValue(
        `${path}.pattern`,
        pattern,
        "must be a valid regular expression, but isn't: the fake cluster has no such expression"
      )]
      : [])
  ]
}

const typed = (schema: Schema, path: string, extension: string, type: string): Status.FieldErrors => {
  const own = Json.text(schema, "type") ?? ""
  const detail = `must be ${type} if ${extension} is specified`
  return schema[extension] === undefined || own === type
    ? []
    : [own === "" ? Status.required(`${path}.type`, detail) : Status.invalidValue(`${path}.type`, own, detail)]
}

const oneOf = (schema: Schema, path: string, extension: string, known: ReadonlyArray<string>): Status.FieldErrors => {
  const value = Json.text(schema, extension)
  return value === undefined || known.includes(value)
    ? []
    : [Status.unsupportedValue(`${path}.${extension}`, value, known)]
}

const setRules = (item: Schema, path: string): Status.FieldErrors => {
  const detail = "must be atomic as item of a list with x-kubernetes-list-type=set"
  const [list, map] = [Json.text(item, JsonSchema.listType), Json.text(item, JsonSchema.mapType)]
  return item["type"] === "array" && list !== undefined && list !== "atomic"
    ? [Status.invalidValue(`${path}.items.${JsonSchema.listType}`, list, detail)]
    : item["type"] === "object" && map !== "atomic"
    ? [Status.invalidValue(`${path}.items.${JsonSchema.mapType}`, list ?? null, detail)]
    : []
}

const keyRules = (schema: Schema, path: string): Status.FieldErrors => {
  const keys = Json.texts(schema, JsonSchema.listMapKeys)
  const field = `${path}.${JsonSchema.listMapKeys}`
  const item = JsonSchema.items(schema)
  const required = Json.texts(item, "required")
  return [
    ...(keys.length === 0 ? [Status.required(field, "must not be empty if x-kubernetes-list-type is map")] : []),
    ...(item === undefined
      ? [Status.required(`${path}.items`, "must have a schema if x-kubernetes-list-type is map")]
      : item["type"] !== "object"
      ? [Status.invalidValue(
        `${path}.items.type`,
        item["type"] ?? "",
        "must be object if parent array's x-kubernetes-list-type is map"
      )]
      : keys.flatMap((key, index): Status.FieldErrors => {
        const own = JsonSchema.property(item, key)
        return [
          ...(own === undefined
            ? [Status.invalidValue(field, keys, "entries must all be names of item properties")]
            : own["type"] === "array" || own["type"] === "object"
            ? [Status.invalidValue(
              `${path}.items.properties[${key}].type`,
              item["type"],
              "must be a scalar type if parent array's x-kubernetes-list-type is map"
            )]
            : []),
          ...(keys.indexOf(key) < index
            ? [Status.invalidValue(field, keys, "must not contain duplicate entries")]
            : [])
        ]
      })),
    ...keys.flatMap((key): Status.FieldErrors => {
      const own = JsonSchema.property(item, key)
      return own === undefined ? [] : [
        ...(required.includes(key) || own["default"] !== undefined
          ? []
          : [Status.required(
            `${path}.items.properties[${key}].default`,
            "this property is in x-kubernetes-list-map-keys, so it must have a default or be a required property"
          )]),
        ...(own["nullable"] === true
          ? [Status.forbiddenField(
            `${path}.items.properties[${key}].nullable`,
            "this property is in x-kubernetes-list-map-keys, so it cannot be nullable"
          )]
          : [])
      ]
    })
  ]
}

const listRules = (schema: Schema, path: string): Status.FieldErrors => {
  const type = Json.text(schema, JsonSchema.listType)
  const item = JsonSchema.items(schema)
  const field = `${path}.${JsonSchema.listType}`
  const detail = "must be map if x-kubernetes-list-map-keys is non-empty"
  const mistyped = typed(schema, path, JsonSchema.listType, "array")
  return [
    ...mistyped,
    ...(mistyped.length === 0 && type === "set" && item !== undefined ? setRules(item, path) : []),
    ...oneOf(schema, path, JsonSchema.listType, ["atomic", "set", "map"]),
    ...(Json.list(schema, JsonSchema.listMapKeys).length === 0 || type === "map"
      ? []
      : [type === undefined ? Status.required(field, detail) : Status.invalidValue(field, type, detail)]),
    ...((type === "set" || type === "map") && item?.["nullable"] === true
      ? [Status.forbiddenField(`${path}.items.nullable`, `cannot be nullable when x-kubernetes-list-type is ${type}`)]
      : []),
    ...(type === "map" ? keyRules(schema, path) : [])
  ]
}

const inner = (schema: Schema, path: string, place: Place, isRoot: boolean): Status.FieldErrors => {
  const [others, item, not] = [JsonSchema.values(schema), JsonSchema.items(schema), Json.at(schema, "not")]
  const own = Object.entries(JsonSchema.properties(schema))
  const inMap = "inside additionalProperties applying to object metadata"
  return [
    ...(own.length > 0 && (others !== undefined || schema["additionalProperties"] === false)
      ? [
        Status.forbiddenField(
          `${path}.additionalProperties`,
          "additionalProperties and properties are mutual exclusive"
        )
      ]
      : []),
    ...(others === undefined
      ? []
      : rules(others, `${path}.additionalProperties`, place.inMeta ? { ...place, noDefaults: inMap } : place)),
    ...own.flatMap(([name, one]) => {
      const isMeta = (isRoot || JsonSchema.has(schema, JsonSchema.embeds)) && JsonSchema.metaFields.includes(name)
      const here = !isMeta ? place : {
        inMeta: true,
        noDefaults: isRoot ? `in top-level ${name}` : place.noDefaults
      }
      return Json.isObject(one) ? rules(one, `${path}.properties[${name}]`, here) : []
    }),
    ...(Json.isObject(not) ? rules(not, `${path}.not`, place) : []),
    ...["allOf", "oneOf", "anyOf"].flatMap((of) =>
      Json.objects(schema, of).flatMap((one, index) => rules(one, `${path}.${of}[${index}]`, place))
    ),
    ...(item === undefined ? [] : rules(item, `${path}.items`, place))
  ]
}

const rules = (schema: Schema, path: string, place: Place, isRoot = false): Status.FieldErrors => [
  ...standard(schema, path, place),
  ...inner(schema, path, place, isRoot),
  ...notEvaluated(schema, path),
  ...typed(schema, path, JsonSchema.mapType, "object"),
  ...oneOf(schema, path, JsonSchema.mapType, ["atomic", "granular"]),
  ...listRules(schema, path)
]

/** The defaults of a schema are valid by it, and have no unknown fields. */
const defaults = (schema: Schema, path: string): Status.FieldErrors => {
  const value = schema["default"]
  const item = JsonSchema.items(schema)
  const unknown = value !== undefined && Json.isObject(value)
    && JsonSchema.prune(schema, value, JsonSchema.has(schema, JsonSchema.embeds)).unknown.length > 0
  return [
    ...(unknown ? [Status.invalidValue(`${path}.default`, value, "must not have unknown fields")] : []),
    ...(value === undefined ? [] : SchemaValidation.validate(schema, value, { parent: `${path}.default` })),
    ...(item === undefined ? [] : defaults(item, `${path}.items`)),
    ...Object.entries(JsonSchema.properties(schema)).flatMap(([name, inner]) =>
      Json.isObject(inner) ? defaults(inner, `${path}.properties[${name}]`) : []
    )
  ]
}

/** The errors of the schema of a version. @since 0.1.0 @category rules  */
export const validate = (schema: Schema, path: string): Status.FieldErrors => {
  const structural = StructuralRules.validate(schema, path)
  return [
    ...(schema["nullable"] === true
      ? [Status.forbiddenField(`${path}.nullable`, "nullable cannot be true at the root")]
      : []),
    ...(structural.length > 0 ? structural : defaults(schema, path)),
    ...rules(schema, path, { noDefaults: undefined, inMeta: false }, true)
  ]
}
