/**
 * Validates values by the schemas of CustomResourceDefinitions.
 *
 * As in k8s.io/kube-openapi pkg/validation/validate, and k8s.io/apiextensions-apiserver pkg/apiserver/validation (v0.37), with
 * ratcheting: what an update does not change is not validated again.
 *
 * @since 0.1.0
 */
import type * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Formats from "./Formats.js"
import * as JsonSchema from "./JsonSchema.js"
import * as Pattern from "./Pattern.js"
import * as SchemaResult from "./SchemaResult.js"

type Result = SchemaResult.Result

const typesOf = (schema: JsonSchema.Schema): ReadonlyArray<string> =>
  JsonSchema.has(schema, JsonSchema.intOrString)
    ? ["integer", "string"]
    : Json.text(schema, "type") === undefined
    ? []
    : [Json.text(schema, "type") ?? ""]

const typeOf = (value: Json.Value): string =>
  value === null
    ? "null"
    : Json.isList(value)
    ? "array"
    : typeof value === "number"
    ? Number.isSafeInteger(value) ? "integer" : "number"
    : typeof value

const ofType = (schema: JsonSchema.Schema, path: string, value: Json.Value): Result => {
  const types = typesOf(schema)
  const found = typeOf(value)
  const fits = types.length === 0 || types.includes(found) || (value === null && schema["nullable"] === true)
    || (found === "integer" && types.includes("number"))
    || (found === "number" && types.includes("integer") && Number.isInteger(value))
  return fits ? SchemaResult.valid : SchemaResult.failed(SchemaResult.wrongType(path, types.join(","), found))
}

const ofText = (schema: JsonSchema.Schema, path: string, value: string): Result => {
  const length = [...value].length
  const longest = Json.number(schema, "maxLength")
  if (longest !== undefined && length > longest) {
    return SchemaResult.failed(SchemaResult.tooLong(path, longest))
  }
  const shortest = Json.number(schema, "minLength")
  if (shortest !== undefined && length < shortest) {
    return SchemaResult.failed(SchemaResult.invalid(path, value, `should be at least ${shortest} chars long`))
  }
  const pattern = Json.text(schema, "pattern") ?? ""
  return pattern === "" || (Pattern.parse(pattern)?.test(value) ?? true)
    ? SchemaResult.valid
    : SchemaResult.failed(SchemaResult.invalid(path, value, `should match '${pattern}'`))
}

const ofFormat = (schema: JsonSchema.Schema, path: string, value: string): Result => {
  const format = Json.text(schema, "format") ?? ""
  return Formats.accepts(format, value)
    ? SchemaResult.valid
    : SchemaResult.failed(SchemaResult.wrongType(path, format, value))
}

/** The problem of a number that its type and format do not have. */
const outOfRange = (schema: JsonSchema.Schema, path: string, value: number): ReadonlyArray<SchemaResult.Failure> => {
  const [type, ...others] = typesOf(schema)
  const format = Formats.ofNumbers(type ?? "", Json.text(schema, "format"))
  return others.length > 0 || type === undefined || Formats.inRange(type, format, value)
    ? []
    : [SchemaResult.combined(
      `Checked value must be of type ${type} ${
        format === undefined ? "(default format)" : `with format ${format}`
      } in ${path}`
    )]
}

// The server compares integers with integers: a factor of 0.5 is 0 for them.
const ofFactor = (path: string, value: number, factor: number): ReadonlyArray<SchemaResult.Failure> => {
  const own = Number.isInteger(value) ? Math.trunc(factor) : factor
  return own <= 0
    ? [SchemaResult.notPositive(path, own)]
    : Number.isInteger(value / own)
    ? []
    : [SchemaResult.invalid(path, value, `should be a multiple of ${own}`)]
}

