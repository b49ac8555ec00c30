/**
 * Whether a schema is structural: each field that it validates has a type outside of `allOf`, `anyOf`, `oneOf` and `not`.
 *
 * As in k8s.io/apiextensions-apiserver pkg/apiserver/schema/validation.go and complete.go (v0.37).
 *
 * @since 0.1.0
 */
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as JsonSchema from "./JsonSchema.js"

type Schema = JsonSchema.Schema

type Level = "root" | "item" | "field"

const intOrStringTypes: ReadonlyArray<Json.Value> = [{ type: "integer" }, { type: "string" }]

const isIntOrString = (schema: Json.Value | undefined): boolean =>
  Json.equal(Json.at(schema, "anyOf"), intOrStringTypes)

const typeNeeded: Readonly<Record<Level, string>> = {
  root: "must not be empty at the root",
  item: "must not be empty for specified array items",
  field: "must not be empty for specified object fields"
}

/** What has its place outside of combinations, and the rule that says so. */
const structural: ReadonlyArray<readonly [string, string]> = [
  ["type", "must be empty to be structural"],
  ["additionalProperties", "must be undefined to be structural"],
  ["default", "must be undefined to be structural"],
  ["title", "must be empty to be structural"],
  ["description", "must be empty to be structural"],
  ["nullable", "must be false to be structural"],
  [JsonSchema.preserves, "must be false to be structural"],
  [JsonSchema.embeds, "must be false to be structural"],
  [JsonSchema.intOrString, "must be false to be structural"],
  [JsonSchema.listMapKeys, "must be empty to be structural"],
  [JsonSchema.listType, "must be undefined to be structural"],
  [JsonSchema.mapType, "must be undefined to be structural"]
]

const entries = (schema: Schema): ReadonlyArray<readonly [string, Schema]> =>
  Object.entries(JsonSchema.properties(schema)).flatMap(([name, inner]) => Json.isObject(inner) ? [[name, inner]] : [])

const isSet = (value: Json.Value | undefined): boolean => value !== undefined && value !== false && value !== ""

/** The rules within a combination. */
const nested = (schema: Schema, path: string, skipsAnyOf = false): Status.FieldErrors => {
  const item = JsonSchema.items(schema)
  return [
    ...combinations(schema, path, skipsAnyOf, false),
    ...(item === undefined ? [] : nested(item, `${path}.items`)),
    ...entries(schema).flatMap(([name, inner]) => nested(inner, `${path}.properties[${name}]`)),
    ...structural.filter(([key]) => isSet(schema[key])).map(([key, rule]) =>
      Status.forbiddenField(`${path}.${key}`, rule)
    ),
    ...(JsonSchema.property(schema, "metadata") === undefined
      ? []
      : [Status.forbiddenField(`${path}.properties[metadata]`, "must not be specified in a nested context")])
  ]
}

const combinations = (schema: Schema, path: string, skipsAnyOf: boolean, skipsFirst: boolean): Status.FieldErrors => {
  const not = Json.at(schema, "not")
  return [
    ...(skipsAnyOf
      ? []
      : Json.objects(schema, "anyOf").flatMap((inner, index) => nested(inner, `${path}.anyOf[${index}]`))),
    ...Json.objects(schema, "allOf").flatMap((inner, index) =>
      nested(inner, `${path}.allOf[${index}]`, skipsFirst && index === 0)
    ),
    ...Json.objects(schema, "oneOf").flatMap((inner, index) => nested(inner, `${path}.oneOf[${index}]`)),
    ...(Json.isObject(not) ? nested(not, `${path}.not`) : [])
  ]
}

const extensions = (schema: Schema, path: string): Status.FieldErrors =>
  JsonSchema.has(schema, JsonSchema.intOrString)
    ? [JsonSchema.preserves, JsonSchema.embeds].filter((key) => JsonSchema.has(schema, key)).map((key) =>
      Status.invalidValue(`${path}.${key}`, true, "must be false if x-kubernetes-int-or-string is true")
    )
    : []

const typeRules = (schema: Schema, path: string, level: Level): Status.FieldErrors => {
  const type = Json.text(schema, "type") ?? ""
  const field = `${path}.type`
  if (JsonSchema.has(schema, JsonSchema.embeds) && type !== "object") {
    const detail = "must be object if x-kubernetes-embedded-resource is true"
    return [type === "" ? Status.required(field, detail) : Status.invalidValue(field, type, detail)]
  }
  return [
    ...(type === "" && ![JsonSchema.intOrString, JsonSchema.preserves].some((key) => JsonSchema.has(schema, key))
      ? [Status.required(field, typeNeeded[level])]
      : []),
    ...(level === "root" && type !== "" && type !== "object"
      ? [Status.invalidValue(field, type, "must be object at the root")]
      : [])
  ]
}

