/** JSON Schema of Effect 4: of an input as its payload shows it, of others as they are. */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import { BuildInput } from "../../src/index.js"

interface Options {
  readonly target?: "jsonSchema2020-12"
}

export const make = (schema: Schema.Top, _: Options = {}): object => {
  const shown = schema.ast === BuildInput.BuildInput.ast ? BuildInput.Payload : schema
  const { definitions, schema: json } = Schema.toJsonSchemaDocument(shown, { onExcessProperty: "error" })
  return Object(beside({ ...json, $defs: definitions }))
}

/** Effect 4 has the description of a reference in an `allOf` with it. */
const beside = (json: unknown): unknown => {
  if (Array.isArray(json)) return json.map(beside)
  if (!Predicate.isObject(json)) return json
  const { allOf, ...rest } = Object.fromEntries(Object.entries(json).map(([key, value]) => [key, beside(value)]))
  const [reference, said] = Array.isArray(allOf) ? allOf : []
  return Predicate.hasProperty(reference, "$ref") && Predicate.hasProperty(said, "description")
    ? { ...rest, allOf: [reference], ...said }
    : { ...rest, ...(allOf === undefined ? {} : { allOf }) }
}
