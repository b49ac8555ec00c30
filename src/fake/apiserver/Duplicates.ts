/**
 * Fields that a body has more than once, of which the last one counts and a server warns, or which it refuses. As in sigs.k8s.io/json
 * and go.yaml.in/yaml (2025).
 *
 * @since 0.1.0
 */
import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument } from "yaml"
import * as GoYaml from "../../kubernetes/client/GoYaml.js"
import * as Json from "../Json.js"
import type * as Fields from "../kinds/Fields.js"
import * as JsonText from "./JsonText.js"

/**
 * What a strict decoder reports of a body; `inOrder` puts its unknown fields among them, as a decoder of the kind's Go type does.
 *
 * @since 0.1.0
 * @category models
 */
export interface Duplicates {
  readonly messages: ReadonlyArray<string>
  readonly inOrder: (unknown: ReadonlyArray<string>, fields: Fields.Fields | undefined) => ReadonlyArray<string>
}

const noted = new WeakMap<object, Duplicates>()

/** Those of a body that was read here. @since 0.1.0 @category getters  */
export const of = (body: Json.Value | undefined): Duplicates | undefined =>
  typeof body === "object" && body !== null ? noted.get(body) : undefined

const note = <A>(body: A, duplicates: Duplicates): A => {
  if (typeof body === "object" && body !== null) noted.set(body, duplicates)
  return body
}

const unknownField = (field: string): string => `unknown field ${JSON.stringify(field)}`

const duplicateField = (field: string): string => `duplicate field ${JSON.stringify(field)}`

const isInside = (field: string, outer: string): boolean =>
  field === outer || field.startsWith(`${outer}.`) || field.startsWith(`${outer}[`)

/** Whether a path leads into a value that a server keeps as text. */
const isRaw = ([name = "", ...rest]: ReadonlyArray<string>, fields: Fields.Fields | undefined): boolean => {
  let field = fields?.[name.replace(/\[.*/, "")]
  while (field?._tag === "List") field = field.of
  return field?._tag === "Any" || field?._tag === "Deduced"
    ? rest.length > 0
    : field?._tag === "Struct" && isRaw(rest, field.fields)
}

/**
 * The messages of a strict decoder for the unknown fields of an object and the duplicates of its body. A patch is decoded before
 * its result, so that its duplicates come first.
 *
 * @since 0.1.0
 * @category combinators
 */
export const strictErrors = (
  duplicates: Duplicates | undefined,
  unknown: ReadonlyArray<string>,
  patches: boolean,
  fields: Fields.Fields | undefined
): ReadonlyArray<string> =>
  duplicates === undefined
    ? unknown.map(unknownField)
    : patches
    ? [...duplicates.messages, ...unknown.map(unknownField)]
    : duplicates.inOrder(unknown, fields)

/**
 * Parses JSON. With the fields of a kind, a value is decoded into that of the same field before it, as into a Go type.
 *
 * @since 0.1.0
 * @category constructors
 */
export const readJson = (text: string, typed: Fields.Fields | undefined): unknown => {
  const plain: unknown = JSON.parse(text)
  if (!JsonText.hasDuplicates(text, plain)) return plain
  const { fields, positionOf, value } = JsonText.read(
    text,
    (path) => typed !== undefined && !isRaw([...path.split("."), ""], typed)
  )
  const isPatch = Json.isList(value)
  return note(value, {
    messages: [...new Set(fields.map(({ path }) => `${isPatch ? "json patch " : ""}${duplicateField(path)}`))],
    inOrder: (unknown, ofKind) => {
      const known = fields.filter(({ path }) =>
        !unknown.some((outer) => isInside(path, outer)) && !isRaw(path.split("."), ofKind)
      )
      const all = [
        ...known.map(({ at, path }) => ({ at, message: duplicateField(path) })),
        ...unknown.map((field) => ({ at: positionOf(field), message: unknownField(field) }))
      ]
      return [...new Set(all.toSorted((a, b) => a.at - b.at).map(({ message }) => message))]
    }
  })
}

/** Parses YAML. @since 0.1.0 @category constructors  */
export const readYaml = (text: string): unknown => {
  const lines = new LineCounter()
  const document = parseDocument(text, { ...GoYaml.options, lineCounter: lines, logLevel: "silent" })
  const [error] = document.errors
  if (error !== undefined) throw error
  const messages: Array<string> = []
  const visit = (node: unknown): void => {
    if (isSeq(node)) node.items.forEach(visit)
    if (!isMap(node)) return
    const known = new Set<unknown>()
    for (const pair of node.items) {
      if (!isPair(pair)) continue
      visit(pair.value)
      const { key } = pair
      if (!isScalar(key)) continue
      if (known.has(key.value)) {
        const { line } = lines.linePos(key.range?.[0] ?? 0)
        messages.push(`line ${line}: key ${JSON.stringify(key.value)} already set in map`)
      }
      known.add(key.value)
    }
  }
  visit(document.contents)
  const value: unknown = document.toJS()
  return messages.length === 0 ? value : note(value, { messages, inOrder: () => messages })
}
