/**
 * Compiles a shape to a reader of a protobuf message that makes the kept fields only, as they are in JSON, and skips all others.
 */
import * as Predicate from "effect/Predicate"
import type * as Shape from "../../effect/Shape.js"
import * as Sized from "../decode/Sized.js"
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

/** Holds the values of a field until the object is made. A reader never runs within itself, so one place is enough. */
interface Slot {
  readonly name: string
  readonly wire: number
  /** `text` and `flag` and `integer` are read in place. */
  readonly type: "text" | "flag" | "integer" | "other"
  readonly occurrence: "Omitted" | "Kept" | "List" | "Map"
  readonly read: Read
  /** The items of a list, or the keys and the values of a map. */
  readonly keys: Array<string>
  readonly items: Array<unknown>
  count: number
  value: unknown
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
    read,
    keys: [],
    items: [],
    count: 0,
    value: undefined
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

const own = (object: Sized.Fields | undefined, key: string): unknown =>
  object !== undefined && Object.hasOwn(object, key) ? object[key] : undefined

const isFields = (u: unknown): u is Sized.Fields => Predicate.isRecord(u)

/** Values equal to the previous state are not even created, so that the garbage collector has no work with them. */
const readStruct = (slots: ReadonlyArray<Slot | undefined>): Read => {
  const present = slots.filter((slot) => slot !== undefined)
  const names = present.map(({ name }) => name)
  const values: Array<unknown> = names.map(() => undefined)
  return (wire, end, previous) => {
    const known = isFields(previous) ? previous : undefined
    // Values that were read before an error may still be here.
    for (const slot of present) forget(slot)
    while (wire.at < end) {
      const tag = wire.tag()
      const slot = slots[tag >>> 3]
      if (slot === undefined) {
        wire.skip(tag, end)
      } else if ((tag & 7) !== slot.wire) {
        throw new Malformed(`${slot.name} has the wire type ${tag & 7}`)
      } else {
        readField(wire, end, slot, known?.[slot.name])
      }
    }
    if (wire.at !== end) throw new Malformed("a field is longer than its message")
    let isEqual = known !== undefined
    for (let index = 0; index < present.length; index++) {
      const slot = present[index]
      if (slot === undefined) continue
      const before = known?.[slot.name]
      const value = valueOf(slot, before)
      forget(slot)
      isEqual &&= value === before
      values[index] = value
    }
    const value = isEqual ? known : Sized.of(names, values)
    values.fill(undefined)
    return value
  }
}

/** The reader does not keep a large text alive. */
const forget = (slot: Slot): void => {
  if (slot.count > 0) slot.items.fill(undefined, 0, slot.count)
  slot.count = 0
  slot.value = undefined
}

const readField = (wire: Wire, limit: number, slot: Slot, previous: unknown): void => {
  const { occurrence, type } = slot
  if (occurrence === "List") {
    const end = slot.wire === wireType.length ? wire.end(limit) : limit
    const before: unknown = Array.isArray(previous) ? previous[slot.count] : undefined
    slot.items[slot.count] = slot.read(wire, end, before)
    slot.count++
  } else if (occurrence === "Map") {
    readEntry(wire, wire.end(limit), slot, isFields(previous) ? previous : undefined)
  } else {
    const value = type === "text"
      ? wire.text(wire.end(limit), previous)
      : type === "integer"
      ? wire.varint()
      : type === "flag"
      ? wire.varint() !== 0
      : slot.read(wire, wire.end(limit), previous)
    if (value !== undefined && (occurrence === "Kept" || (value !== "" && value !== 0 && value !== false))) {
      slot.value = value
    }
  }
}

const readEntry = (wire: Wire, end: number, slot: Slot, previous: Sized.Fields | undefined): void => {
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
  slot.keys[slot.count] = key
  slot.items[slot.count] = value
  slot.count++
}

/** The value of the field that was read; the previous one if they are equal. */
const valueOf = (slot: Slot, previous: unknown): unknown => {
  const { count, items, keys, occurrence } = slot
  switch (occurrence) {
    case "List":
      if (count === 0) return undefined
      return isList(slot, previous) ? previous : items.slice(0, count)
    case "Map": {
      if (count === 0) return undefined
      if (isMap(slot, previous)) return previous
      const map = Sized.make(count)
      for (let index = 0; index < count; index++) Sized.put(map, keys[index] ?? "", items[index])
      return map
    }
    default:
      return slot.value
  }
}

const isList = ({ count, items }: Slot, u: unknown): boolean => {
  if (!Array.isArray(u) || u.length !== count) return false
  for (let index = 0; index < count; index++) {
    if (u[index] !== items[index]) return false
  }
  return true
}

const isMap = ({ count, items, keys }: Slot, u: unknown): boolean => {
  if (!isFields(u)) return false
  for (let index = 0; index < count; index++) {
    if (own(u, keys[index] ?? "") !== items[index]) return false
  }
  let surplus = count
  for (const _ in u) surplus--
  return surplus === 0
}
