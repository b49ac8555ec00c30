/**
 * Compiles a schema without transformations to a fast decoder that keeps only the fields of the schema.
 *
 * A watch decodes every event, and `Schema.decodeUnknown` takes as long for a pod as parsing its 6 KB of JSON. The keys to
 * keep and the types to check can be compiled from the schema's AST, which decodes in a tenth of that time. Parts of a schema
 * that this compiler does not know are checked by Schema itself.
 */
import * as Either from "effect/Either"
import { pipe } from "effect/Function"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "../../effect/Issue.js"
import * as Shape from "../../effect/Shape.js"
import * as BuiltInFields from "../protobuf/BuiltInFields.js"
import * as EncodedObject from "../protobuf/EncodedObject.js"
import * as MessageReader from "../protobuf/MessageReader.js"
import * as Sized from "./Sized.js"

export interface Decoder<A> {
  /** Decodes a value that was parsed from JSON, or an `EncodedObject`. */
  readonly decode: (u: unknown, previous?: unknown) => Either.Either<A, string>
  readonly readsProtobuf: () => boolean
}

/**
 * Makes a decoder that keeps only the keys of the schema. In an optional field, null counts as absent, as it does for the
 * API server. A failure is a message that names the invalid fields. `message` is the one of the kind in protobuf, if it has one.
 *
 * Parts that are equal to those of the object's `previous` state are shared with it, so that a change of one field costs the
 * memory of that field only, and the garbage collector has nothing else to move.
 */
export const make = <A>(schema: Schema.Schema<A>, message?: string): Decoder<A> => {
  // Compiled at the first object: most programs read few of the kinds that they import.
  let compiled: Compiled<A> | undefined
  const validate = (kept: unknown): Either.Either<A, string> =>
    (compiled ??= compile(schema, message)).isValid(kept)
      ? Either.right(kept)
      : pipe(kept, Schema.decodeUnknownEither(schema, { errors: "all" }), Either.mapLeft(decodeMessage))
  return {
    decode: (u, previous) => {
      const { prune, read } = compiled ??= compile(schema, message)
      return EncodedObject.isEncoded(u)
        ? Either.flatMap(readEncoded(u, read, previous), validate)
        : validate(prune(u, previous))
    },
    readsProtobuf: () => (compiled ??= compile(schema, message)).read !== undefined
  }
}

const readEncoded = (
  object: EncodedObject.EncodedObject,
  read: MessageReader.Read | undefined,
  previous: unknown
): Either.Either<unknown, string> =>
  read === undefined
    ? Either.left("the response is protobuf, which was not requested")
    : Either.try({
      try: () => EncodedObject.read(object, read, previous),
      catch: (cause) => `invalid protobuf: ${String(cause)}`
    })

interface Compiled<A> {
  readonly prune: Prune
  /** Undefined if the schema has fields that are read from JSON alone. */
  readonly read: MessageReader.Read | undefined
  readonly isValid: Predicate.Refinement<unknown, A>
}

const compile = <A>(schema: Schema.Schema<A>, message: string | undefined): Compiled<A> => {
  const shape = Shape.of(schema)
  const check = compileCheck(shape)
  return {
    prune: compilePrune(shape),
    read: message === undefined ? undefined : MessageReader.compile(shape, message, BuiltInFields.messages()),
    isValid: (u): u is A => check(u)
  }
}

type Prune = (u: unknown, previous: unknown) => unknown

/** Keeps the value as it is; equal strings and maps of strings are shared with the previous state. */
const keepAll: Prune = (u, previous) => u === previous || equalStringMaps(u, previous) ? previous : u

const equalStringMaps = (u: unknown, previous: unknown): boolean => {
  if (!Predicate.isReadonlyRecord(u) || !Predicate.isReadonlyRecord(previous)) {
    return false
  }
  let surplus = 0
  for (const name in u) {
    if (!Predicate.isString(u[name]) || u[name] !== previous[name]) {
      return false
    }
    surplus++
  }
  for (const _ in previous) {
    surplus--
  }
  return surplus === 0
}

const compilePrune = (shape: Shape.Shape): Prune => {
  switch (shape._tag) {
    case "List":
      return pruneArray(compilePrune(shape.item))
    case "Struct":
      return pruneStruct(
        shape.fields.flatMap(({ name, optional, shape }) =>
          typeof name === "string" ? [{ name, optional, prune: compilePrune(shape) }] : []
        )
      )
    default:
      return keepAll
  }
}

const pruneArray = (pruneItem: Prune): Prune => (u, previous) => {
  if (!Array.isArray(u)) {
    return u
  }
  const known: ReadonlyArray<unknown> = Array.isArray(previous) ? previous : []
  const kept = u.map((item, index) => pruneItem(item, known[index]))
  return previous === known && kept.length === known.length && kept.every((item, index) => item === known[index])
    ? previous
    : kept
}

const pruneStruct = (
  fields: ReadonlyArray<{ readonly name: string; readonly optional: boolean; readonly prune: Prune }>
): Prune => {
  const names = fields.map(({ name }) => name)
  return (u, previous) => {
    if (!Predicate.isReadonlyRecord(u)) {
      return u
    }
    const known = Predicate.isReadonlyRecord(previous) ? previous : undefined
    let unchanged = known !== undefined
    const values = fields.map(({ name, optional, prune }) => {
      const value = u[name]
      const old = known?.[name]
      const kept = value !== undefined && !(optional && value === null) ? prune(value, old) : undefined
      unchanged &&= kept === old
      return kept
    })
    return unchanged ? previous : Sized.of(names, values)
  }
}

const compileCheck = (shape: Shape.Shape): Predicate.Predicate<unknown> => {
  switch (shape._tag) {
    case "Text":
      return Predicate.isString
    case "Number":
      return Predicate.isNumber
    case "Boolean":
      return Predicate.isBoolean
    case "Anything":
      return () => true
    case "List": {
      const checkItem = compileCheck(shape.item)
      return (u) => Array.isArray(u) && u.every(checkItem)
    }
    case "Map": {
      const checkItem = compileCheck(shape.value)
      return (u) => Predicate.isReadonlyRecord(u) && Object.values(u).every(checkItem)
    }
    case "Struct":
      return compileStructCheck(shape.fields)
    case "Other":
      return shape.is
  }
}

const compileStructCheck = (shapes: ReadonlyArray<Shape.Field>): Predicate.Predicate<unknown> => {
  const fields = shapes.map(({ name, optional, shape }) => ({ name, optional, check: compileCheck(shape) }))
  return (u) => {
    if (!Predicate.isReadonlyRecord(u)) return false
    for (const { check, name, optional } of fields) {
      const value = u[name]
      if (!(optional && value === undefined) && !check(value)) return false
    }
    return true
  }
}

const maxMessage = 500

const formatError = Option.liftThrowable((error: SchemaIssue.ParseError): string =>
  SchemaIssue.messages(error)
    .map((issue) => `${issue.path.join(".") || "the object"}: ${issue.message}`)
    .join("; ")
)

/** Formats a decode error. Schema's formatter quotes the invalid value recursively, so a deep value can exhaust the stack. */
export const decodeMessage = (error: SchemaIssue.ParseError): string => {
  const text = Option.getOrElse(formatError(error), () => "a value is too deeply nested to format")
  return text.length > maxMessage ? `${text.slice(0, maxMessage)}…` : text
}
