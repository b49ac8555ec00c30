/**
 * Compiles a shape to a reader of a protobuf message that makes the kept fields only, as they are in JSON, and skips all others.
 */
import * as Predicate from "effect/Predicate"
import type * as Shape from "../../effect/Shape.js"
import type { Field, MessageTable } from "./MessageTable.js"
import * as ScalarText from "./ScalarText.js"
import { Malformed, type Wire, wireType } from "./Wire.js"

/**
 * Reads a value that ends at `end`. Parts that are equal to those of the previous state are shared with it; a value that is
 * equal is the previous one.
 */
export type Read = (wire: Wire, end: number, previous: unknown) => unknown

/** Undefined if the shape has a field that the message in the table does not have, or of another type. */
export const compile = (shape: Shape.Shape, message: string, table: MessageTable): Read | undefined => {
  const known = table.get(message)
  if (shape._tag !== "Struct" || known === undefined) return undefined
  const slots: Array<Slot | undefined> = []
  for (const { name, shape: kept } of shape.fields) {
    const field = known.find((one) => one.name === name)
    const slot = field === undefined ? undefined : slotOf(field, kept, table)
    if (field === undefined || slot === undefined) return undefined
    slots[field.number] = slot
  }
  return readStruct(slots)
}

/** A reader of all fields of a message in the table. */
export const whole = (message: string, table: MessageTable): Read => {
  const read = compile(shapeOf(message, table), message, table)
  if (read === undefined) throw new Malformed(`there is no message ${message}`)
  return read
}

const scalarShape = (type: string): Shape.Shape => ({
  _tag: type === "i" ? "Number" : type === "b" ? "Boolean" : "Text"
})

const shapeOf = (message: string, table: MessageTable): Shape.Shape => ({
  _tag: "Struct",
  fields: (table.get(message) ?? []).map(({ name, occurrence, type }) => {
    const value = table.has(type) ? shapeOf(type, table) : scalarShape(type)
    return {
      name,
      optional: true,
      shape: occurrence === "List"
        ? { _tag: "List", item: value }
        : occurrence === "Map"
        ? { _tag: "Map", value }
        : value
    }
  })
})

interface Slot {
  readonly name: string
  readonly wire: number
  /** `text` and `flag` and `integer` are read in place. */
  readonly type: "text" | "flag" | "integer" | "other"
  readonly occurrence: "Omitted" | "Kept" | "List" | "Map"
  readonly read: Read
}

const slotOf = ({ name, occurrence, type }: Field, shape: Shape.Shape, table: MessageTable): Slot | undefined => {
  const value = occurrence === "List"
    ? (shape._tag === "List" ? shape.item : undefined)
    : occurrence === "Map"
    ? (shape._tag === "Map" ? shape.value : undefined)
    : shape
  if (value === undefined || occurrence === "Inlined") return undefined
  const read = table.has(type) ? compile(value, type, table) : scalarRead(type, value)
  if (read === undefined) return undefined
  return {
    name,
    wire: type === "i" || type === "b" ? wireType.varint : wireType.length,
    type: type === "s" ? "text" : type === "b" ? "flag" : type === "i" ? "integer" : "other",
    occurrence: occurrence === "Pointer" ? "Kept" : occurrence,
    read
  }
}

const readText: Read = (wire, end, previous) => wire.text(end, previous)

const readers: Readonly<Record<string, readonly [Shape.Shape["_tag"], Read]>> = {
  s: ["Text", readText],
  i: ["Number", (wire) => wire.varint()],
  b: ["Boolean", (wire) => wire.varint() !== 0],
  B: ["Text", (wire, end) => ScalarText.base64(wire, end)],
  Time: ["Text", (wire, end) => ScalarText.time(wire, end)],
  MicroTime: ["Text", (wire, end) => ScalarText.microTime(wire, end)],
  Quantity: ["Text", (wire, end, previous) => ScalarText.quantity(wire, end, previous)]
}

/** Schema itself checks a refined value afterwards. */
const scalarRead = (type: string, shape: Shape.Shape): Read | undefined => {
  const known = readers[type]
  return known !== undefined && (known[0] === shape._tag || shape._tag === "Other") ? known[1] : undefined
}

