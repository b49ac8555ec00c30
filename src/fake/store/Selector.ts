/**
 * Label and field selectors, in the server's grammar.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import * as Names from "../kinds/Names.js"
import type { Equality } from "./NamespaceStore.js"

/** @since 0.1.0 @category models */
export type Labels = Readonly<Record<string, string>>

/** @since 0.1.0 @category models */
export type Predicate<A> = (of: A) => boolean

type Operator = "=" | "!=" | "in" | "notin" | "exists" | "absent" | ">" | "<"

const holds = (key: string, operator: Operator, values: ReadonlyArray<string>): Predicate<Labels> => (labels) => {
  const value = labels[key]
  switch (operator) {
    case "exists":
      return value !== undefined
    case "absent":
      return value === undefined
    case "=":
    case "in":
      return value !== undefined && values.includes(value)
    case "!=":
    case "notin":
      return value === undefined || !values.includes(value)
    case ">":
      return value !== undefined && Number.parseInt(value, 10) > Number(values[0])
    case "<":
      return value !== undefined && Number.parseInt(value, 10) < Number(values[0])
  }
}

const all = <A>(predicates: ReadonlyArray<Predicate<A>>): Predicate<A> => (of) => predicates.every((holds) => holds(of))

const requirement =
  /^\s*(?:(!)\s*([^\s!=<>,()]+)|([^\s!=<>,()]+)(?:\s*(==|=|!=|>|<)\s*([^\s!=<>,()]*)|\s+(in|notin)\s*\(([^()]*)\))?)\s*$/

const splitOutsideParentheses = (selector: string): ReadonlyArray<string> => selector.split(/,(?![^(]*\))/)

/**
 * A compiled label selector; `equalities` is the part that an index can answer.
 *
 * @since 0.1.0
 * @category models
 */
export interface Labelled {
  readonly holds: Predicate<Labels>
  readonly equalities: ReadonlyArray<Equality>
}

/**
 * Parses a label selector of a query: `a=b,c!=d,e in (f,g),h notin (i),j,!k,l>1`. An empty one selects everything.
 *
 * @since 0.1.0
 * @category constructors
 */
export const labels = (selector: string): Either.Either<Labelled, string> => {
  if (selector.trim() === "") {
    return Either.right({ holds: () => true, equalities: [] })
  }
  const predicates: Array<Predicate<Labels>> = []
  const equalities: Array<Equality> = []
  for (const part of splitOutsideParentheses(selector)) {
    const match = requirement.exec(part)
    const first = /^\s*(==|=|!=|>|<)/.exec(part)?.[1]
    if (first !== undefined) {
      return Either.left(`found '${first}', expected: !, identifier, or 'end of string'`)
    }
    if (match === null) {
      return Either.left(`unable to parse requirement: found '${part.trim()}', expected: identifier`)
    }
    const [, not, absent, key = "", operator, value = "", membership, values = ""] = match
    const name = not === undefined ? key : absent ?? ""
    const wanted = membership === undefined ? [value] : values.split(",").map((item) => item.trim())
    const message = Names.labelKey(name)[0] ?? wanted.flatMap(Names.labelValue)[0]
    if (message !== undefined) {
      return Either.left(`unable to parse requirement: ${message}`)
    }
    const asks = operatorOf({ not, membership, operator })
    predicates.push(holds(name, asks, wanted))
    if (asks === "=") {
      equalities.push([name, value])
    }
  }
  return Either.right({ holds: all(predicates), equalities })
}

const operatorOf = (
  { membership, not, operator }: Readonly<Record<"membership" | "not" | "operator", string | undefined>>
): Operator => {
  if (not !== undefined) {
    return "absent"
  }
  switch (membership ?? operator) {
    case "in":
      return "in"
    case "notin":
      return "notin"
    case "=":
    case "==":
      return "="
    case "!=":
      return "!="
    case ">":
      return ">"
    case "<":
      return "<"
    default:
      return "exists"
  }
}

const expressionOperators: Readonly<Record<string, Operator>> = {
  In: "in",
  NotIn: "notin",
  Exists: "exists",
  DoesNotExist: "absent",
  Gt: ">",
  Lt: "<"
}

/** Compiles the `matchExpressions` of selectors and of node affinity. @since 0.1.0 @category constructors  */
export const expressions = (terms: ReadonlyArray<JsonObject>): Predicate<Labels> =>
  all(terms.map((term) => {
    const operator = expressionOperators[Json.text(term, "operator") ?? ""]
    return operator === undefined
      ? () => false
      : holds(Json.text(term, "key") ?? "", operator, Json.texts(term, "values"))
  }))

/**
 * Compiles a `LabelSelector` object. An absent one selects nothing, an empty one everything.
 *
 * @since 0.1.0
 * @category constructors
 */
export const matching = (selector: Json.Value | undefined): Predicate<Labels> =>
  Json.isObject(selector)
    ? all([
      ...Object.entries(Json.record(selector, "matchLabels")).map(([key, value]) => holds(key, "=", [value])),
      expressions(Json.objects(selector, "matchExpressions"))
    ])
    : () => false

/**
 * Parses a field selector, `metadata.name=x,status.phase!=Running`; `read` returns the supported fields.
 *
 * @since 0.1.0
 * @category constructors
 */
export const fields = (
  selector: string,
  read: (field: string) => Either.Either<(object: JsonObject) => string, string>
): Either.Either<Predicate<JsonObject>, string> => {
  const predicates: Array<Predicate<JsonObject>> = []
  for (const part of selector.split(/(?<!\\),/).filter((part) => part !== "")) {
    const match = /^(.+?)(==|!=|=)(.*)$/s.exec(part)
    if (match === null) {
      return Either.left(`invalid selector: '${selector}'; can't understand '${part}'`)
    }
    const [, field = "", operator, escaped = ""] = match
    const reader = read(field)
    if (Either.isLeft(reader)) {
      return Either.left(reader.left)
    }
    const value = escaped.replace(/\\([\\,=])/g, "$1")
    predicates.push((object) => (reader.right(object) === value) === (operator !== "!="))
  }
  return Either.right(all(predicates))
}
