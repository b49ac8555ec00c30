/**
 * Reads the fields that a schema names out of an API object, and nothing else.
 *
 * A watch decodes each event, so this is where the time goes: `Schema.decodeUnknown` takes as long for a pod as parsing
 * its 6 KB of JSON does. A schema without transformations says all that is needed to do it in a tenth of that: which keys
 * to keep, and what is allowed in them. What is more than that in a schema is left to Schema itself.
 */
import * as Either from "effect/Either"
import { pipe } from "effect/Function"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as AST from "effect/SchemaAST"

/**
 * A decoder that keeps the keys that the schema knows. In an optional field, null counts as absent, as it does for the
 * API server. A failure says in words which field is wrong.
 *
 * What is equal to a part of the state `before` is that part: an object that changes in one field costs the memory of that
 * field, and the collector has nothing else of it to move.
 */
export const make = <A>(schema: Schema.Schema<A>): (u: unknown, before?: unknown) => Either.Either<A, string> => {
  // Made when the first object comes: most programs read few of the kinds that they import.
  let compiled: Compiled<A> | undefined
  return (u, before) => {
    const { fits, prune } = compiled ??= compile(schema)
    const kept = prune(u, before)
    return fits(kept)
      ? Either.right(kept)
      : pipe(kept, Schema.decodeUnknownEither(schema, { errors: "all" }), Either.mapLeft(decodeMessage))
  }
}

interface Compiled<A> {
  readonly prune: Prune
  readonly fits: Predicate.Refinement<unknown, A>
}

const compile = <A>(schema: Schema.Schema<A>): Compiled<A> => {
  const check = checker(schema.ast)
  return { prune: pruner(schema.ast), fits: (u): u is A => check(u) }
}

type Prune = (u: unknown, before: unknown) => unknown

/** Texts too are kept once. */
const whole: Prune = (u, before) => u === before || sameTexts(u, before) ? before : u

const sameTexts = (u: unknown, before: unknown): boolean => {
  if (!Predicate.isReadonlyRecord(u) || !Predicate.isReadonlyRecord(before)) {
    return false
  }
  let more = 0
  for (const name in u) {
    if (!Predicate.isString(u[name]) || u[name] !== before[name]) {
      return false
    }
    more++
  }
  for (const _ in before) {
    more--
  }
  return more === 0
}

/** The value under an optional field. */
const present = (signature: AST.PropertySignature): AST.AST => {
  if (!signature.isOptional || !AST.isUnion(signature.type)) {
    return signature.type
  }
  const types = signature.type.types.filter((type) => !AST.isUndefinedKeyword(type))
  const [first] = types
  return types.length === 1 && first !== undefined ? first : signature.type
}

const element = (ast: AST.TupleType): AST.AST | undefined =>
  ast.elements.length === 0 && ast.rest.length === 1 ? ast.rest[0]?.type : undefined

const pruner = (ast: AST.AST): Prune => {
  if (AST.isTupleType(ast)) {
    const item = element(ast)
    return item === undefined ? whole : arrayPruner(pruner(item))
  }
  if (!AST.isTypeLiteral(ast) || ast.indexSignatures.length > 0) {
    return whole
  }
  return structPruner(ast.propertySignatures.flatMap((signature) =>
    typeof signature.name === "string"
      ? [{ name: signature.name, optional: signature.isOptional, prune: pruner(present(signature)) }]
      : []
  ))
}

const arrayPruner = (each: Prune): Prune => (u, before) => {
  if (!Array.isArray(u)) {
    return u
  }
  const known: ReadonlyArray<unknown> = Array.isArray(before) ? before : []
  const kept = u.map((item, index) => each(item, known[index]))
  return before === known && kept.length === known.length && kept.every((item, index) => item === known[index])
    ? before
    : kept
}

const structPruner = (
  fields: ReadonlyArray<{ readonly name: string; readonly optional: boolean; readonly prune: Prune }>
): Prune =>
(u, before) => {
  if (!Predicate.isReadonlyRecord(u)) {
    return u
  }
  const known = Predicate.isReadonlyRecord(before) ? before : undefined
  const kept: Record<string, unknown> = {}
  let same = known !== undefined
  for (const { name, optional, prune } of fields) {
    const value = u[name]
    const old = known?.[name]
    if (value !== undefined && !(optional && value === null)) {
      const pruned = prune(value, old)
      kept[name] = pruned
      same &&= pruned === old
    } else {
      same &&= old === undefined
    }
  }
  return same ? before : kept
}

const checker = (ast: AST.AST): Predicate.Predicate<unknown> => {
  switch (ast._tag) {
    case "StringKeyword":
      return Predicate.isString
    case "NumberKeyword":
      return Predicate.isNumber
    case "BooleanKeyword":
      return Predicate.isBoolean
    case "UnknownKeyword":
      return () => true
    case "TupleType": {
      const item = element(ast)
      if (item === undefined) {
        return ParseResult.is(Schema.make(ast))
      }
      const each = checker(item)
      return (u) => Array.isArray(u) && u.every(each)
    }
    case "TypeLiteral":
      return literalChecker(ast)
    default:
      return ParseResult.is(Schema.make(ast))
  }
}

const literalChecker = (ast: AST.TypeLiteral): Predicate.Predicate<unknown> => {
  const [index, ...more] = ast.indexSignatures
  if (index !== undefined) {
    if (more.length > 0 || ast.propertySignatures.length > 0 || !AST.isStringKeyword(index.parameter)) {
      return ParseResult.is(Schema.make(ast))
    }
    const each = checker(index.type)
    return (u) => Predicate.isReadonlyRecord(u) && Object.values(u).every(each)
  }
  const fields = ast.propertySignatures.map((signature) => ({
    name: signature.name,
    optional: signature.isOptional,
    check: checker(present(signature))
  }))
  return (u) =>
    Predicate.isReadonlyRecord(u) &&
    fields.every(({ check, name, optional }) => {
      const value = u[name]
      return (optional && value === undefined) || check(value)
    })
}

const longest = 500

const formatted = Option.liftThrowable((error: ParseResult.ParseError): string =>
  ParseResult.ArrayFormatter.formatErrorSync(error)
    .map((issue) => `${issue.path.join(".") || "the object"}: ${issue.message}`)
    .join("; ")
)

/** The formatter shows the value that is wrong, and descends into it for that, as deep as the stack is. */
export const decodeMessage = (error: ParseResult.ParseError): string => {
  const text = Option.getOrElse(formatted(error), () => "a value is nested too deep to be shown")
  return text.length > longest ? `${text.slice(0, longest)}…` : text
}
