/**
 * Reads files of YAML or JSON, with errors in plain words.
 *
 * @since 0.1.0
 */
import * as FileSystem from "@effect/platform/FileSystem"
import * as Effect from "effect/Effect"
import * as YAML from "yaml"
import * as TextFile from "./TextFile.js"

const maxBytes = 64 * 1024 * 1024

/**
 * The values of the documents in a file; `-` is standard input.
 *
 * @since 0.1.0
 * @category constructors
 */
export const documents = (
  file: string
): Effect.Effect<ReadonlyArray<unknown>, TextFile.Unreadable, FileSystem.FileSystem> =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const found = YAML.parseAllDocuments(yield* TextFile.read(fs, file === "-" ? "/dev/stdin" : file, maxBytes))
    const [error] = [...found].flatMap(({ errors }) => errors)
    return error === undefined
      ? found.map((document): unknown => document.toJS())
      : yield* new TextFile.Unreadable({ problem: `is not YAML: ${error.message.split("\n")[0]}` })
  })
