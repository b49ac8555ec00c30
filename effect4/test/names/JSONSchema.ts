/** JSON Schema of Effect 4, of a schema as a payload shows it. */
import * as Schema from "effect/Schema"
import * as Codec from "../../src/effect/Codec.js"

interface Options {
  readonly target?: "jsonSchema2020-12"
}

export const make = <A, I>(schema: Schema.Codec<A, I>, _: Options = {}): object => {
  const shown = Schema.declare((_: unknown): _ is unknown => true, Codec.jsonSchemaLike(schema))
  const { definitions, schema: json } = Schema.toJsonSchemaDocument(shown, { onExcessProperty: "error" })
  return { ...json, $defs: definitions }
}
