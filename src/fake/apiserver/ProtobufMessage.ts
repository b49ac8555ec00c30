/**
 * Messages as the JSON that Go makes of them, and the other way round.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import type { Json, JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as MessageTable from "../../kubernetes/protobuf/MessageTable.js"
import { Malformed, Wire, wireType } from "../../kubernetes/protobuf/Wire.js"
import { isList, isObject } from "../Json.js"
import * as ProtobufGroups from "./ProtobufGroups.js"
import * as ProtobufMessages from "./ProtobufMessages.js"
import type { ProtobufWriter } from "./ProtobufWriter.js"

let parsed: MessageTable.MessageTable | undefined

/** The messages that the fake knows. @since 0.1.0 @category constants */
export const table = (): MessageTable.MessageTable =>
  parsed ??= MessageTable.parse(ProtobufMessages.text + ProtobufGroups.text)

const ordered = new Map<string, ReadonlyArray<MessageTable.Field>>()

/** In the order of their numbers, in which Go writes them. */
const fieldsOf = (message: string): ReadonlyArray<MessageTable.Field> => {
  const fields = ordered.get(message) ?? table().get(message)?.toSorted((a, b) => a.number - b.number)
  if (fields === undefined) throw new Malformed(`there is no message ${message}`)
  ordered.set(message, fields)
  return fields
}

type Fields = ReadonlyMap<number, MessageTable.Field>

const numbered = new Map<string, Fields>()

const byNumber = (message: string): Fields => {
  const known = numbered.get(message) ?? new Map(fieldsOf(message).map((field) => [field.number, field]))
  numbered.set(message, known)
  return known
}

// --- reading ---

const put = (object: Record<string, Json>, name: string, value: Json) =>
  Object.defineProperty(object, name, { value, enumerable: true, configurable: true, writable: true })

/** The values of a message of scalars, by their numbers. */
const scalars = (wire: Wire, end: number): ReadonlyMap<number, number | string> => {
  const found = new Map<number, number | string>()
  while (wire.at < end) {
    const tag = wire.tag()
    if ((tag & 7) === wireType.varint) {
      found.set(tag >>> 3, wire.varint())
    } else if ((tag & 7) === wireType.length) {
      found.set(tag >>> 3, wire.text(wire.end(end)))
    } else {
      wire.skip(tag, end)
    }
  }
  return found
}

const readTime = (wire: Wire, end: number, fraction: boolean): string | undefined => {
  if (wire.at === end) return undefined
  const found = scalars(wire, end)
  const seconds = Number(found.get(1) ?? 0)
  if (Math.abs(seconds) > 8.64e12) throw new Malformed(`${seconds} seconds is not a time`)
  const text = DateTime.formatIso(DateTime.unsafeMake(seconds * 1000)).slice(0, -5)
  const micros = String(Math.trunc(Number(found.get(2) ?? 0) / 1000)).padStart(6, "0")
  return fraction ? `${text}.${micros}Z` : `${text}Z`
}

const readValue = (wire: Wire, limit: number, tag: number, type: string): Json | undefined => {
  const isNumber = type === "i" || type === "b"
  if ((tag & 7) !== (isNumber ? wireType.varint : wireType.length)) {
    throw new Malformed(`the field ${tag >>> 3} has the wire type ${tag & 7}`)
  }
  if (isNumber) {
    const value = wire.varint()
    return type === "i" ? value : value !== 0
  }
  const end = wire.end(limit)
  switch (type) {
    case "s":
      return wire.text(end)
    case "B": {
      const text = wire.bytes.toString("base64", wire.at, end)
      wire.at = end
      return text
    }
    case "Time":
    case "MicroTime":
      return readTime(wire, end, type === "MicroTime")
    case "Quantity":
      return scalars(wire, end).get(1) ?? ""
    case "IntOrString": {
      const found = scalars(wire, end)
      return found.get(1) === 1 ? found.get(3) ?? "" : found.get(2) ?? 0
    }
    case "Texts": {
      const texts: Array<string> = []
      while (wire.at < end) {
        const tag = wire.tag()
        texts.push(String(readValue(wire, end, tag, "s")))
      }
      return texts
    }
    case "RawExtension":
    case "FieldsV1": {
      const fields: unknown = JSON.parse(String(scalars(wire, end).get(1) ?? "{}"))
      return isJsonObject(fields) ? fields : {}
    }
    default:
      return readFields(wire, end, type)
  }
}

const isJsonObject = (u: unknown): u is JsonObject => typeof u === "object" && u !== null && !Array.isArray(u)

const readEntry = (wire: Wire, limit: number, type: string): readonly [key: string, value: Json] => {
  const end = wire.end(limit)
  let key = ""
  let value: Json = ""
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag >>> 3 === 1) {
      key = String(readValue(wire, end, tag, "s"))
    } else if (tag >>> 3 === 2) {
      value = readValue(wire, end, tag, type) ?? ""
    } else {
      wire.skip(tag, end)
    }
  }
  return [key, value]
}

