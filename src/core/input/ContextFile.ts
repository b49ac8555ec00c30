/**
 * Entries of the build context: files (text, bytes, or either with a mode), symbolic links, and directories.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import * as Codec from "../../effect/Codec.js"
import { described } from "../../effect/Described.js"
import * as SchemaIssue from "../../effect/Issue.js"
import { contextPath, directories } from "./ContextPath.js"
import { anyText, atMostBytes, first, notEmpty, portable, textBy, wellFormed, wholeNumber } from "./TextRule.js"
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
 * The default mode of a directory, and the mode of every directory that is not an entry of its own.
 *
 * @since 0.1.0
 * @category constants
 */
export const defaultDirectoryMode = 0o755

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
 * A file: its content, and its mode where that is not {@link defaultMode}.
 *
 * @since 0.1.0
 * @category models
 */
export type RegularFile = string | Uint8Array | { readonly content: Uint8Array; readonly mode: number }

/**
 * A symbolic link. The target is kept as it is: relative, absolute or dangling, of at most 4095 bytes. `.containerignore` and
 * `.dockerignore` of the context cannot be links.
 *
 * @since 0.1.0
 * @category models
 */
export interface Link {
  readonly link: string
}

/**
 * A directory that is empty, or that has another mode than {@link defaultDirectoryMode}. Directories of files need no entry.
 *
 * @since 0.1.0
 * @category models
 */
export interface Directory {
  readonly directory: true
  readonly mode: number
}

/**
 * An entry of the context in a `BuildInput`.
 *
 * @since 0.1.0
 * @category models
 */
export type ContextFile = RegularFile | Link | Directory

/**
 * An entry as `BuildInput.make` accepts it.
 *
 * @since 0.1.0
 * @category models
 */
export type Given =
  | string
  | Uint8Array
  | { readonly content: string | Uint8Array; readonly mode?: number | undefined }
  | Link
  | { readonly directory: true; readonly mode?: number | undefined }

/**
 * @since 0.1.0
 * @category guards
 */
export const isLink = (file: ContextFile): file is Link => typeof file === "object" && "link" in file

/**
 * @since 0.1.0
 * @category guards
 */
export const isDirectory = (file: ContextFile): file is Directory => typeof file === "object" && "directory" in file

/**
 * @since 0.1.0
 * @category guards
 */
export const isRegular = (file: ContextFile): file is RegularFile => !isLink(file) && !isDirectory(file)

/**
 * @since 0.1.0
 * @category getters
 */
export const bytes = (file: RegularFile): Uint8Array =>
  typeof file === "string" ? new TextEncoder().encode(file) : file instanceof Uint8Array ? file : file.content

/**
 * @since 0.1.0
 * @category getters
 */
export const mode = (file: RegularFile): number =>
  typeof file === "string" || file instanceof Uint8Array ? defaultMode : file.mode

/**
 * The number of bytes in a file or the target of a link.
 *
 * @since 0.1.0
 * @category getters
 */
export const size = (file: ContextFile): number =>
  typeof file === "string"
    ? Buffer.byteLength(file)
    : isLink(file)
    ? Buffer.byteLength(file.link)
    : isDirectory(file)
    ? 0
    : bytes(file).byteLength

/**
 * The entries without the directories that would be there without an entry.
 *
 * @since 0.1.0
 * @category getters
 */
export const needed = (
  context: Readonly<Record<string, ContextFile>>
): ReadonlyArray<readonly [string, ContextFile]> => {
  const entries = Object.entries(context)
  const isPlain = (file: ContextFile) => isDirectory(file) && file.mode === defaultDirectoryMode
  if (!entries.some(([, file]) => isPlain(file))) return entries
  const parents = new Set(entries.flatMap(([path]) => directories(path)))
  return entries.filter(([path, file]) => !isPlain(file) || !parents.has(path))
}

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

// A number, as JSON has no octal digits.
const maxMode = 0o7777

