/**
 * A response body as a stream of parts, lines or frames, each decoded as its bytes arrive.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import type * as Scope from "effect/Scope"
import type * as Stream from "effect/Stream"
import type { IncomingMessage } from "node:http"
import * as Pull from "../../effect/Pull.js"
import type { ApiRequest } from "../client/ApiRequest.js"
import { ClusterError, type Subject } from "../ClusterError.js"
import * as ResponseBody from "./ResponseBody.js"
import * as TransportError from "./TransportError.js"

/** In bytes. An object has 3 MB at most (etcd's limit is 1.5 MB), so a longer part is not from an API server. */
export const maxPartLength = 64 * 1024 * 1024

export interface Splitter<P> {
  /** Calls `onPart` with each part that these pieces complete. Returns false once a part exceeds the limit. */
  readonly push: (pieces: ReadonlyArray<Buffer>, onPart: (part: P) => void) => boolean
  /** Takes the bytes of the incomplete last part. */
  readonly rest: () => P
}

export interface Decoder<P, A> {
  readonly splitter: Splitter<P>
  /** Limit for the next bytes, in milliseconds; infinite where the caller has one for parts. */
  readonly idleMillis: number
  /** Called only for a part that `part` does not decode. */
  readonly ignores: (part: P) => boolean
  /** None for an invalid part. */
  readonly part: (part: P) => Option.Option<A>
  /** Decodes an incomplete last part, which is not empty. */
  readonly unterminated: (part: P) => Either.Either<A, ClusterError>
}

/** Decodes each part as its bytes arrive. The stream fails at an invalid part or one that exceeds the limit. */
export const make = <P extends { readonly length: number }, A>(
  source: IncomingMessage,
  request: ApiRequest,
  subject: Subject,
  decoder: Decoder<P, A>
): Effect.Effect<Stream.Stream<A, ClusterError>, never, Scope.Scope> =>
  Effect.map(ResponseBody.pull(source, decoder.idleMillis), (buffers) => {
    const last = Effect.suspend((): Pull.Pull<A, ClusterError> => {
      const part = decoder.splitter.rest()
      return part.length === 0 || decoder.ignores(part)
        ? Pull.end
        : Either.match(decoder.unterminated(part), { onLeft: Pull.fail, onRight: Pull.of })
    })
    const parts: Pull.Pull<A, ClusterError> = Pull.match(Pull.map(buffers, (values) => values), {
      onEnd: () => last,
      onFailure: (error) => Pull.fail(TransportError.toClusterError(error, request, subject)),
      onSuccess: (buffers) =>
        Either.match(decodeParts(buffers, decoder, subject), {
          onLeft: (error): Pull.Pull<A, ClusterError> => Pull.fail(error),
          onRight: (decoded) => Pull.emit(decoded, parts)
        })
    })
    return Pull.stream(parts)
  })

const decodeParts = <P, A>(
  buffers: ReadonlyArray<Buffer>,
  { ignores, part, splitter }: Decoder<P, A>,
  subject: Subject
): Either.Either<ReadonlyArray<A>, ClusterError> => {
  const decoded: Array<A> = []
  let invalid = false
  const withinLimit = splitter.push(buffers, (one) => {
    const value = part(one)
    if (Option.isSome(value)) {
      decoded.push(value.value)
    } else {
      invalid ||= !ignores(one)
    }
  })
  return invalid
    ? Either.left(decodeError(subject, "a line of the response is not a watch event"))
    : withinLimit
    ? Either.right(decoded)
    : Either.left(decodeError(subject, `a line of the response is longer than ${maxPartLength} bytes`))
}

const decodeError = (subject: Subject, detail: string) => new ClusterError({ ...subject, reason: "Decode", detail })
