/**
 * The frames of a watch in protobuf, read by hand as far as the plain loops need them: all other fields are skipped.
 */
import { Wire, wireType } from "../src/kubernetes/protobuf/Wire.js"

const prefix = 4

/** Hands over each frame that the bytes complete: four bytes with its length are before it. */
export const cut = (onFrame: (frame: Buffer) => void): (part: Buffer) => void => {
  let rest: Buffer = Buffer.alloc(0)
  return (part) => {
    const bytes = rest.length === 0 ? part : Buffer.concat([rest, part])
    let start = 0
    while (bytes.length - start >= prefix) {
      const end = start + prefix + bytes.readUInt32BE(start)
      if (end > bytes.length) break
      onFrame(bytes.subarray(start + prefix, end))
      start = end
    }
    rest = bytes.subarray(start)
  }
}

export interface Event {
  readonly type: string
  readonly name: string
  readonly resourceVersion: string
  readonly phase: string
}

/** The media type of such a watch. */
export const accept = "application/vnd.kubernetes.protobuf;stream=watch"

/** Goes to the value of the next field of this number, all of which have a length here; returns where it ends. */
const find = (wire: Wire, limit: number, number: number): number => {
  while (wire.at < limit) {
    const tag = wire.tag()
    if (tag === (number << 3 | wireType.length)) return wire.end(limit)
    wire.skip(tag, limit)
  }
  return limit
}

/** The type of an event, which is its first field. */
export const typeOf = (frame: Buffer): string => {
  const wire = new Wire(frame, 0)
  return wire.text(find(wire, frame.length, 1))
}

const magic = "k8s\0".length

/** An event of a pod, whose fields an API server writes in the order of their numbers. */
export const read = (frame: Buffer): Event => {
  const wire = new Wire(frame, 0)
  const type = wire.text(find(wire, frame.length, 1))
  const body = find(wire, find(wire, frame.length, 2), 1)
  wire.at += magic
  const object = find(wire, body, 2)
  let name = ""
  let resourceVersion = ""
  const metadata = find(wire, object, 1)
  while (wire.at < metadata) {
    const tag = wire.tag()
    if (tag === (1 << 3 | wireType.length)) name = wire.text(wire.end(metadata))
    else if (tag === (6 << 3 | wireType.length)) resourceVersion = wire.text(wire.end(metadata))
    else wire.skip(tag, metadata)
  }
  const status = find(wire, object, 3)
  return { type, name, resourceVersion, phase: wire.text(find(wire, status, 1)) }
}