const Mode = wholeNumber({ min: 0, max: maxMode, problem: "must be a file mode, from 0 to 4095 (0o7777)" })

const File = Schema.Union(
  Schema.Uint8ArrayFromSelf,
  Schema.Struct({ content: Schema.Uint8ArrayFromSelf, mode: Mode })
)

// Line breaks are accepted, because base64(1) emits them.
const Base64Text = Schema.String.annotations({
  jsonSchema: { type: "string", contentEncoding: "base64", pattern: "^[A-Za-z0-9+/\\r\\n]*[=\\r\\n]*$" }
})

const Base64 = Codec.convert(Base64Text, Schema.Uint8ArrayFromSelf, {
  decode: (base64) => {
    const digits = base64.replace(/[\r\n]/g, "")
    return digits.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(digits)
      ? Either.right(new Uint8Array(Buffer.from(digits, "base64")))
      : Either.left("must be base64 (RFC 4648, with padding)")
  },
  encode: (bytes) => Either.right(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("base64"))
})

// PATH_MAX of Linux, without the zero byte at its end.
const LinkTarget = textBy(
  first(notEmpty, portable, atMostBytes(4095)),
  (fc) => fc.constantFrom("../a", "/dev/null", "a b", "$(x)\n'\"", "é")
)

const LinkEntry = Schema.Struct({
  link: described("The target of a symbolic link: relative, absolute or dangling.", LinkTarget)
}).annotations({ title: "Link" })

const DirectoryEntry = Schema.Struct({
  directory: described("Marks a directory, which is empty or has a mode of its own.", Schema.Literal(true)),
  mode: described(
    "The mode of the directory.",
    Schema.optionalWith(Mode, { default: () => defaultDirectoryMode }),
    { default: defaultDirectoryMode }
  )
}).annotations({ title: "Directory" })

/**
 * An object that is a link, a directory or, without the key of either, a file.
 */
const objects = <A, I>(file: Schema.Schema<A, I>): Schema.Schema<A | Link | Directory, I | Link | DirectoryInput> => {
  const directory: Schema.Schema<A | Directory, I | DirectoryInput> = Codec.choose(
    (input) => Predicate.hasProperty(input, "directory"),
    DirectoryEntry,
    file
  )
  return Codec.choose((input) => Predicate.hasProperty(input, "link"), LinkEntry, directory, {
    weight: 2,
    annotations: Codec.jsonSchemaLike(Schema.Union(file, LinkEntry, DirectoryEntry))
  })
}

type DirectoryInput = typeof DirectoryEntry.Encoded

/** The same without bytes, of which a struct would report each as an unknown key. */
const withoutBytes = <A, I>(struct: Schema.Schema<A, I>): Schema.Schema<A, I> =>
  Codec.around<A, I, A, I>(struct, {
    decode: (parse, input, ast) =>
      ArrayBuffer.isView(input) ? Either.left(SchemaIssue.wrong(ast, input)) : parse(input),
    encode: (parse, input) => parse(input),
    arbitrary: (struct) => struct,
    annotations: Codec.jsonSchemaLike(struct)
  })

const FileEntry = Schema.Struct({
  base64: described("The bytes of a file, in base64 with padding (RFC 4648).", Base64),
  mode: described("The mode of the file.", optional(Mode), { default: defaultMode })
}).annotations({ title: "File" })

const FromJson = Schema.Union(
  Text,
  objects(
    Schema.transform(withoutBytes(FileEntry), Schema.typeSchema(File), {
      strict: true,
      decode: ({ base64, mode }) => mode === undefined ? base64 : { content: base64, mode },
      encode: (file) => file instanceof Uint8Array ? { base64: file } : { base64: file.content, mode: file.mode }
    })
  )
).annotations({ description: "text, { base64, mode? }, { link } or { directory: true, mode? }" })

// Bytes are copied, so that later changes have no effect, and a Buffer becomes a Uint8Array, as decoded from JSON.
const copyOf = (bytes: Uint8Array): Uint8Array => new Uint8Array(bytes)