/** Absent in JSON: the zero value, but for a pointer. (Go keeps the empty object of a struct; it means the same.) */
const isAbsent = ({ occurrence, type }: MessageTable.Field, value: Json): boolean =>
  occurrence === "Pointer" || (occurrence === "Kept" && type.length === 1)
    ? false
    : value === "" || value === 0 || value === false || (isObject(value) && Object.keys(value).length === 0)

const readFields = (wire: Wire, end: number, message: string): JsonObject => {
  const fields = byNumber(message)
  const object: Record<string, Json> = {}
  while (wire.at < end) {
    const tag = wire.tag()
    const field = fields.get(tag >>> 3)
    if (field === undefined) {
      wire.skip(tag, end)
      continue
    }
    const { name, occurrence, type } = field
    const before = Object.hasOwn(object, name) ? object[name] : undefined
    if (occurrence === "Map") {
      const map: Record<string, Json> = isObject(before) ? { ...before } : {}
      put(map, ...readEntry(wire, end, type))
      object[name] = map
      continue
    }
    const value = readValue(wire, end, tag, type)
    if (value === undefined) continue
    if (occurrence === "List") {
      object[name] = [...(isList(before) ? before : []), value]
    } else if (occurrence === "Inlined") {
      Object.assign(object, value)
    } else if (!isAbsent(field, value)) {
      object[name] = value
    }
  }
  return object
}

/** The message between two positions as JSON. Throws `Malformed`. @since 0.1.0 @category constructors */
export const read = (bytes: Buffer, start: number, end: number, message: string): JsonObject =>
  readFields(new Wire(bytes, start), end, message)

// --- writing ---

const writeTime = (writer: ProtobufWriter, number: number, text: string) => {
  const time = DateTime.make(text)
  const fraction = /\.(\d+)/.exec(text)?.[1] ?? ""
  writer.message(number, () => {
    if (Option.isNone(time)) return
    writer.number(1, Math.floor(DateTime.toEpochMillis(time.value) / 1000))
    writer.number(2, Number(fraction.padEnd(9, "0").slice(0, 9)))
  })
}

/** A value of another type than the field's is left out. */
const writeValue = (writer: ProtobufWriter, number: number, type: string, value: Json): void => {
  switch (type) {
    case "s":
      return typeof value === "string" ? writer.text(number, value) : undefined
    case "i":
      return typeof value === "number" ? writer.number(number, value) : undefined
    case "b":
      return typeof value === "boolean" ? writer.number(number, value ? 1 : 0) : undefined
    case "B":
      return typeof value === "string" ? writer.bytes(number, Buffer.from(value, "base64")) : undefined
    case "Time":
    case "MicroTime":
      return typeof value === "string" ? writeTime(writer, number, value) : undefined
    case "Quantity":
      return writer.message(number, () => writer.text(1, String(value)))
    case "IntOrString":
      return writer.message(number, () => {
        writer.number(1, typeof value === "number" ? 0 : 1)
        writer.number(2, typeof value === "number" ? value : 0)
        writer.text(3, typeof value === "string" ? value : "")
      })
    case "Texts":
      return writer.message(number, () => {
        for (const text of isList(value) ? value : []) writer.text(1, String(text))
      })
    case "RawExtension":
    case "FieldsV1":
      return writer.message(number, () => writer.text(1, JSON.stringify(value)))
    default:
      return isObject(value) ? writer.message(number, () => write(writer, value, type)) : undefined
  }
}

const writeZero = (writer: ProtobufWriter, { number, occurrence, type }: MessageTable.Field): void => {
  if (occurrence === "Omitted" || occurrence === "Kept") {
    if (type === "s") {
      writer.text(number, "")
    } else if (type === "i" || type === "b") {
      writer.number(number, 0)
    } else if (type === "Time" || type === "MicroTime") {
      writer.message(number, () => {})
    } else if (table().has(type)) {
      writer.message(number, () => write(writer, {}, type))
    }
  }
}

/** Writes the fields of the message as Go does: a field that is no pointer also if it is zero. @since 0.1.0 @category combinators */
export const write = (writer: ProtobufWriter, object: JsonObject, message: string): void => {
  for (const field of fieldsOf(message)) {
    const { name, number, occurrence, type } = field
    const value = Object.hasOwn(object, name) ? object[name] : undefined
    if (occurrence === "Inlined") {
      writer.message(number, () => write(writer, object, type))
    } else if (value === undefined || value === null) {
      writeZero(writer, field)
    } else if (occurrence === "List") {
      for (const item of isList(value) ? value : []) writeValue(writer, number, type, item)
    } else if (occurrence === "Map") {
      for (const [key, item] of Object.entries(isObject(value) ? value : {})) {
        writer.message(number, () => {
          writer.text(1, key)
          writeValue(writer, 2, type, item)
        })
      }
    } else {
      writeValue(writer, number, type, value)
    }
  }
}
