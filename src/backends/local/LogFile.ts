/**
 * Reads a log file that may still be growing.
 */
import type { PlatformError } from "@effect/platform/Error"
import * as FileSystem from "@effect/platform/FileSystem"
import * as Chunk from "effect/Chunk"
import type * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import * as Lines from "../../effect/Lines.js"
import * as Pull from "../../effect/Pull.js"

const pieceBytes = 64 * 1024

// The tail has fewer lines than requested if they are longer than this many bytes.
const tailBytes = 1024 * 1024

const newline = 10

/** The offset of the last lines of a file, in bytes from its start. */
const tailOffset = (file: FileSystem.File, lines: number): Effect.Effect<number, PlatformError> =>
  Effect.gen(function*() {
    const size = Number((yield* file.stat).size)
    if (lines <= 0) return size
    const start = Math.max(0, size - tailBytes)
    yield* file.seek(FileSystem.Size(start), "start")
    const bytes = Option.getOrElse(yield* file.readAlloc(size - start), () => new Uint8Array())
    let position = bytes.length
    let left = lines
    // A newline at the very end terminates the last line and does not begin another.
    while (position > 0 && (bytes[position - 1] !== newline || position === bytes.length || left-- > 1)) position--
    return start + position
  })

/** Which part of a file to read, and until when. */
export interface Options<E> {
  /** Whether the file is complete. */
  readonly isComplete: Effect.Effect<boolean, E>
  /** The interval at which to check for new lines. */
  readonly interval: Duration.DurationInput
  /** Ends the wait for it early, as when the file is complete; by default nothing does. */
  readonly ended?: Effect.Effect<void>
  /** Begin with this many of the last lines; by default with all. */
  readonly tailLines?: number | undefined
}

/** The lines of a file, including those added while reading. */
export const lines = <E>(
  fs: FileSystem.FileSystem,
  path: string,
  options: Options<E>
): Stream.Stream<string, PlatformError | E> =>
  Stream.unwrapScoped(Effect.gen(function*() {
    const file = yield* fs.open(path)
    const offset = options.tailLines === undefined ? 0 : yield* tailOffset(file, options.tailLines)
    yield* file.seek(FileSystem.Size(offset), "start")
    const sleep = Effect.sleep(options.interval)
    const pause = options.ended === undefined ? sleep : Effect.raceFirst(sleep, options.ended)
    const next: Effect.Effect<Option.Option<Uint8Array>, PlatformError | E> = Effect.gen(function*() {
      for (;;) {
        // Checked before reading, so that a complete file is read to its end.
        const complete = yield* options.isComplete
        const piece = yield* file.readAlloc(pieceBytes)
        if (Option.isSome(piece) || complete) return piece
        yield* pause
      }
    })
    return Pull.stream(
      Effect.flatMap(Pull.mapFailure(next), Option.match({ onNone: () => Pull.end, onSome: Pull.of }))
    ).pipe(Stream.decodeText(), Lines.split)
  }))

/** The last lines of a file; none if it cannot be read. */
export const tail = (
  fs: FileSystem.FileSystem,
  path: string,
  count: number
): Effect.Effect<ReadonlyArray<string>> =>
  lines(fs, path, { isComplete: Effect.succeed(true), interval: 0, tailLines: count }).pipe(
    Stream.runCollect,
    Effect.map(Chunk.toReadonlyArray),
    Effect.orElseSucceed(() => [])
  )