const metadataRules = (schema: Schema, path: string, level: Level): Status.FieldErrors => {
  const isMeta = level === "root" || JsonSchema.has(schema, JsonSchema.embeds)
  const metadata = JsonSchema.property(schema, "metadata")
  const own = metadata === undefined ? [] : Object.keys(Json.omit(metadata, "type", "default", "description"))
  const names = metadata === undefined ? [] : Object.keys(JsonSchema.properties(metadata))
  return [
    ...(isMeta ? ["kind", "apiVersion"] : []).flatMap((name) => {
      const type = JsonSchema.property(schema, name)?.["type"]
      return JsonSchema.property(schema, name) === undefined || type === "string"
        ? []
        : [Status.invalidValue(`${path}.properties[${name}].type`, type ?? "", "must be string")]
    }),
    ...(metadata !== undefined && isMeta && metadata["type"] !== "object"
      ? [Status.invalidValue(`${path}.properties[metadata].type`, metadata["type"] ?? "", "must be object")]
      : []),
    ...(metadata !== undefined && level === "root"
        && (own.some((key) => key !== "properties") || names.some((name) => !["name", "generateName"].includes(name)))
      ? [Status.forbiddenField(
        `${path}.properties[metadata]`,
        "must not specify anything other than name and generateName, but metadata is implicitly specified"
      )]
      : [])
  ]
}

const invariants = (schema: Schema, path: string, level: Level): Status.FieldErrors => {
  const [item, others] = [JsonSchema.items(schema), JsonSchema.values(schema)]
  const embeds = JsonSchema.has(schema, JsonSchema.embeds)
  return [
    ...(schema["type"] === "array" && item === undefined
      ? [Status.required(`${path}.items`, "must be specified")]
      : []),
    ...(item === undefined ? [] : invariants(item, `${path}.items`, "item")),
    ...entries(schema).flatMap(([name, inner]) => invariants(inner, `${path}.properties[${name}]`, "field")),
    ...(isSet(schema["additionalProperties"]) && level === "root"
      ? [Status.forbiddenField(`${path}.additionalProperties`, "must not be used at the root")]
      : []),
    ...(others === undefined ? [] : invariants(others, `${path}.additionalProperties`, "field")),
    ...extensions(schema, path),
    ...combinations(schema, path, isIntOrString(schema), isIntOrString(Json.at(schema, "allOf", 0))),
    ...typeRules(schema, path, level),
    ...(embeds && schema["additionalProperties"] !== undefined
      ? [Status.forbiddenField(
        `${path}.additionalProperties`,
        "must not be used if x-kubernetes-embedded-resource is set"
      )]
      : []),
    ...metadataRules(schema, path, level),
    ...(embeds && !JsonSchema.has(schema, JsonSchema.preserves) && entries(schema).length === 0
      ? [Status.required(
        `${path}.properties`,
        "must not be empty if x-kubernetes-embedded-resource is true without x-kubernetes-preserve-unknown-fields"
      )]
      : [])
  ]
}

/** Whether what a combination names is in the schema around it, at `at`. */
const complete = (schema: Schema, around: Schema | undefined, at: string, path: string): Status.FieldErrors => {
  if (around === undefined) {
    return [Status.required(at, `because it is defined in ${path}`)]
  }
  const item = JsonSchema.items(schema)
  return [
    ...completeCombinations(schema, around, at, path),
    ...(item === undefined ? [] : complete(item, JsonSchema.items(around), `${at}.items`, `${path}.items`)),
    ...entries(schema).flatMap(([name, inner]) =>
      complete(inner, JsonSchema.property(around, name), `${at}.properties[${name}]`, `${path}.properties[${name}]`)
    )
  ]
}

const completeCombinations = (schema: Schema, around: Schema, at: string, path: string): Status.FieldErrors => {
  const not = Json.at(schema, "not")
  return [
    ...(Json.isObject(not) ? complete(not, around, at, `${path}.not`) : []),
    ...["allOf", "anyOf", "oneOf"].flatMap((of) =>
      Json.objects(schema, of).flatMap((inner, index) => complete(inner, around, at, `${path}.${of}[${index}]`))
    )
  ]
}

/** The errors of a schema that is not structural. @since 0.1.0 @category rules  */
export const validate = (schema: Schema, path: string): Status.FieldErrors => [
  ...invariants(schema, path, "root"),
  ...completeCombinations(schema, schema, path, path)
]
