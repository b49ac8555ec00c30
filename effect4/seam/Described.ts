/** Fields that describe themselves, in JSON Schema and in OpenAPI. */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

export interface Details<A> {
  readonly examples?: readonly [A, ...ReadonlyArray<A>]
  readonly default?: A
}

/** JSON Schema shows what is said of the key of the encoded side. */
export const described = <F extends Schema.Top>(
  description: string,
  field: F,
  details: Details<Exclude<NoInfer<F["Type"]>, undefined>> = {}
): F => Schema.make<F>(AST.flip(Schema.flip(field).annotateKey({ description, ...shown(field, details) }).ast))

/** Examples and defaults are shown as they are written in JSON. */
const shown = (field: Schema.Top, details: Details<unknown>): object =>
  Duration.isDuration(details.default) ? { ...details, default: encoded(field, details.default) } : details

const encoded = (field: Schema.Top, value: unknown): unknown =>
  Schema.encodeUnknownSync(Schema.make<Schema.Codec<unknown>>(field.ast))(value)

/** The annotations of a class: its name among the definitions of JSON Schema and OpenAPI, and its description. */
export const named = (name: string, description: string) => ({ identifier: name, description })