const ofNumber = (schema: JsonSchema.Schema, path: string, value: number): Result => {
  const factor = Json.number(schema, "multipleOf")
  const [highest, lowest] = [Json.number(schema, "maximum"), Json.number(schema, "minimum")]
  const [belowHighest, aboveLowest] = [schema["exclusiveMaximum"] === true, schema["exclusiveMinimum"] === true]
  const refuse = (what: string) => SchemaResult.invalid(path, value, what)
  return SchemaResult.counted(SchemaResult.failed(
    ...outOfRange(schema, path, value),
    ...(factor === undefined ? [] : ofFactor(path, value, factor)),
    ...(lowest !== undefined && (aboveLowest ? value <= lowest : value < lowest)
      ? [refuse(`should be greater than ${aboveLowest ? "" : "or equal to "}${lowest}`)]
      : []),
    ...(highest !== undefined && (belowHighest ? value >= highest : value > highest)
      ? [refuse(`should be less than ${belowHighest ? "" : "or equal to "}${highest}`)]
      : [])
  ))
}

const ofEnum = (schema: JsonSchema.Schema, path: string, value: Json.Value): Result => {
  const known = Json.list(schema, "enum")
  return known.length === 0 || known.some((one) => one !== null && Json.equal(one, value))
    ? SchemaResult.valid
    : SchemaResult.failed(SchemaResult.notInEnum(path, value, known))
}

/** The item of a former list that an item replaces: only lists by keys have one. */
const formerItem = (schema: JsonSchema.Schema, item: Json.Value, old: Json.Value | undefined): Json.Value | undefined =>
  schema[JsonSchema.listType] !== "map"
    ? undefined
    : Json.list(old).find((one) =>
      Json.texts(schema, JsonSchema.listMapKeys).every((key) => Json.equal(Json.at(one, key), Json.at(item, key)))
    )

const ofList = (
  schema: JsonSchema.Schema,
  path: string,
  value: ReadonlyArray<Json.Value>,
  old: Json.Value | undefined
): Result => {
  const item = JsonSchema.items(schema)
  const [most, least] = [Json.number(schema, "maxItems"), Json.number(schema, "minItems")]
  return SchemaResult.counted(SchemaResult.merge(
    ...(item === undefined
      ? []
      : value.map((one, index) => check(item, `${path}[${index}]`, one, formerItem(schema, one, old)))),
    SchemaResult.failed(
      ...(least !== undefined && value.length < least
        ? [SchemaResult.invalid(path, value.length, `should have at least ${least} items`)]
        : []),
      ...(most !== undefined && value.length > most
        ? [SchemaResult.tooMany(path, value.length, most, "items")]
        : [])
    )
  ))
}

const ofObject = (
  schema: JsonSchema.Schema,
  path: string,
  value: Json.Value,
  old: Json.Value | undefined
): Result => {
  const names = Object.keys(Json.object(value))
  const [most, least] = [Json.number(schema, "maxProperties"), Json.number(schema, "minProperties")]
  const own = JsonSchema.properties(schema)
  const others = JsonSchema.values(schema)
  const inner = (of: Json.Value | undefined, here: string, name: string) =>
    Json.isObject(of) ? check(of, here, Json.at(value, name) ?? null, Json.at(old, name)) : SchemaResult.valid
  return SchemaResult.merge(
    SchemaResult.failed(
      ...(least !== undefined && names.length < least
        ? [SchemaResult.invalid(path, names.length, `should have at least ${least} properties`)]
        : []),
      ...(most !== undefined && names.length > most
        ? [SchemaResult.tooMany(path, names.length, most, "properties")]
        : []),
      ...(schema["additionalProperties"] === false
        ? names.filter((name) => !Object.hasOwn(own, name)).map((name) => {
          const message = `${path}.${name} in body is a forbidden property`
          return SchemaResult.combined(message)
        })
        : [])
    ),
    ...(others === undefined
      ? []
      : names.filter((name) => !Object.hasOwn(own, name)).map((name) => inner(others, `${path}.${name}`, name))),
    ...Object.entries(own).filter(([name]) => names.includes(name)).map(([name, of]) =>
      inner(of, JsonSchema.child(path, name), name)
    ),
    SchemaResult.failed(
      ...Json.texts(schema, "required").filter((name) => !names.includes(name)).map((name) =>
        SchemaResult.missing(`${path}.${name}`)
      )
    )
  )
}

