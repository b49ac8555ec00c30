/**
 * Objects, lists and events of a watch in Kubernetes' protobuf encoding, of which as much is read as is needed.
 *
 * A body is a magic number and a `runtime.Unknown` with the type and the bytes of an object. Every kind has its metadata in
 * field 1, and every list its items in field 2.
 */
import * as Predicate from "effect/Predicate"
import * as BuiltInFields from "./BuiltInFields.js"
import * as MessageReader from "./MessageReader.js"
import { type Bytes, Malformed, Wire, wireType } from "./Wire.js"

/** The media type of objects; that of a watch has the parameter `stream=watch`. */
export const mediaType = "application/vnd.kubernetes.protobuf"

export const isProtobuf = (contentType: string | undefined): boolean => contentType?.startsWith(mediaType) === true

/**
 * One object or list that is not decoded: a part of a buffer. It is read before the buffer changes.
 *
 * @since 0.1.0
 * @category models
 */
export interface EncodedObject {
  readonly _tag: "EncodedObject"
  readonly bytes: Bytes
  readonly start: number
  readonly end: number
}

const make = (bytes: Bytes, start: number, end: number): EncodedObject => ({
  _tag: "EncodedObject",
  bytes,
  start,
  end
})

/** JSON from a server has no buffers. */
export const isEncoded = (u: unknown): u is EncodedObject =>
  Predicate.isTagged(u, "EncodedObject") && "bytes" in u && Buffer.isBuffer(u.bytes)

/** Reads the whole object; `previous` is the one to share equal parts with. Throws {@link Malformed}. */
export const read = ({ bytes, end, start }: EncodedObject, read: MessageReader.Read, previous?: unknown): unknown =>
  read(new Wire(bytes, start), end, previous)

/**
 * The texts of fields of the metadata of an object or a list, in the order of the numbers; empty where there is none. Throws
 * {@link Malformed}.
 */
export const metadata = (
  { bytes, end: limit, start }: EncodedObject,
  ...numbers: ReadonlyArray<number>
): ReadonlyArray<string> => {
  const texts = numbers.map(() => "")
  const wire = new Wire(bytes, start)
  if (!find(wire, limit, 1)) return texts
  const end = wire.end(limit)
  while (wire.at < end) {
    const tag = wire.tag()
    const index = (tag & 7) === wireType.length ? numbers.indexOf(tag >>> 3) : -1
    if (index === -1) {
      wire.skip(tag, end)
    } else {
      texts[index] = wire.text(wire.end(end))
    }
  }
  return texts
}

/** The items of a list. Throws {@link Malformed}. */
export const items = ({ bytes, end: limit, start }: EncodedObject): ReadonlyArray<EncodedObject> => {
  const items: Array<EncodedObject> = []
  const wire = new Wire(bytes, start)
  while (find(wire, limit, 2)) {
    const end = wire.end(limit)
    items.push(make(bytes, wire.at, end))
    wire.at = end
  }
  return items
}

/** Goes to the value of the next field with this number and a length; false if there is none. */
const find = (wire: Wire, limit: number, number: number): boolean => {
  while (wire.at < limit) {
    const tag = wire.tag()
    if (tag === (number << 3 | wireType.length)) return true
    wire.skip(tag, limit)
  }
  return false
}

const magic = Buffer.from("k8s\0")

/** The object of a body. Throws {@link Malformed}. */
export const open = (bytes: Bytes, start = 0, end = bytes.length): EncodedObject => {
  if (end - start < magic.length || magic.compare(bytes, start, start + magic.length) !== 0) {
    throw new Malformed("it does not begin with k8s")
  }
  const wire = new Wire(bytes, start + magic.length)
  if (!find(wire, end, 2)) return make(bytes, end, end)
  const objectEnd = wire.end(end)
  return make(bytes, wire.at, objectEnd)
}

export interface EncodedEvent {
  readonly type: string
  readonly object: EncodedObject
}

/** One frame of a watch: a WatchEvent, whose object is a body of its own. Throws {@link Malformed}. */
export const openEvent = (frame: Bytes): EncodedEvent => {
  const wire = new Wire(frame, 0)
  let type = ""
  let object: EncodedObject | undefined
  while (wire.at < frame.length) {
    const tag = wire.tag()
    if (tag === (1 << 3 | wireType.length)) {
      type = wire.text(wire.end(frame.length))
    } else if (tag === (2 << 3 | wireType.length)) {
      const end = wire.end(frame.length)
      if (find(wire, end, 1)) {
        const rawEnd = wire.end(end)
        object = open(frame, wire.at, rawEnd)
      }
      wire.at = end
    } else {
      wire.skip(tag, frame.length)
    }
  }
  if (object === undefined) throw new Malformed("an event has no object")
  return { type, object }
}

/** The Status of a response that is not a success, or of an ERROR of a watch. Throws {@link Malformed}. */
export const readStatus = (status: EncodedObject): unknown => ({
  apiVersion: "v1",
  kind: "Status",
  ...readWhole("Status", status)
})

/** All fields of the metadata of an object. Throws {@link Malformed}. */
export const readMetadata = (object: EncodedObject): unknown => readWhole("PartialObjectMetadata", object)

const readers = new Map<string, MessageReader.Read>()

const readWhole = (message: string, object: EncodedObject): object => {
  const known = readers.get(message) ?? MessageReader.whole(message, BuiltInFields.messages())
  readers.set(message, known)
  const whole = read(object, known)
  return Predicate.isObject(whole) ? whole : {}
}
