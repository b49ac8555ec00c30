/**
 * What a schema has against a value: how an own check says it, and how it is read. On Effect 4 a check of a schema is a part of
 * its node, so an issue has its kind and not its place in a refinement.
 */
import * as Arr from "effect/Array"
import * as Predicate from "effect/Predicate"
import * as Result from "effect/Result"
import type * as Schema from "effect/Schema"
import type * as AST from "effect/SchemaAST"
import * as SchemaIssue from "effect/SchemaIssue"

export type Issue = SchemaIssue.Issue

/** The error of Schema's decoders. */
export type ParseError = Schema.SchemaError

/** The part of a schema that a check belongs to. */
export type Ast = AST.AST

/** Own checks report the value: without this option the constructors leave it out. */
const reported = { reportInput: true } as const

/** A value that does not fit; without a message it is of the wrong type. */
export const wrong = (ast: Ast, actual: unknown, message?: string): Issue =>
  message === undefined
    ? new SchemaIssue.InvalidType(ast, actual, reported)
    : new SchemaIssue.InvalidValue({ message }, actual, reported)

/** An issue of a part of the value. */
export const at = (path: PropertyKey | Arr.NonEmptyReadonlyArray<PropertyKey>, _: unknown, issue: Issue): Issue =>
  new SchemaIssue.Pointer(Arr.ensure(path), issue)

/** Several issues of one value. */
export const together = (ast: Ast, actual: unknown, found: Arr.NonEmptyReadonlyArray<Issue>): Issue =>
  new SchemaIssue.Composite(ast, [...found], actual, reported)

/** Returns the value, or fails with the issues if there are any. */
export const succeedUnless = <A>(
  ast: Ast,
  actual: unknown,
  found: ReadonlyArray<Issue>,
  value: A
): Result.Result<A, Issue> =>
  Arr.isReadonlyArrayNonEmpty(found) ? Result.fail(together(ast, actual, found)) : Result.succeed(value)

const format = SchemaIssue.makeFormatterStandardSchemaV1()

/** Each issue of an error in the words of Schema of Effect 3, with its path and without the value. */
export const messages = (
  error: ParseError
): ReadonlyArray<{ readonly path: ReadonlyArray<PropertyKey>; readonly message: string }> =>
  messagesBelow(error.issue, [])

const messagesBelow = (issue: Issue, path: ReadonlyArray<PropertyKey>): ReadonlyArray<Leaf> => {
  switch (issue._tag) {
    case "Pointer":
      return messagesBelow(issue.issue, path.concat(issue.path))
    case "Encoding":
    case "Filter":
      return messagesBelow(issue.issue, path)
    case "Composite":
      return issue.issues.flatMap((each) => messagesBelow(each, path))
    case "AnyOf":
      return issue.issues.length === 0
        ? [{ path, message: `Expected ${typeName(issue.ast)}` }]
        : issue.issues.flatMap((each) => messagesBelow(each, path))
    case "MissingKey":
      return [{ path, message: "is missing" }]
    case "InvalidType":
      return [{ path, message: `Expected ${typeName(issue.ast)}` }]
    default:
      return format(issue).issues.map(({ message }) => ({ path, message }))
  }
}

const typeName = (ast: AST.AST): string => {
  const from = encodedOf(ast)
  if (from !== undefined) return typeName(from)
  switch (ast._tag) {
    case "Objects":
      return "{ … }"
    case "Arrays":
      return "ReadonlyArray"
    case "Literal":
      return JSON.stringify(ast.literal)
    case "Union":
      return ast.types.filter(({ _tag }) => _tag !== "Undefined" && _tag !== "Null").map(typeName).join(" | ")
    default:
      return ast._tag.toLowerCase()
  }
}

// -----------------------------------------------------------------------------
// in words for the person who wrote the value
// -----------------------------------------------------------------------------

export interface Leaf {
  readonly path: ReadonlyArray<PropertyKey>
  readonly message: string
}

/** Each issue with its path. Values are not repeated: they may be secret. */
export const leaves = (issue: Issue): ReadonlyArray<Leaf> => leavesBelow(issue, [])

