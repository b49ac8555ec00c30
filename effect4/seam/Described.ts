/** Fields that describe themselves, in JSON Schema and in OpenAPI. */
import * as Duration from "effect/Duration"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import { changed } from "./names/JsonSchema.js"

export interface Details<A> {
  readonly examples?: readonly [A, ...ReadonlyArray<A>]
  readonly default?: A
}

/** JSON Schema shows what is said of the encoded side. */
export const described = <F extends Schema.Top>(
  description: string,
  field: F,
  details: Details<Exclude<NoInfer<F["Type"]>, undefined>> = {}
): F => {
  const said = { description, ...shown(field, details) }
  return Schema.make<F>(onEncoded(field.ast, (ast) =>
    canSay(ast)
      ? changed(ast, { annotations: { ...ast.annotations, ...said, ofField: true } })
      : Schema.make<Schema.Top>(ast).annotateKey(said).ast))
}

const onEncoded = (ast: AST.AST, change: (ast: AST.AST) => AST.AST): AST.AST => {
  const [first, ...others] = ast.encoding ?? []
  const last = others.at(-1) ?? first
  if (first === undefined || last === undefined) return change(ast)
  const link = new AST.Link(onEncoded(last.to, change), last.transformation)
  return changed(ast, { encoding: others.length === 0 ? [link] : [first, ...others.slice(0, -1), link] })
}

/**
 * Whether JSON Schema shows what a node says, and it says nothing yet. The words of a key come below `allOf`, beside a type or a
 * reference.
 */
const canSay = (ast: AST.AST): boolean =>
  ast._tag !== "Declaration" && ast._tag !== "Unknown" &&
  AST.resolveDescription(ast) === undefined && AST.resolveIdentifier(ast) === undefined &&
  ast.annotations?.["description"] === undefined

/** Examples and defaults are shown as they are written in JSON. */
const shown = (field: Schema.Top, details: Details<unknown>): object =>
  Duration.isDuration(details.default) ? { ...details, default: encoded(field, details.default) } : details

const encoded = (field: Schema.Top, value: unknown): unknown =>
  Schema.encodeUnknownSync(Schema.make<Schema.Codec<unknown>>(field.ast))(value)

/** The annotations of a class: its name among the definitions of JSON Schema and OpenAPI, and its description. */
export const named = (name: string, description: string) => ({ identifier: name, description })
