/**
 * What a schema without transformations accepts, as far as a decoder that is compiled from it needs to know. The checks and the
 * encoding of a schema are in its node on Effect 4, so a node with either is left to Schema.
 */
import type * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as AST from "effect/SchemaAST"

export type Shape =
  | { readonly _tag: "Text" | "Number" | "Boolean" | "Anything" }
  | { readonly _tag: "List"; readonly item: Shape }
  | { readonly _tag: "Struct"; readonly fields: ReadonlyArray<Field> }
  /** An object with any keys. */
  | { readonly _tag: "Map"; readonly value: Shape }
  /** Schema itself checks the value. */
  | { readonly _tag: "Other"; readonly is: Predicate.Predicate<unknown> }

export interface Field {
  readonly name: PropertyKey
  readonly optional: boolean
  /** Of the value where it is present. */
  readonly shape: Shape
}

export const of = <A>(schema: Schema.Codec<A>): Shape => shapeOf(schema.ast)

const shapeOf = (ast: AST.AST): Shape => {
  if (ast.checks !== undefined || ast.encoding !== undefined) return other(ast)
  switch (ast._tag) {
    case "String":
      return { _tag: "Text" }
    case "Number":
      return { _tag: "Number" }
    case "Boolean":
      return { _tag: "Boolean" }
    case "Unknown":
      return { _tag: "Anything" }
    case "Arrays": {
      const [item, ...more] = ast.rest
      return item === undefined || more.length > 0 || ast.elements.length > 0
        ? other(ast)
        : { _tag: "List", item: shapeOf(item) }
    }
    case "Objects":
      return structOf(ast)
    default:
      return other(ast)
  }
}

const other = (ast: AST.AST): Shape => {
  const is = Schema.is(Schema.make<Schema.Codec<unknown>>(ast))
  return { _tag: "Other", is: (value) => is(value) }
}

const structOf = (ast: AST.Objects): Shape => {
  const [index, ...more] = ast.indexSignatures
  if (index === undefined) {
    return {
      _tag: "Struct",
      fields: ast.propertySignatures.map(({ name, type }) => {
        const optional = type.context?.isOptional === true
        return { name, optional, shape: shapeOf(optional ? presentType(type) : type) }
      })
    }
  }
  return more.length > 0 || ast.propertySignatures.length > 0 || index.parameter._tag !== "String" ||
      index.parameter.checks !== undefined
    ? other(ast)
    : { _tag: "Map", value: shapeOf(index.type) }
}

const presentType = (ast: AST.AST): AST.AST => {
  if (ast._tag !== "Union" || ast.checks !== undefined || ast.encoding !== undefined) return ast
  const types = ast.types.filter(({ _tag }) => _tag !== "Undefined")
  const [first] = types
  return types.length === 1 && first !== undefined ? first : ast
}
