/**
 * What a schema has against an input, in words for the person who wrote it.
 *
 * @since 0.1.0
 */
import type * as Arr from "effect/Array"
import * as Option from "effect/Option"
import type * as ParseResult from "effect/ParseResult"
import * as Predicate from "effect/Predicate"
import * as AST from "effect/SchemaAST"
import { Issue } from "../BuildError.js"

/**
 * Every issue, with its path as one writes it in code: `mounts[0].path`, `context["a b"]`. Values are not repeated: they may
 * be secret. Beyond a thousand issues the rest are only counted.
 *
 * @since 0.1.0
 * @category conversions
 */
export const fromParseIssue = (issue: ParseResult.ParseIssue): ReadonlyArray<Issue> => {
  const found = leaves(issue, [], undefined)
  const issues = found.slice(0, maxIssues).map(({ message, path }) => {
    const [field, line] = path
    return field === "dockerfile" && typeof line === "number"
      ? new Issue({ path: field, message, line })
      : new Issue({ path: pathText(path), message })
  })
  return found.length > maxIssues
    ? [...issues, new Issue({ path: "", message: `and ${found.length - maxIssues} more` })]
    : issues
}

const maxIssues = 1000

interface Leaf {
  readonly path: ReadonlyArray<PropertyKey>
  readonly message: string
}

/**
 * A path as one writes it in code: `mounts[0].path`, `context["a b"]`.
 *
 * @since 0.1.0
 * @category getters
 */
export const pathText = (path: ReadonlyArray<PropertyKey>): string =>
  path.reduce<string>((text, key) => {
    if (typeof key !== "string") return `${text}[${String(key)}]`
    if (/^[A-Za-z_$][\w$]{0,62}$/.test(key)) return text === "" ? key : `${text}.${key}`
    return `${text}[${JSON.stringify(key.length > 200 ? `${key.slice(0, 200)}…` : key)}]`
  }, "")

const leaves = (
  issue: ParseResult.ParseIssue,
  path: ReadonlyArray<PropertyKey>,
  parent: AST.AST | undefined
): ReadonlyArray<Leaf> => {
  switch (issue._tag) {
    case "Pointer":
      return leaves(issue.issue, path.concat(issue.path), parent)
    case "Refinement":
    case "Transformation":
      return leaves(issue.issue, path, parent)
    case "Composite":
      return issue.ast._tag === "Union"
        ? unionLeaves(issue.ast, many(issue.issues), issue.actual, path)
        : many(issue.issues).flatMap((each) => leaves(each, path, issue.ast))
    case "Missing":
      return [{ path, message: "is required" }]
    case "Unexpected":
      return [{ path, message: `is not known here${knownFields(parent)}` }]
    case "Type":
    case "Forbidden":
      return [{ path, message: issue.message ?? mismatch(issue._tag === "Type" ? issue.ast : undefined, issue.actual) }]
  }
}

// Of the members of a union, the one that took the value for its own and found something in it has the word.
const unionLeaves = (
  ast: AST.Union,
  issues: ReadonlyArray<ParseResult.ParseIssue>,
  actual: unknown,
  path: ReadonlyArray<PropertyKey>
): ReadonlyArray<Leaf> => {
  const inside = issues.filter((issue) => !isMismatch(issue))
  const [only, ...others] = inside.length > 0 ? inside : issues.filter((issue) => !isUndefined(issue))
  return only !== undefined && others.length === 0
    ? leaves(only, path, undefined)
    : [{ path, message: mismatch(ast, actual) }]
}

const isMismatch = (issue: ParseResult.ParseIssue): boolean =>
  issue._tag === "Refinement" || issue._tag === "Transformation"
    ? isMismatch(issue.issue)
    : issue._tag === "Type" && issue.message === undefined

const isUndefined = (issue: ParseResult.ParseIssue): boolean =>
  issue._tag === "Type" && issue.ast._tag === "UndefinedKeyword"

const many = (issues: ParseResult.SingleOrNonEmpty<ParseResult.ParseIssue>): ReadonlyArray<ParseResult.ParseIssue> =>
  isMany(issues) ? issues : [issues]

const isMany = (
  issues: ParseResult.SingleOrNonEmpty<ParseResult.ParseIssue>
): issues is Arr.NonEmptyReadonlyArray<ParseResult.ParseIssue> => Array.isArray(issues)

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

export type Path = ReadonlyArray<PropertyKey>

export const unsupported = (path: Path, message: string, line?: number): Issue =>
  new Issue({ path: pathText(path), message, line })

export const unsupportedIf = (refused: boolean, path: Path, message: string): ReadonlyArray<Issue> =>
  refused ? [unsupported(path, message)] : []