const leavesBelow = (issue: Issue, path: ReadonlyArray<PropertyKey>): ReadonlyArray<Leaf> => {
  switch (issue._tag) {
    case "Pointer":
      return leavesBelow(issue.issue, path.concat(issue.path))
    case "Encoding":
    case "Filter":
      return leavesBelow(issue.issue, path)
    case "Composite":
      return issue.issues.flatMap((each) => leavesBelow(each, path))
    case "AnyOf":
      return unionLeaves(issue, path)
    case "MissingKey":
      return [{ path, message: "is required" }]
    case "UnexpectedKey":
      return [{ path, message: `is not known here${knownFields(issue.ast)}` }]
    case "InvalidType":
    case "OneOf":
      return [{ path, message: mismatch(issue.ast, issue.input) }]
    case "InvalidValue":
    case "Forbidden":
      return [{ path, message: issue.annotations?.message ?? mismatch(undefined, issue.input) }]
  }
}

// Of the members of a union, the one that took the value for its own and found something in it has the word. A member whose kind
// the value is not has no issue at all on Effect 4.
const unionLeaves = (issue: SchemaIssue.AnyOf, path: ReadonlyArray<PropertyKey>): ReadonlyArray<Leaf> => {
  const taken = issue.issues.filter((each) => !isMismatch(each))
  // Of several objects, the one whose fields are all there.
  const complete = taken.filter((each) => !lacksField(each))
  const inside = complete.length === 1 ? complete : taken
  const isChoice = inside.length === 0 && present(issue.ast).length > 1
  const [only, ...others] = inside.length > 0 ? inside : issue.issues.filter((each) => !isUndefined(each))
  return only !== undefined && others.length === 0 && !isChoice
    ? leavesBelow(only, path)
    : [{ path, message: mismatch(issue.ast, issue.input) }]
}

const present = (ast: AST.Union): ReadonlyArray<AST.AST> => ast.types.filter(({ _tag }) => _tag !== "Undefined")

const isMismatch = (issue: Issue): boolean =>
  issue._tag === "Filter" || issue._tag === "Encoding" ? isMismatch(issue.issue) : issue._tag === "InvalidType"

const lacksField = (issue: Issue): boolean =>
  issue._tag === "MissingKey" ||
  (issue._tag === "Composite" && issue.issues.some(lacksField)) ||
  ((issue._tag === "Pointer" || issue._tag === "Filter" || issue._tag === "Encoding") && lacksField(issue.issue))

const isUndefined = (issue: Issue): boolean => issue._tag === "InvalidType" && issue.ast._tag === "Undefined"

const knownFields = (ast: AST.AST): string =>
  ast._tag === "Objects"
    ? `; the fields are ${ast.propertySignatures.map(({ name }) => String(name)).join(", ")}`
    : ""

const mismatch = (ast: AST.AST | undefined, actual: unknown): string => {
  if (actual === undefined) return "is required"
  const choice = literals(ast)
  return choice.length > 0 ? `must be ${choice.join(" or ")}` : `must be ${expected(ast)}, not ${kind(actual)}`
}

const literals = (ast: AST.AST | undefined): ReadonlyArray<string> => {
  const from = encodedOf(ast)
  if (from !== undefined) return literals(from)
  return ast?._tag === "Literal"
    ? [JSON.stringify(ast.literal)]
    : ast?._tag === "Union"
    ? ast.types.flatMap(literals)
    : []
}

/** The form in data, if it is another. */
const encodedOf = (ast: AST.AST | undefined): AST.AST | undefined => ast?.encoding?.at(-1)?.to

const expected = (ast: AST.AST | undefined): string => {
  const from = encodedOf(ast)
  if (from !== undefined) return expected(from)
  switch (ast?._tag) {
    case "String":
      return "text"
    case "Number":
      return "a number"
    case "Boolean":
      return "a boolean"
    case "Objects":
      return "an object"
    case "Arrays":
      return "a list"
    case "Union": {
      // A union with undefined that fits nothing is one issue of the union on Effect 4.
      const [only, ...others] = present(ast)
      return only !== undefined && others.length === 0 ? expected(only) : described(ast)
    }
    default:
      return ast === undefined ? "something else" : described(ast)
  }
}

// What is said of a field is no kind of value.
const described = ({ annotations }: AST.AST): string =>
  typeof annotations?.["description"] === "string" && annotations["ofField"] !== true
    ? annotations["description"]
    : "something else"

const kind = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
    ? "a list"
    : value instanceof Uint8Array
    ? "bytes"
    : Predicate.isString(value)
    ? "text"
    : typeof value === "object" || typeof value === "function"
    ? "an object"
    : `a ${typeof value}`
