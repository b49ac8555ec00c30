/**
 * The result that the build script writes as the container's termination message: one line of JSON.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Encoding from "effect/Encoding"
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import { BaseImage } from "../../core/BuildStatus.js"
import { atFirstCall } from "../../effect/Once.js"

/**
 * The result of a verb of the script. A pushed image has `digest`, `architecture` and `base`, a ref of a Git repository `commit`, a
 * `RUN` that failed its own `exitCode`. `text` is the message of buildah or git.
 *
 * @since 0.1.0
 * @category models
 */
export interface TerminationMessage {
  readonly verb: string
  readonly code: number
  readonly digest?: string | undefined
  readonly architecture?: string | undefined
  readonly base?: typeof BaseImage.Encoded | undefined
  readonly commit?: string | undefined
  readonly exitCode?: number | undefined
  readonly text: string
}

/**
 * The maximum size of a termination message in Kubernetes, in bytes.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxBytes = 4096

/**
 * The maximum size of the free text, in bytes before base64, with which the rest of the message always fits.
 *
 * @since 0.1.0
 * @category constants
 */
export const maxTextBytes = 1536

// The digest stands first and the free text last and in base64, so that sh has nothing to escape.
const decodeWire = atFirstCall(() =>
  Schema.decodeUnknownOption(Schema.parseJson(Schema.Struct({
    digest: Schema.optional(Schema.String.pipe(Schema.pattern(/^sha256:[a-f0-9]{64}$/))),
    architecture: Schema.optional(Schema.String),
    base: Schema.optional(BaseImage),
    commit: Schema.optional(Schema.String.pipe(Schema.pattern(/^(?:[a-f0-9]{40}|[a-f0-9]{64})$/))),
    exitCode: Schema.optional(Schema.Int),
    verb: Schema.String,
    code: Schema.Int,
    text: Schema.String
  })))
)

/**
 * Reads a termination message; undefined if it is not one of ours (the tail of a log, cut short, empty).
 *
 * @since 0.1.0
 * @category constructors
 */
export const parse = (message: string): TerminationMessage | undefined =>
  Option.match(decodeWire(message), {
    onNone: () => undefined,
    onSome: (wire) =>
      Either.match(Encoding.decodeBase64(wire.text), {
        onLeft: () => undefined,
        // A text may be cut in the middle of a letter, which decodes to the replacement character.
        onRight: (bytes) => ({ ...wire, text: new TextDecoder().decode(bytes) })
      })
  })

/**
 * How a run of a script ended. `output` is used instead of a message that the script did not write.
 *
 * @since 0.1.0
 * @category models
 */
export interface ScriptEnd {
  readonly exitCode: number | undefined
  readonly message: TerminationMessage | undefined
  readonly output: string
}

/**
 * The end of a script whose termination message is `text`. A text that the script did not write is the end of the container's log;
 * `output` replaces it.
 *
 * @since 0.1.0
 * @category constructors
 */
export const scriptEnd = (exitCode: number | undefined, text: string, output: string = text): ScriptEnd => {
  const message = parse(text)
  return { exitCode, message, output: message === undefined ? output.trim() : "" }
}

/**
 * The message as the script writes it: for fakes of it.
 *
 * @since 0.1.0
 * @category getters
 */
export const format = (message: TerminationMessage): string =>
  JSON.stringify({
    digest: message.digest,
    architecture: message.architecture,
    base: message.base,
    commit: message.commit,
    exitCode: message.exitCode,
    verb: message.verb,
    code: message.code,
    text: Encoding.encodeBase64(new TextEncoder().encode(message.text).slice(0, maxTextBytes))
  })