type Kept = Record<string, unknown>

/** `__proto__` is a valid key of a ConfigMap. */
const put = (object: Kept, key: string, value: unknown): void => {
  if (key === "__proto__") {
    Object.defineProperty(object, key, { value, enumerable: true, configurable: true, writable: true })
  } else {
    object[key] = value
  }
}

const own = (object: Kept | undefined, key: string): unknown =>
  object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined

const isKept = (u: unknown): u is Kept => Predicate.isRecord(u)

const readStruct = (slots: ReadonlyArray<Slot | undefined>): Read => {
  const names = slots.flatMap((slot) => slot === undefined ? [] : [slot.name])
  return (wire, end, previous) => {
    const known = isKept(previous) ? previous : undefined
    const kept: Kept = {}
    while (wire.at < end) {
      const tag = wire.tag()
      const slot = slots[tag >>> 3]
      if (slot === undefined) {
        wire.skip(tag, end)
      } else if ((tag & 7) !== slot.wire) {
        throw new Malformed(`${slot.name} has the wire type ${tag & 7}`)
      } else {
        readField(wire, end, slot, kept, known?.[slot.name])
      }
    }
    if (wire.at !== end) throw new Malformed("a field is longer than its message")
    shareParts(slots, kept, known)
    return known !== undefined && names.every((name) => kept[name] === known[name]) ? known : kept
  }
}

const readField = (wire: Wire, limit: number, slot: Slot, kept: Kept, previous: unknown): void => {
  const { name, occurrence, type } = slot
  if (occurrence === "List") {
    const before = kept[name]
    const list: Array<unknown> = Array.isArray(before) ? before : []
    const end = slot.wire === wireType.length ? wire.end(limit) : limit
    list.push(slot.read(wire, end, Array.isArray(previous) ? previous[list.length] : undefined))
    kept[name] = list
  } else if (occurrence === "Map") {
    const before = kept[name]
    const map = isKept(before) ? before : {}
    readEntry(wire, wire.end(limit), slot, map, isKept(previous) ? previous : undefined)
    kept[name] = map
  } else {
    const value = type === "text"
      ? wire.text(wire.end(limit), previous)
      : type === "integer"
      ? wire.varint()
      : type === "flag"
      ? wire.varint() !== 0
      : slot.read(wire, wire.end(limit), previous)
    if (value !== undefined && (occurrence === "Kept" || (value !== "" && value !== 0 && value !== false))) {
      kept[name] = value
    }
  }
}

const readEntry = (wire: Wire, end: number, slot: Slot, map: Kept, previous: Kept | undefined): void => {
  let key = ""
  let value: unknown = ""
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === (1 << 3 | wireType.length)) {
      key = wire.text(wire.end(end))
    } else if (tag === (2 << 3 | wireType.length)) {
      value = slot.read(wire, wire.end(end), own(previous, key))
    } else {
      wire.skip(tag, end)
    }
  }
  put(map, key, value)
}

/** Replaces lists and maps that are equal to the previous ones by those. */
const shareParts = (slots: ReadonlyArray<Slot | undefined>, kept: Kept, known: Kept | undefined): void => {
  if (known === undefined) return
  for (const slot of slots) {
    if (slot === undefined || (slot.occurrence !== "List" && slot.occurrence !== "Map")) continue
    const part = kept[slot.name]
    const previous = known[slot.name]
    if (part === undefined || previous === undefined) continue
    const isEqual = slot.occurrence === "List" ? equalLists(part, previous) : equalMaps(part, previous)
    if (isEqual) kept[slot.name] = previous
  }
}

const equalLists = (one: unknown, other: unknown): boolean =>
  Array.isArray(one) && Array.isArray(other) && one.length === other.length &&
  one.every((item, index) => item === other[index])

const equalMaps = (one: unknown, other: unknown): boolean => {
  if (!isKept(one) || !isKept(other)) return false
  let surplus = 0
  for (const key in one) {
    if (one[key] !== own(other, key)) return false
    surplus++
  }
  for (const _ in other) surplus--
  return surplus === 0
}
