/** Bodies that have a field twice. */
import { Predicate } from "effect"
import type { Json } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"
import type { Action } from "./Action.js"
import type { Random } from "./Random.js"

type Path = ReadonlyArray<string>

const isObject = (json: Json): json is { readonly [key: string]: Json } =>
  Predicate.isRecord(json) && !Array.isArray(json)

/** Each field of an object, at any depth. */
const fieldsOf = (json: Json, path: Path = []): ReadonlyArray<Path> =>
  Array.isArray(json)
    ? json.flatMap((item: Json, index) => fieldsOf(item, [...path, String(index)]))
    : isObject(json)
    ? Object.entries(json).flatMap(([key, inner]) => [[...path, key], ...fieldsOf(inner, [...path, key])])
    : []

const textOf = (json: Json, [key, ...rest]: Path, again: (value: Json) => Json): string => {
  if (Array.isArray(json)) {
    return `[${json.map((item: Json, index) => textOf(item, String(index) === key ? rest : [], again)).join(",")}]`
  }
  if (!isObject(json)) return JSON.stringify(json)
  const fields = Object.entries(json).map(([name, value]) =>
    `${JSON.stringify(name)}:${textOf(value, name === key ? rest : [], again)}`
  )
  const twice = key !== undefined && rest.length === 0
    ? [`${JSON.stringify(key)}:${JSON.stringify(again(json[key] ?? null))}`]
    : []
  return `{${[...fields, ...twice].join(",")}}`
}

/** The request with one of the fields of its body twice, with the same value or another one of the same type. */
export const duplicated = (random: Random, step: Step): Action => {
  const [method, path, body = {}, contentType = "application/json"] = step
  const [first, ...others] = fieldsOf(body).filter((field) =>
    Array.isArray(body)
      // Operations are kept as text, and what they add is decoded with the result.
      ? field.length === 2
      // A server compares the text of this value, with what it has twice.
      : !(path.includes("controllerrevisions") && field[0] === "data" && field.length > 1)
  )
  if (first === undefined) return step
  const other = random.chance(0.5)
  const chosen = random.pick([first, ...others])
  // Objects that are in no namespace have it in their names.
  const text = chosen.at(-1) === "name" ? "{ns}-b" : "b"
  const again = (value: Json): Json => other && isObject(value) ? {} : other && typeof value === "string" ? text : value
  return ["RAW", method, path, textOf(body, chosen, again), contentType]
}
