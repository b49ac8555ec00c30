/**
 * Reads the text of JSON, with the fields that an object has more than once.
 *
 * @since 0.1.0
 */
import * as Json from "../Json.js"

/** A field by its path, and where it is in the text. @since 0.1.0 @category models  */
export interface Position {
  readonly path: string
  readonly at: number
}

/**
 * `fields` are those that their object had before; `positionOf` is where a field is first.
 *
 * @since 0.1.0
 * @category models
 */
export interface Reading {
  readonly value: Json.Value
  readonly fields: ReadonlyArray<Position>
  readonly positionOf: (path: string) => number
}

const tokens = /"(?:[^"\\]|\\.)*"(\s*:)?/g

const countFields = (value: unknown): number =>
  Array.isArray(value)
    ? value.reduce<number>((sum, item) => sum + countFields(item), 0)
    : typeof value === "object" && value !== null
    ? Object.values(value).reduce<number>((sum, item) => sum + 1 + countFields(item), 0)
    : 0

/** Whether the text has more fields than the value that was parsed from it. @since 0.1.0 @category predicates  */
export const hasDuplicates = (text: string, value: unknown): boolean => {
  let fields = 0
  for (const [, colon] of text.matchAll(tokens)) {
    if (colon !== undefined) fields++
  }
  return fields > countFields(value)
}

/** A value that Go decodes into another one. */
const merged = (before: Json.Value | undefined, after: Json.Value): Json.Value =>
  Json.isList(before) && Json.isList(after)
    ? after.map((item, index) => merged(before[index], item))
    : Json.isObject(before) && Json.isObject(after)
    ? {
      ...before,
      ...Object.fromEntries(Object.entries(after).map(([key, value]) => [key, merged(before[key], value)]))
    }
    : after

/**
 * Reads text that is known to be JSON. `merges` decides whether the value of a field is decoded into the one before it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (text: string, merges: (path: string) => boolean): Reading => {
  const fields: Array<Position> = []
  const positions = new Map<string, number>()
  let at = 0

  const skip = (): void => {
    while (/[\s,:]/.test(text[at] ?? "")) at++
  }

  const literal = (): Json.Value => {
    const pattern = text[at] === "\"" ? /"(?:[^"\\]|\\.)*"/y : /[^\s,:\]}]+/y
    pattern.lastIndex = at
    const [found = "null"] = pattern.exec(text) ?? []
    at += found.length
    return JSON.parse(found)
  }

  const list = (path: string): Json.Value => {
    const items: Array<Json.Value> = []
    at++
    for (skip(); text[at] !== "]"; skip()) items.push(any(`${path}[${items.length}]`))
    at++
    return items
  }

  const object = (path: string): Json.Value => {
    const found = new Map<string, Json.Value>()
    at++
    for (skip(); text[at] !== "}"; skip()) {
      const start = at
      const key = String(literal())
      const inside = path === "" ? key : `${path}.${key}`
      const before = found.get(key)
      if (found.has(key)) fields.push({ path: inside, at: start })
      if (!positions.has(inside)) positions.set(inside, start)
      skip()
      const value = any(inside)
      found.set(key, before !== undefined && merges(inside) ? merged(before, value) : value)
    }
    at++
    return Object.fromEntries(found)
  }

  const any = (path: string): Json.Value => {
    skip()
    return text[at] === "{" ? object(path) : text[at] === "[" ? list(path) : literal()
  }

  return { value: any(""), fields, positionOf: (path) => positions.get(path) ?? text.length }
}
