/**
 * Compresses a stream by gzip, with back-pressure.
 */
import * as Effect from "effect/Effect"
import * as Sink from "effect/Sink"
import * as Stream from "effect/Stream"
import { promisify } from "node:util"
import * as zlib from "node:zlib"

/**
 * The fastest level. An upload takes a second of a core for about 50 MB of the folder, most of it for compression
 * (`npm run bench -- upload`). Over a connection of more than about 400 Mbit/s, plain bytes would be faster.
 */
const options = { level: 1, chunkSize: 256 * 1024 }

const none: ReadonlyArray<Uint8Array> = []

const gzip = promisify<Uint8Array, zlib.ZlibOptions, Buffer>(zlib.gzip)

/** Bytes that are compressed together: each part is a whole member of the file, as RFC 1952 allows. */
const partBytes = 4 * 1024 * 1024

const part = Sink.foldWeighted({
  initial: none,
  maxCost: partBytes,
  cost: (_, piece: Uint8Array) => piece.byteLength,
  body: (pieces, piece) => [...pieces, piece]
})

/** Compresses in the threads of zlib, one part ahead of what is taken. */
export const compress = <E>(bytes: Stream.Stream<Uint8Array, E>): Stream.Stream<Uint8Array, E> =>
  bytes.pipe(
    Stream.rechunk(1),
    Stream.transduce(part),
    Stream.filter((pieces) => pieces.length > 0),
    Stream.mapEffect((pieces) => Effect.promise(() => gzip(Buffer.concat(pieces), options))),
    Stream.buffer({ capacity: 1 })
  )
