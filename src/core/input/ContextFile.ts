/**
 * Files of the build context: text, bytes, or either with a mode.
 *
 * @since 0.1.0
 */
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import { contextPath, directories } from "./ContextPath.js"
import { anyText, textBy, wellFormed, wholeNumber } from "./TextRule.js"
import { type ValidatedRecord, validatedRecord } from "./ValidatedRecord.js"
import { optional, type Problem } from "./Validation.js"

/**
 * The default mode of a file.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultMode = 0o644

/**
 * The maximum total size of all names and contents of a context on a cluster, in bytes. A context is stored in ConfigMaps of
 * 1 MiB each in the cluster's etcd, whose default quota is 2 GiB for everything: eight ConfigMaps a build are enough for
 * configuration, scripts and small packages. Larger files belong in an image, from which the Containerfile can COPY them.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxTotalBytes = 8 * 1024 * 1024

/**
 * The maximum number of files in a context on a cluster: each is an entry in the volumes of one pod, and etcd limits a request
 * to 1.5 MiB.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxFiles = 4096

/**
 * A file in a `BuildInput`.
 *
 * @since 0.1.0
 * @category models
 */
export type ContextFile = string | Uint8Array | { readonly content: Uint8Array; readonly mode: number }

/**
 * A file as `BuildInput.make` accepts it.
 *
 * @since 0.1.0
 * @category models
 */
export type Given = string | Uint8Array | {
  readonly content: string | Uint8Array
  readonly mode?: number | undefined
}

/**
 * @since 0.1.0
 * @category getters
 */
export const bytes = (file: ContextFile): Uint8Array =>
  typeof file === "string" ? new TextEncoder().encode(file) : file instanceof Uint8Array ? file : file.content

/**
 * @since 0.1.0
 * @category getters
 */
export const mode = (file: ContextFile): number =>
  typeof file === "string" || file instanceof Uint8Array ? defaultMode : file.mode

/**
 * The number of bytes in a file.
 *
 * @since 0.1.0
 * @category getters
 */
export const size = (file: ContextFile): number =>
  typeof file === "string" ? Buffer.byteLength(file) : bytes(file).byteLength

/**
 * The reasons why a context is too large for ConfigMaps; empty if it is not.
 *
 * @since 0.1.0
 * @category getters
 */
export const clusterProblems = (context: Readonly<Record<string, ContextFile>>): ReadonlyArray<string> => {
  const files = Object.entries(context)
  const total = files.reduce((sum, [path, file]) => sum + Buffer.byteLength(path) + size(file), 0)
  return [
    ...(total > maxTotalBytes
      ? [`has ${total} bytes; at most ${maxTotalBytes} (8 MiB) are allowed on a cluster`]
      : []),
    ...(files.length > maxFiles ? [`has ${files.length} files; at most ${maxFiles} are allowed on a cluster`] : [])
  ].map((problem) => `${problem}; COPY larger files from an image, or build with the local backend`)
}

// -----------------------------------------------------------------------------
// schemas
// -----------------------------------------------------------------------------

const Text = textBy(wellFormed, anyText)

const Mode = wholeNumber({ min: 0, max: 0o7777, problem: "must be a file mode, from 0 to 4095 (0o7777)" })

const File = Schema.Union(
  Schema.Uint8ArrayFromSelf,
  Schema.Struct({ content: Schema.Uint8ArrayFromSelf, mode: Mode })
)

// Line breaks are accepted, because base64(1) emits them.
const Base64 = Schema.transformOrFail(Schema.String, Schema.Uint8ArrayFromSelf, {
  strict: true,
  decode: (base64, _, ast) => {
    const digits = base64.replace(/[\r\n]/g, "")
    return digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits)
      ? ParseResult.succeed(new Uint8Array(Buffer.from(digits, "base64")))
      : ParseResult.fail(new ParseResult.Type(ast, base64, "must be base64 (RFC 4648, with padding)"))
  },
  encode: (bytes) =>
    ParseResult.succeed(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"))
})

const FromJson = Schema.Union(
  Text,
  Schema.transform(Schema.Struct({ base64: Base64, mode: optional(Mode) }), Schema.typeSchema(File), {
    strict: true,
    decode: ({ base64, mode }) => mode === undefined ? base64 : { content: base64, mode },
    encode: (file) => file instanceof Uint8Array ? { base64: file } : { base64: file.content, mode: file.mode }
  })
).annotations({ description: "text, or { base64, mode? }" })

// Bytes are copied, so that later changes have no effect, and a Buffer becomes a Uint8Array, as decoded from JSON.
const Copy = Schema.transform(Schema.Uint8ArrayFromSelf, Schema.Uint8ArrayFromSelf, {
  strict: true,
  decode: (bytes) => new Uint8Array(bytes),
  encode: (bytes) => bytes
})

const FromMemory = Schema.Union(
  Text,
  Copy,
  Schema.transform(
    Schema.Struct({
      content: Schema.Union(Text, Copy).annotations({ description: "text or a Uint8Array" }),
      mode: optional(Mode)
    }),
    Schema.Union(Schema.String, File),
    {
      strict: true,
      decode: ({ content, mode }) => mode === undefined ? content : { content: bytes(content), mode },
      encode: (file) => typeof file === "string" || file instanceof Uint8Array ? { content: file } : file
    }
  )
).annotations({ description: "text, a Uint8Array, or { content, mode? }" })

const together = (paths: ReadonlyArray<string>): ReadonlyArray<Problem> => {
  const problems: Array<Problem> = []
  const names = new Set(paths)
  for (const path of paths) {
    const file = directories(path).find((directory) => names.has(directory))
    if (file !== undefined) {
      problems.push({
        path: [path],
        message: `needs the directory ${JSON.stringify(file)}, but the context has a file of that name`
      })
    }
  }
  return problems
}

const context = <I>(
  file: Schema.Schema<ContextFile, I>
): Schema.Schema<ValidatedRecord<ContextFile>, ValidatedRecord<I>> =>
  validatedRecord({
    key: contextPath,
    value: file,
    together,
    arbitrary: { key: (fc) => fc.stringMatching(/^[a-z é.]{1,4}x(\/[ab]x?){0,2}$/), maxKeys: 4 }
  })

/**
 * The files of a context by path; in JSON each is text or `{ base64, mode? }`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ContextFromJson = context(FromJson)

/**
 * The files of a context by path, as a program passes them: text, bytes, or `{ content, mode? }`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ContextFromMemory = context(FromMemory)