const Copy = Schema.transform(Schema.Uint8ArrayFromSelf, Schema.Uint8ArrayFromSelf, {
  strict: true,
  decode: copyOf,
  encode: (bytes) => bytes
})

// Objects come first: a directory that was read has nothing else, and each member that fails costs time.
const fromMemory = (bytesSchema: Schema.Schema<Uint8Array>) =>
  Schema.Union(
    objects(
      Schema.transform(
        withoutBytes(Schema.Struct({
          content: Schema.Union(bytesSchema, Text).annotations({ description: "text or a Uint8Array" }),
          mode: optional(Mode)
        })),
        Schema.Union(Schema.String, File),
        {
          strict: true,
          decode: ({ content, mode }) => mode === undefined ? content : { content: bytes(content), mode },
          encode: (file) => typeof file === "string" || file instanceof Uint8Array ? { content: file } : file
        }
      )
    ),
    Text,
    bytesSchema
  ).annotations({ description: "text, a Uint8Array, { content, mode? }, { link } or { directory: true, mode? }" })

/** Files that buildah reads by itself and follows links to; it quotes their lines where one is not a pattern. */
export const ignoreFileNames = [".containerignore", ".dockerignore"]

const together = (
  paths: ReadonlyArray<string>,
  valid: ReadonlyArray<readonly [string, ContextFile]>
): ReadonlyArray<Problem> => {
  const problems: Array<Problem> = []
  const kinds = new Map(
    valid.flatMap(([path, file]) => isDirectory(file) ? [] : [[path, isLink(file) ? "link" : "file"]])
  )
  for (const path of ignoreFileNames) {
    if (kinds.get(path) === "link") {
      problems.push({
        path: [path],
        message: "must be a file: the builder reads the target of a link, also outside of the context"
      })
    }
  }
  for (const path of paths) {
    const parent = directories(path).find((directory) => kinds.has(directory))
    if (parent !== undefined) {
      problems.push({
        path: [path],
        message: `needs the directory ${JSON.stringify(parent)}, but the context has a ${
          kinds.get(parent)
        } of that name`
      })
    }
  }
  return problems
}

/** A file as a folder is read: its bytes and its mode. */
const plainFile = (bytes: (content: Uint8Array) => Uint8Array) => (value: unknown): ContextFile | undefined => {
  if (!Predicate.isRecord(value)) return undefined
  const { content, mode } = value
  return content instanceof Uint8Array && Predicate.isNumber(mode) && Number.isInteger(mode) && mode >= 0 &&
      mode <= maxMode && Reflect.ownKeys(value).every((key) => key === "content" || key === "mode")
    ? { content: bytes(content), mode }
    : undefined
}

const context = <I>(
  file: Schema.Schema<ContextFile, I>,
  plain: (value: unknown) => ContextFile | undefined = () => undefined
): Schema.Schema<ValidatedRecord<ContextFile>, ValidatedRecord<I>> =>
  validatedRecord({
    key: contextPath,
    value: file,
    plain,
    together,
    arbitrary: { key: (fc) => fc.stringMatching(/^[a-z é.]{1,4}x(\/[ab]x?){0,2}$/), maxKeys: 4 }
  })

/**
 * The entries of a context by path; in JSON each is text, `{ base64, mode? }`, `{ link }` or `{ directory: true, mode? }`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const ContextFromJson = context(FromJson)

/**
 * The entries of a context by path, as a program passes them: text, bytes, `{ content, mode? }`, `{ link }` or
 * `{ directory: true, mode? }`.
 *
 * @since 0.1.0
 * @category schemas
 */
export const contextFromMemory = () => context(fromMemory(Copy), plainFile(copyOf))

/**
 * The same, without a copy of the bytes, for a caller that does not change them.
 *
 * @since 0.1.0
 * @category schemas
 */
export const contextFromOwner = () => context(fromMemory(Schema.Uint8ArrayFromSelf), plainFile((content) => content))
