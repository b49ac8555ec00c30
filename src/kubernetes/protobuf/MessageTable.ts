/**
 * Descriptions of protobuf messages as text, one message after the other:
 *
 *     Job: metadata=1!ObjectMeta spec=2!JobSpec
 *     JobSpec: suspend=10?b conditions=1*JobCondition
 *
 * A field is its name in JSON, its number, how it occurs, and its type: `s` a string, `i` an integer, `b` a boolean, `B` bytes
 * (base64 in JSON), or the name of a message or of a {@link Scalar}.
 */

/**
 * How a field occurs. Go writes a field that is not a pointer even if it is zero; JSON omits it if the field has `omitempty`.
 *
 * - `Omitted`: JSON omits the zero value.
 * - `Kept` (`!`): JSON has the zero value.
 * - `Pointer` (`?`): the field is written if it is set.
 * - `List` (`*`), `Map` (`%`, with text as keys)
 * - `Inlined` (`~`): the fields of the message are those of the object around it, in JSON.
 */
export type Occurrence = "Omitted" | "Kept" | "Pointer" | "List" | "Map" | "Inlined"

/** Messages that are not objects in JSON. */
export type Scalar =
  | "s"
  | "i"
  | "b"
  | "B"
  | "Time"
  | "MicroTime"
  | "Quantity"
  | "IntOrString"
  | "FieldsV1"
  | "RawExtension"
  | "Texts"

export interface Field {
  readonly name: string
  readonly number: number
  readonly occurrence: Occurrence
  /** A {@link Scalar}, or the name of a message. */
  readonly type: string
}

/** The fields of each message. */
export type MessageTable = ReadonlyMap<string, ReadonlyArray<Field>>

const occurrences: Readonly<Record<string, Occurrence>> = {
  "": "Omitted",
  "!": "Kept",
  "?": "Pointer",
  "*": "List",
  "%": "Map",
  "~": "Inlined"
}

const parseFields = (text: string): ReadonlyArray<Field> =>
  Array.from(text.matchAll(/(\w+)=(\d+)([!?*%~]?)(\w+)/g), ([, name = "", number, mark = "", type = ""]) => ({
    name,
    number: Number(number),
    occurrence: occurrences[mark] ?? "Omitted",
    type
  }))

export const parse = (text: string): MessageTable =>
  new Map(Array.from(text.matchAll(/^(\w+):([^:]*)$/gm), ([, name = "", fields = ""]) => [name, parseFields(fields)]))
