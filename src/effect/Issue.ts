/**
 * The issues of a schema: made by a check of one's own, and read as messages.
 */
import * as Arr from "effect/Array"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as AST from "effect/SchemaAST"

export type Issue = ParseResult.ParseIssue

/** The error of Schema's decoders. */
export type ParseError = ParseResult.ParseError

/** The part of a schema that a check belongs to. */
export type Ast = AST.AST

/** A value that does not fit; without a message it is of the wrong type. */
export const wrong = (ast: Ast, actual: unknown, message?: string): Issue => new ParseResult.Type(ast, actual, message)

/** An issue of a part of the value. */
export const at = (path: PropertyKey | Arr.NonEmptyReadonlyArray<PropertyKey>, actual: unknown, issue: Issue): Issue =>
  new ParseResult.Pointer(path, actual, issue)

/** Several issues of one value. */
export const together = (ast: Ast, actual: unknown, found: Arr.NonEmptyReadonlyArray<Issue>): Issue =>
  new ParseResult.Composite(ast, actual, found)

/** Returns the value, or fails with the issues if there are any. */
export const succeedUnless = <A>(
  ast: Ast,
  actual: unknown,
  found: ReadonlyArray<Issue>,
  value: A
): Either.Either<A, Issue> =>
  Arr.isNonEmptyReadonlyArray(found)
    ? Either.left(together(ast, actual, found))
    : Either.right(value)

/** Each issue of an error in the words of Schema, with its path. */
export const messages = (
  error: ParseError
): ReadonlyArray<{ readonly path: ReadonlyArray<PropertyKey>; readonly message: string }> =>
  ParseResult.ArrayFormatter.formatErrorSync(error)

// -----------------------------------------------------------------------------
// in words for the person who wrote the value
// -----------------------------------------------------------------------------

export interface Leaf {
  readonly path: ReadonlyArray<PropertyKey>
  readonly message: string
}

/** Each issue with its path. Values are not repeated: they may be secret. */
export const leaves = (issue: Issue): ReadonlyArray<Leaf> => leavesBelow(issue, [], undefined)

const leavesBelow = (
  issue: Issue,
  path: ReadonlyArray<PropertyKey>,
  parent: AST.AST | undefined
): ReadonlyArray<Leaf> => {
  switch (issue._tag) {
    case "Pointer":
      return leavesBelow(issue.issue, path.concat(issue.path), parent)
    case "Refinement":
    case "Transformation":
      return leavesBelow(issue.issue, path, parent)
    case "Composite":
      return issue.ast._tag === "Union"
        ? unionLeaves(issue.ast, many(issue.issues), issue.actual, path)
        : many(issue.issues).flatMap((each) => leavesBelow(each, path, issue.ast))
    case "Missing":
      return [{ path, message: "is required" }]
    case "Unexpected":
      return [{ path, message: `is not known here${knownFields(parent)}` }]
    case "Type":
    case "Forbidden":
      return [{ path, message: issue.message ?? mismatch(issue._tag === "Type" ? issue.ast : undefined, issue.actual) }]
  }
}

// The issues of a union are those of the member that recognized the value as its own and found something wrong in it.
const unionLeaves = (
  ast: AST.Union,
  issues: ReadonlyArray<Issue>,
  actual: unknown,
  path: ReadonlyArray<PropertyKey>
): ReadonlyArray<Leaf> => {
  const taken = issues.filter((issue) => !isMismatch(issue))
  // Of several objects, the one whose fields are all there.
  const complete = taken.filter((issue) => !lacksField(issue))
  const inside = complete.length === 1 ? complete : taken
  const [only, ...others] = inside.length > 0 ? inside : issues.filter((issue) => !isUndefined(issue))
  return only !== undefined && others.length === 0
    ? leavesBelow(only, path, undefined)
    : [{ path, message: mismatch(ast, actual) }]
}

const isMismatch = (issue: Issue): boolean =>
  issue._tag === "Refinement" || issue._tag === "Transformation"
    ? isMismatch(issue.issue)
    : issue._tag === "Type" && issue.message === undefined

const lacksField = (issue: Issue): boolean =>
  issue._tag === "Missing" ||
  (issue._tag === "Composite" && many(issue.issues).some(lacksField)) ||
  ((issue._tag === "Pointer" || issue._tag === "Refinement" || issue._tag === "Transformation") &&
    lacksField(issue.issue))

const isUndefined = (issue: Issue): boolean => issue._tag === "Type" && issue.ast._tag === "UndefinedKeyword"

const many = (issues: ParseResult.SingleOrNonEmpty<Issue>): ReadonlyArray<Issue> => isMany(issues) ? issues : [issues]

const isMany = (issues: ParseResult.SingleOrNonEmpty<Issue>): issues is Arr.NonEmptyReadonlyArray<Issue> =>
  Array.isArray(issues)

const knownFields = (ast: AST.AST | undefined): string =>
  ast?._tag === "TypeLiteral"
    ? `; the fields are ${ast.propertySignatures.map(({ name }) => String(name)).join(", ")}`
    : ""

const mismatch = (ast: AST.AST | undefined, actual: unknown): string => {
  if (actual === undefined) return "is required"
  const choice = literals(ast)
  return choice.length > 0 ? `must be ${choice.join(" or ")}` : `must be ${expected(ast)}, not ${kind(actual)}`
}

const literals = (ast: AST.AST | undefined): ReadonlyArray<string> =>
  ast?._tag === "Literal"
    ? [JSON.stringify(ast.literal)]
    : ast?._tag === "Union"
    ? ast.types.flatMap(literals)
    : []

const expected = (ast: AST.AST | undefined): string => {
  switch (ast?._tag) {
    case "StringKeyword":
      return "text"
    case "NumberKeyword":
      return "a number"
    case "TypeLiteral":
      return "an object"
    case "TupleType":
      return "a list"
    case "Refinement":
    case "Transformation":
      return expected(ast.from)
    default:
      return ast === undefined
        ? "something else"
        : Option.getOrElse(AST.getDescriptionAnnotation(ast), () => "something else")
  }
}

const kind = (value: unknown): string =>
  value === null
    ? "null"
    : Array.isArray(value)
    ? "a list"
    : value instanceof Uint8Array
    ? "bytes"
    : Predicate.isString(value)
    ? "text"
    : Predicate.isObject(value)
    ? "an object"
    : `a ${typeof value}`
