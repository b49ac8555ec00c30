/**
 * The frames of SPDY/3.1 that port-forward uses, by the draft `spdy-protocol-draft3-1` and as github.com/moby/spdystream (v0.5.1)
 * sends them. There is no flow control, as there is none in that library.
 *
 * @since 0.1.0
 */
import { constants as zlib, deflateRawSync, deflateSync, inflateSync } from "node:zlib"

/**
 * - `Open`: a new stream with its headers.
 * - `Data`: bytes of a stream, `isLast` if there are no more.
 * - `Reset`: the stream is given up.
 * - `Ping`: wants to be returned. `Away`: the connection ends.
 *
 * @since 0.1.0
 * @category models
 */
export type Frame =
  | { readonly _tag: "Open"; readonly id: number; readonly headers: Readonly<Record<string, string>> }
  | { readonly _tag: "Data"; readonly id: number; readonly bytes: Uint8Array; readonly isLast: boolean }
  | { readonly _tag: "Reset"; readonly id: number }
  | { readonly _tag: "Ping"; readonly bytes: Uint8Array }
  | { readonly _tag: "Away" }

const types = { open: 1, reply: 2, reset: 3, ping: 6, away: 7 } as const

const version = 3
const headerLength = 8
const finFlag = 1

// spdy-protocol-draft3-1, 2.6.10.1: words with their lengths, then plain text.
const words =
  ("options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow "
    + "authorization cache-control connection content-base content-encoding content-language content-length "
    + "content-location content-md5 content-range content-type date etag expect expires from host if-match "
    + "if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma "
    + "proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade "
    + "user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie "
    + "keep-alive origin").split(" ").map((word) => word.replace("_", " "))

const text = "100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505"
  + "203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden"
  + "404 Not Found500 Internal Server Error501 Not Implemented503 Service Unavailable"
  + "Jan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMT"
  + "chunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,"
  + "publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0."

const number32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4)
  bytes.writeUInt32BE(value)
  return bytes
}

const dictionary = Buffer.concat([
  ...words.flatMap((word) => [number32(word.length), Buffer.from(word)]),
  Buffer.from(text)
])

const flush = { finishFlush: zlib.Z_SYNC_FLUSH } as const

const control = (type: number, payload: Uint8Array): Buffer =>
  Buffer.concat([number32((0x8000 | version) * 0x10000 + type), number32(payload.length), payload])

/** Bytes of a stream. @since 0.1.0 @category constructors  */
export const data = (id: number, bytes: Uint8Array, isLast: boolean): Buffer =>
  Buffer.concat([number32(id), number32((isLast ? finFlag : 0) * 0x1000000 + bytes.length), bytes])

/** @since 0.1.0 @category constructors */
export const ping = (bytes: Uint8Array): Buffer => control(types.ping, bytes)

const readHeaders = (block: Buffer): Readonly<Record<string, string>> => {
  let at = 4
  const next = (): string => {
    const length = block.readUInt32BE(at)
    at += 4 + length
    return block.subarray(at - length, at).toString()
  }
  return Object.fromEntries(Array.from({ length: block.readUInt32BE(0) }, () => [next(), next()]))
}

/**
 * One side of a connection. Header blocks are one compressed stream over all frames, in each direction.
 *
 * @since 0.1.0
 * @category models
 */
export class Connection {
  private rest: Buffer = Buffer.alloc(0)
  private compressed: Buffer = Buffer.alloc(0)
  private inflated = 0
  private hasReplied = false

  /** The frames that are complete with these bytes. */
  receive(bytes: Uint8Array): ReadonlyArray<Frame> {
    this.rest = Buffer.concat([this.rest, bytes])
    const frames: Array<Frame> = []
    while (this.rest.length >= headerLength) {
      const length = this.rest.readUIntBE(5, 3)
      if (this.rest.length < headerLength + length) break
      const frame = this.frame(
        this.rest.subarray(0, headerLength),
        this.rest.subarray(headerLength, headerLength + length)
      )
      if (frame !== undefined) frames.push(frame)
      this.rest = this.rest.subarray(headerLength + length)
    }
    return frames
  }

  /** Accepts a stream; the reply has no headers. */
  reply(id: number): Buffer {
    const none = number32(0)
    const block = this.hasReplied ? deflateRawSync(none, flush) : deflateSync(none, { ...flush, dictionary })
    this.hasReplied = true
    return control(types.reply, Buffer.concat([number32(id), block]))
  }

  private frame(header: Buffer, payload: Buffer): Frame | undefined {
    const first = header.readUInt32BE(0)
    if (first < 0x80000000) {
      return { _tag: "Data", id: first, bytes: payload, isLast: ((header[4] ?? 0) & finFlag) !== 0 }
    }
    switch (first & 0xffff) {
      case types.open:
        return { _tag: "Open", id: payload.readUInt32BE(0), headers: this.inflate(payload.subarray(10)) }
      case types.reset:
        return { _tag: "Reset", id: payload.readUInt32BE(0) }
      case types.ping:
        return { _tag: "Ping", bytes: payload }
      case types.away:
        return { _tag: "Away" }
      default:
        return undefined
    }
  }

  private inflate(block: Buffer): Readonly<Record<string, string>> {
    this.compressed = Buffer.concat([this.compressed, block])
    const all = inflateSync(this.compressed, { ...flush, dictionary })
    const headers = readHeaders(all.subarray(this.inflated))
    this.inflated = all.length
    return headers
  }
}
