/**
 * Reads text files, with errors in plain words.
 *
 * @since 0.1.0
 */
import type { PlatformError } from "@effect/platform/Error"
import type * as FileSystem from "@effect/platform/FileSystem"
import * as Data from "effect/Data"
import * as Effect from "effect/Effect"
import { isUtf8 } from "node:buffer"
import { createReadStream } from "node:fs"
import { detailOf } from "../effect/FileError.js"

/**
 * Why a file cannot be read, as the rest of a sentence that begins with its name.
 *
 * @since 0.1.0
 * @category errors
 */
export class Unreadable extends Data.TaggedError("Unreadable")<{ readonly problem: string }> {
  override get message(): string {
    return this.problem
  }
}

/**
 * @since 0.1.0
 * @category conversions
 */
export const unreadable = (error: PlatformError): Unreadable => {
  const { description, reason } = detailOf(error)
  switch (reason) {
    case "BadArgument":
      return new Unreadable({ problem: "is not a valid file name" })
    case "NotFound":
      return new Unreadable({ problem: "does not exist" })
    case "PermissionDenied":
      return new Unreadable({ problem: "cannot be read by this user" })
    default:
      return new Unreadable({ problem: `cannot be read (${description ?? reason})` })
  }
}

// A pipe or a device has no size, and may never end: one byte more than the limit is enough to refuse it.
const readWithin = (file: string, limit: number): Effect.Effect<Uint8Array, Unreadable> =>
  Effect.async((resume) => {
    const chunks: Array<Buffer> = []
    const stream = createReadStream(file, { end: limit })
    stream.on("data", (chunk) => chunks.push(Buffer.from(chunk)))
    stream.once("end", () => resume(Effect.succeed(Buffer.concat(chunks))))
    stream.once("error", ({ message }) => resume(new Unreadable({ problem: `cannot be read (${message})` })))
    return Effect.sync(() => stream.destroy())
  })

/**
 * The text of a file, pipe or device of at most `limit` bytes.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (
  fs: FileSystem.FileSystem,
  file: string,
  limit: number
): Effect.Effect<string, Unreadable> =>
  Effect.gen(function*() {
    const { size, type } = yield* Effect.mapError(fs.stat(file), unreadable)
    const bytes = size > limit
      ? undefined
      : type === "File"
      ? yield* Effect.mapError(fs.readFile(file), unreadable)
      : yield* readWithin(file, limit)
    if (bytes === undefined || bytes.byteLength > limit) {
      return yield* new Unreadable({ problem: `has more than ${limit} bytes` })
    }
    if (!isUtf8(bytes)) return yield* new Unreadable({ problem: "is not UTF-8 text" })
    return new TextDecoder().decode(bytes)
  })
