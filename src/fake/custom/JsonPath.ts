/**
 * The JSONPaths of printer columns and selectable fields: names, indexes, `[*]`, and filters of lists such
 * as `.status.conditions[?(@.type=="Ready")].status`.
 *
 * @since 0.1.0
 */
import * as Json from "../Json.js"

/** Selects values. @since 0.1.0 @category models  */
export type Path = (value: Json.Value) => ReadonlyArray<Json.Value>

const step =
  /^(?:\.([\w$-]+(?:\\\.[\w$/-]+)*)|\['([^']*)'\]|\["([^"]*)"\]|\[(-?\d+)\]|(\.?\[\*\]|\.\*)|\[\?\(@\.([\w.$-]+)\s*(?:(==|!=)\s*("[^"]*"|'[^']*'|[\w.-]+))?\s*\)\])/

const named = (name: string): Path => (value) => {
  const found = Json.at(value, name)
  return found === undefined ? [] : [found]
}

const filtered = (path: string, operator: string | undefined, literal: string): Path => (value) => {
  const wanted = literal.replace(/^(["'])(.*)\1$/, "$2")
  return Json.list(value).filter((item) => {
    const found = Json.at(item, ...path.split("."))
    return operator === undefined
      ? found !== undefined
      : found !== undefined && (String(found) === wanted) === (operator === "==")
  })
}

const stepOf = (match: RegExpExecArray): Path => {
  const [, name, single, double, index, all, path, operator, literal = ""] = match
  if (path !== undefined) return filtered(path, operator, literal)
  if (all !== undefined) return (value) => Json.isObject(value) ? Object.values(value) : Json.list(value)
  if (index !== undefined) return (value) => [...Json.list(value)].splice(Number(index), 1)
  return named(name?.replaceAll("\\.", ".") ?? single ?? double ?? "")
}

/** Parses a path; undefined for one with a part that is not known here. @since 0.1.0 @category constructors  */
export const parse = (text: string): Path | undefined => {
  const steps: Array<Path> = []
  let rest = text
  while (rest !== "" && rest !== ".") {
    const match = step.exec(rest)
    if (match === null) {
      return undefined
    }
    steps.push(stepOf(match))
    rest = rest.slice(match[0].length)
  }
  return (value) => steps.reduce<ReadonlyArray<Json.Value>>((values, next) => values.flatMap(next), [value])
}
