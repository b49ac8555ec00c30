/**
 * Generators of fast-check from the schemas of Effect 4: those that the schemas name, and otherwise one for each kind of node.
 */
import * as Data from "effect/DateTime"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"
import * as SchemaGetter from "effect/SchemaGetter"
import * as fc from "fast-check"

export interface Source {
  readonly ast: AST.AST
}

type Lazy = (fastCheck: typeof fc) => fc.Arbitrary<unknown>

const named = (annotations: object | undefined): ((...parts: ReadonlyArray<Lazy>) => Lazy) | undefined =>
  Predicate.hasProperty(annotations, "arbitrary") && Predicate.isFunction(annotations.arbitrary)
    ? annotations.arbitrary as never
    : undefined

const isOf = (ast: AST.AST): Predicate.Predicate<unknown> => Schema.is(Schema.make<Schema.Codec<unknown>>(ast)) as never

const generate = (ast: AST.AST): fc.Arbitrary<unknown> => {
  const checks = ast.checks ?? []
  for (const check of checks.toReversed()) {
    const own = named(check.annotations)
    if (own !== undefined) return own()(fc)
  }
  const own = named(ast.annotations)
  const parts = "typeParameters" in ast ? ast.typeParameters.map((part): Lazy => () => generate(part)) : []
  const base = own === undefined ? ofNode(ast) : own(...parts)(fc)
  return checks.length === 0 ? base : base.filter(isOf(ast))
}

const ofNode = (ast: AST.AST): fc.Arbitrary<unknown> => {
  switch (ast._tag) {
    case "String":
    case "TemplateLiteral":
      return fc.string()
    case "Number":
      return fc.oneof(fc.nat(100), fc.integer())
    case "BigInt":
      // Beyond a hundred digits a duration has no text.
      return fc.bigInt({ min: -(10n ** 30n), max: 10n ** 30n })
    case "Boolean":
      return fc.boolean()
    case "Null":
      return fc.constant(null)
    case "Undefined":
    case "Void":
      return fc.constant(undefined)
    case "Unknown":
    case "Any":
      return fc.anything()
    case "Literal":
      return fc.constant(ast.literal)
    case "Suspend":
      return generate(ast.thunk())
    case "Union":
      return fc.oneof(...ast.types.map(generate))
    case "Arrays": {
      const [item] = ast.rest
      return item === undefined ? fc.tuple(...ast.elements.map(generate)) : fc.array(generate(item), { maxLength: 5 })
    }
    case "Objects":
      return ofObjects(ast)
    case "Declaration":
      return ofDeclaration(ast)
    default:
      throw new Error(`no generator for ${ast._tag}`)
  }
}

const ofObjects = (ast: AST.Objects): fc.Arbitrary<unknown> => {
  const [index] = ast.indexSignatures
  if (index !== undefined) return fc.dictionary(fc.string(), generate(index.type), { noNullPrototype: true })
  const fields = ast.propertySignatures.map(({ name, type }) => [name, type] as const)
  return fc.record(
    Object.fromEntries(fields.map(([name, type]) => [name, generate(type)])),
    { requiredKeys: fields.flatMap(([name, type]) => type.context?.isOptional === true ? [] : [name]) as never }
  )
}

const ofDeclaration = (ast: AST.Declaration): fc.Arbitrary<unknown> => {
  const is = isOf(ast)
  if (is(Duration.seconds(1))) return fc.nat().map(Duration.millis)
  if (is(new Uint8Array())) return fc.uint8Array()
  if (is(Data.makeUnsafe(0))) return fc.nat().map((seconds) => Data.makeUnsafe(seconds * 1000))
  const { toCodec } = ast.annotations ?? {}
  const [fields] = ast.typeParameters
  if (!Predicate.isFunction(toCodec) || fields === undefined) throw new Error("no generator for a declaration")
  const link = toCodec([Schema.make(fields)]) as AST.Link
  return generate(fields).map((value) =>
    Option.getOrThrow(Effect.runSync(SchemaGetter.run(link.transformation.decode as never, Option.some(value), {})))
  )
}

export const make = ({ ast }: Source): fc.Arbitrary<unknown> => generate(AST.toType(ast))
