/** JSON Schema as Effect 3 writes it, where Effect 4 leaves it out or says it in parts. */
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

type Json = Readonly<Record<string, unknown>>

/**
 * Every value, with the JSON Schema of a schema and further keywords: a declaration with it says itself what is wrong with a
 * value. With a name it is one of the definitions.
 */
export const like = <A, I>(schema: Schema.Codec<A, I>, keywords: object, identifier?: string): Schema.Any =>
  Schema.Any.check(Schema.makeFilter(() => true, {
    ...(identifier === undefined ? {} : { identifier }),
    representation: {
      id: "effect-os-builder/like",
      payload: null,
      schemas: [unnamed(AST.toEncoded(Schema.toCodecJson(schema).ast))]
    },
    toJsonSchema: ({ schemas: [json = {}] }) => ({ ...plain(json), ...keywords })
  }))

/** A node with other fields. */
export const changed = (ast: AST.AST, changes: Partial<AST.AST> | Partial<AST.Objects> | Partial<AST.Union>): AST.AST =>
  Object.assign(Object.create(Object.getPrototypeOf(ast)), ast, changes)

/** Without the names of classes: their definitions would be in the form of Effect 4. */
const unnamed = (ast: AST.AST): AST.AST => {
  const { identifier: _, ...annotations } = { ...ast.annotations }
  switch (ast._tag) {
    case "Objects":
      return changed(ast, {
        annotations,
        propertySignatures: ast.propertySignatures.map(({ name, type }) =>
          new AST.PropertySignature(name, unnamed(type))
        ),
        indexSignatures: ast.indexSignatures.map(({ parameter, type }) =>
          new AST.IndexSignature(parameter, unnamed(type))
        )
      })
    case "Union":
      return changed(ast, { types: ast.types.map(unnamed) })
    default:
      return ast
  }
}

/** A schema whose annotation `jsonSchema` is said by a check that accepts every value: Effect 4 has no such annotation. */
export const withKeywords = <A, I>(schema: Schema.Codec<A, I>): Schema.Codec<A, I> => {
  const keywords = schema.ast.annotations?.["jsonSchema"]
  return Predicate.isObject(keywords)
    ? schema.pipe(Schema.check(Schema.makeFilter(() => true, { toJsonSchema: () => ({ ...keywords }) })))
    : schema
}

/**
 * Without the parts that say no more than a keyword would: Effect 4 has descriptions and checks below `allOf`. And without the
 * values that its own form of JSON has for `undefined` and numbers that are not finite, which no field of an input may be.
 */
const plain = (json: Json): Json => {
  const { allOf, anyOf, ...keywords } = Object.fromEntries(
    Object.entries(json).map(([key, value]) => [key, below(value)])
  )
  const members = listOf(anyOf).filter((each) => each["type"] !== "null" && !isNotFinite(each))
  const [only, ...others] = members
  const { allOf: parts, ...whole }: Json = only === undefined
    ? keywords
    : others.length > 0
    ? { ...keywords, anyOf: members }
    : { ...only, ...keywords }
  return [...listOf(parts), ...listOf(allOf)].reduce(joined, whole)
}

const isNotFinite = ({ enum: values }: Json): boolean => Array.isArray(values) && values.includes("NaN")

const below = (value: unknown): unknown =>
  Array.isArray(value) ? value.map(below) : isJson(value) ? plain(value) : value

const joined = (whole: Json, part: Json): Json => {
  const { allOf, ...own } = part
  const fits = Object.entries(own).every(([key, value]) =>
    said.has(key) || (rules.has(key) &&
      (!Object.hasOwn(whole, key) || whole[key] === value || (key === "type" && value === "integer")))
  )
  return fits
    ? listOf(allOf).reduce(joined, { ...whole, ...own })
    : { ...whole, allOf: [...listOf(whole["allOf"]), part] }
}

/** What is said of a field has the last word. */
const said: ReadonlySet<string> = new Set(["title", "description", "default", "examples"])

/** Keywords that mean the same beside others. */
const rules: ReadonlySet<string> = new Set([
  ...["type", "format", "pattern", "contentEncoding", "minLength", "maxLength", "minimum", "maximum"],
  ...["minItems", "maxItems", "minProperties", "maxProperties"]
])

const listOf = (value: unknown): ReadonlyArray<Json> => Array.isArray(value) ? value.filter(isJson) : []

const isJson = (value: unknown): value is Json => Predicate.isObject(value)
