/**
 * The structure of a schema without transformations, as far as a decoder that is compiled from it needs it.
 */
import * as ParseResult from "effect/ParseResult"
import type * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

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

export const of = <A>(schema: Schema.Schema<A>): Shape => shapeOf(schema.ast)

const shapeOf = (ast: AST.AST): Shape => {
  switch (ast._tag) {
    case "StringKeyword":
      return { _tag: "Text" }
    case "NumberKeyword":
      return { _tag: "Number" }
    case "BooleanKeyword":
      return { _tag: "Boolean" }
    case "UnknownKeyword":
      return { _tag: "Anything" }
    case "TupleType": {
      const [item, ...more] = ast.rest
      return item === undefined || more.length > 0 || ast.elements.length > 0
        ? other(ast)
        : { _tag: "List", item: shapeOf(item.type) }
    }
    case "TypeLiteral":
      return structOf(ast)
    default:
      return other(ast)
  }
}

const other = (ast: AST.AST): Shape => ({ _tag: "Other", is: ParseResult.is(Schema.make(ast)) })

const structOf = (ast: AST.TypeLiteral): Shape => {
  const [index, ...more] = ast.indexSignatures
  if (index === undefined) {
    return {
      _tag: "Struct",
      fields: ast.propertySignatures.map((signature) => ({
        name: signature.name,
        optional: signature.isOptional,
        shape: shapeOf(presentType(signature))
      }))
    }
  }
  return more.length > 0 || ast.propertySignatures.length > 0 || !AST.isStringKeyword(index.parameter)
    ? other(ast)
    : { _tag: "Map", value: shapeOf(index.type) }
}

const presentType = (signature: AST.PropertySignature): AST.AST => {
  if (!signature.isOptional || !AST.isUnion(signature.type)) return signature.type
  const types = signature.type.types.filter((type) => !AST.isUndefinedKeyword(type))
  const [first] = types
  return types.length === 1 && first !== undefined ? first : signature.type
}