/** Of the alternatives that fail, the one with the most checks; the first of equals. */
const best = (results: ReadonlyArray<Result>): Result | undefined =>
  results.filter((result) => !SchemaResult.isValid(result)).reduce<Result | undefined>(
    (found, result) => found === undefined || result.count > found.count ? result : found,
    undefined
  )

const alternatives = (schema: JsonSchema.Schema, of: string, run: (schema: JsonSchema.Schema) => Result) =>
  Json.objects(schema, of).map(run)

const ofCombinations = (
  schema: JsonSchema.Schema,
  path: string,
  value: Json.Value,
  old: Json.Value | undefined
): Result => {
  const run = (inner: JsonSchema.Schema): Result => check(inner, path, value, old, true)
  const quoted = JSON.stringify(path)
  const fail = (text: string) => SchemaResult.failed(SchemaResult.combined(`${quoted} ${text}`))
  const any = alternatives(schema, "anyOf", run)
  const one = alternatives(schema, "oneOf", run)
  const all = alternatives(schema, "allOf", run)
  const ofAny = any.find(SchemaResult.isValid)
  const ofOne = one.filter(SchemaResult.isValid)
  const ofAll = all.filter(SchemaResult.isValid)
  const not = Json.at(schema, "not")
  return SchemaResult.counted(SchemaResult.merge(
    ...(any.length > 0
      ? ofAny === undefined
        ? [fail("must validate at least one schema (anyOf)"), best(any) ?? SchemaResult.valid]
        : [ofAny]
      : []),
    ...(one.length > 0
      ? ofOne.length === 1
        ? ofOne
        : [
          fail(
            `must validate one and only one schema (oneOf). ${
              ofOne.length === 0 ? "Found none valid" : `Found ${ofOne.length} valid alternatives`
            }`
          ),
          ofOne.length === 0 ? best(one) ?? SchemaResult.valid : SchemaResult.valid
        ]
      : []),
    ...all,
    ...(ofAll.length < all.length
      ? [fail(`must validate all the schemas (allOf)${ofAll.length === 0 ? ". None validated" : ""}`)]
      : []),
    ...(Json.isObject(not) && SchemaResult.isValid(run(not)) ? [fail("must not validate the schema (not)")] : [])
  ))
}

const whole = (schema: JsonSchema.Schema, path: string, value: Json.Value, old: Json.Value | undefined): Result => {
  const typed = SchemaResult.counted(ofType(schema, path, value))
  if (value === null) {
    return SchemaResult.merge(typed, ofEnum(schema, path, value))
  }
  const checks = [
    ...(typesOf(schema).length > 0 ? [typed] : []),
    ofCombinations(schema, path, value, old),
    ...(typeof value === "string" ? [ofText(schema, path, value), ofFormat(schema, path, value)] : []),
    ...(typeof value === "number" ? [ofNumber(schema, path, value)] : []),
    ...(Json.isList(value) ? [ofList(schema, path, value, old)] : []),
    ofEnum(schema, path, value),
    ...(Json.isObject(value) ? [ofObject(schema, path, value, old)] : [])
  ]
  return SchemaResult.counted(SchemaResult.merge(...checks), checks.length + 1)
}

const check = (
  schema: JsonSchema.Schema,
  path: string,
  value: Json.Value,
  old: Json.Value | undefined,
  isAlternative = false
): Result => {
  const result = whole(schema, path, value, old)
  return !isAlternative && !SchemaResult.isValid(result) && old !== undefined && Json.equal(value, old)
    ? { failures: [], count: result.count }
    : result
}

/**
 * The errors of a value. `parent` is the field that it is in, empty for a whole object; `old` the value that it replaces.
 *
 * @since 0.1.0
 * @category rules
 */
export const validate = (
  schema: JsonSchema.Schema,
  value: Json.Value,
  options: { readonly parent?: string; readonly old?: Json.Value | undefined } = {}
): Status.FieldErrors => check(schema, "", value, options.old).failures.map(({ error }) => error(options.parent ?? ""))
