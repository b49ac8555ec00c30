/**
 * Writes protobuf's wire format into a growing buffer.
 *
 * @since 0.1.0
 */
import { wireType } from "../../kubernetes/protobuf/Wire.js"

/** The lengths of most messages fit into one byte; the bytes of a longer one are moved. */
const expectedLength = 1

/** @since 0.1.0 @category models */
export interface ProtobufWriter {
  readonly number: (field: number, value: number) => void
  readonly text: (field: number, value: string) => void
  readonly bytes: (field: number, value: Uint8Array) => void
  /** A message, whose fields `write` writes. */
  readonly message: (field: number, write: () => void) => void
  readonly finish: () => Buffer
}

/** @since 0.1.0 @category constructors */
export const make = (): ProtobufWriter => {
  let buffer = Buffer.allocUnsafe(1024)
  let at = 0

  const reserve = (length: number) => {
    if (at + length > buffer.length) {
      const larger = Buffer.allocUnsafe(Math.max(buffer.length * 2, at + length))
      buffer.copy(larger, 0, 0, at)
      buffer = larger
    }
  }
  const varint = (value: number) => {
    reserve(10)
    if (value < 0 || !Number.isSafeInteger(value)) {
      for (let rest = BigInt.asUintN(64, BigInt(Math.trunc(value))), more = true; more;) {
        const byte = Number(rest & 0x7fn)
        rest >>= 7n
        more = rest > 0n
        buffer[at++] = more ? byte | 0x80 : byte
      }
      return
    }
    let rest = value
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) buffer[at++] = (rest % 0x80) | 0x80
    buffer[at++] = rest
  }
  const tag = (field: number, type: number) => varint(field << 3 | type)
  const withLength = (write: () => void) => {
    const start = at
    reserve(expectedLength)
    at += expectedLength
    write()
    const length = at - start - expectedLength
    if (length < 0x80) {
      buffer[start] = length
      return
    }
    let header = expectedLength
    for (let rest = length; rest >= 0x80; rest = Math.floor(rest / 0x80)) header++
    reserve(header)
    buffer.copyWithin(start + header, start + expectedLength, at)
    at = start
    varint(length)
    at = start + header + length
  }
  return {
    number: (field, value) => {
      tag(field, wireType.varint)
      varint(value)
    },
    text: (field, value) => {
      tag(field, wireType.length)
      withLength(() => {
        reserve(Buffer.byteLength(value))
        at += buffer.write(value, at)
      })
    },
    bytes: (field, value) => {
      tag(field, wireType.length)
      varint(value.length)
      reserve(value.length)
      buffer.set(value, at)
      at += value.length
    },
    message: (field, write) => {
      tag(field, wireType.length)
      withLength(write)
    },
    finish: () => buffer.subarray(0, at)
  }
}
