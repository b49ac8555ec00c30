/**
 * The streams of a container over one WebSocket: the subprotocols of Kubernetes' remote commands (k8s.io/kubernetes
 * staging/src/k8s.io/streaming/pkg/httpstream/wsstream). The first byte of a message
 * names its channel.
 */
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Schema from "effect/Schema"
import type * as Scope from "effect/Scope"
import * as Stream from "effect/Stream"
import { atFirstCall } from "../../effect/Once.js"
import type { AttachOutput } from "../client/Driver.js"
import * as Waits from "../client/Waits.js"
import { ClusterError, fromStatus, type Subject } from "../ClusterError.js"
import type { ChannelSocket } from "./ChannelSocket.js"

const v5 = "v5.channel.k8s.io"

/** In the order of preference. v5 adds the message that closes one channel; Kubernetes 1.30 and later have it. */
export const protocols: ReadonlyArray<string> = [v5, "v4.channel.k8s.io"]

const channel = { stdin: 0, stdout: 1, stderr: 2, error: 3, close: 255 } as const

/** As much as a kubelet passes on at once. */
const maxData = 32 * 1024

const parseStatus = atFirstCall(() => Schema.decodeUnknownOption(Schema.parseJson(Schema.Unknown)))

/** The error of the status that ends an attachment; undefined for a success. */
const failureOf = (text: string, subject: Subject): ClusterError | undefined => {
  const body = Option.getOrUndefined(parseStatus(text))
  if (Predicate.isReadonlyRecord(body) && body["status"] === "Success") return undefined
  const code = Predicate.isReadonlyRecord(body) && Predicate.isNumber(body["code"]) ? body["code"] : 500
  return fromStatus({ subject, code, body: body ?? { kind: "Status", message: text } })
}

const closed = (subject: Subject): ClusterError =>
  new ClusterError({
    ...subject,
    reason: "Unreachable",
    detail: "the connection was closed before the attachment ended"
  })

/** Sends `stdin` and its end. */
const sendAll = <E>(socket: ChannelSocket, stdin: Stream.Stream<Uint8Array, E>): Effect.Effect<void, E> => {
  const data = (bytes: Uint8Array) =>
    Effect.iterate(0, {
      while: (sent) => sent < bytes.byteLength,
      body: (sent) => {
        const part = bytes.subarray(sent, sent + maxData)
        const message = new Uint8Array(1 + part.byteLength)
        message[0] = channel.stdin
        message.set(part, 1)
        return Effect.as(socket.send(message), sent + part.byteLength)
      }
    })
  return Effect.zipRight(
    Stream.runForEach(stdin, data),
    socket.protocol === v5 ? socket.send(Uint8Array.of(channel.close, channel.stdin)) : socket.close
  )
}

/** Attaches over a connection that `opened` makes. */
export const stream = <E>(
  opened: Effect.Effect<ChannelSocket, ClusterError, Scope.Scope>,
  subject: Subject,
  stdin: Stream.Stream<Uint8Array, E>
): Stream.Stream<AttachOutput, ClusterError | E> =>
  Stream.unwrapScoped(Effect.gen(function*() {
    const socket = yield* opened
    let stdinEnded = false
    yield* Effect.forkScoped(Effect.forever(Effect.zipRight(Effect.sleep(Waits.attachPing.limit), socket.ping)))

    const next: Effect.Effect<AttachOutput, Option.Option<ClusterError>> = Effect.suspend(() =>
      Effect.matchEffect(socket.receive, {
        onFailure: (end) =>
          Option.isSome(end)
            ? Effect.fail(Option.some(
              new ClusterError({
                ...subject,
                reason: "Unreachable",
                detail: end.value.cause instanceof Error ? end.value.cause.message : "the connection was lost",
                cause: end.value.cause
              })
            ))
            // Without v5 the connection is closed to close standard input, and no status can arrive.
            : Effect.fail(stdinEnded && socket.protocol !== v5 ? Option.none() : Option.some(closed(subject))),
        onSuccess: (message) => {
          const bytes = message.subarray(1)
          // Servers send empty messages to show that a channel is open.
          if (bytes.byteLength === 0) return next
          switch (message[0]) {
            case channel.stdout:
              return Effect.succeed({ _tag: "Stdout" as const, bytes })
            case channel.stderr:
              return Effect.succeed({ _tag: "Stderr" as const, bytes })
            case channel.error:
              return Effect.fail(Option.fromNullable(failureOf(Buffer.from(bytes).toString(), subject)))
            default:
              return next
          }
        }
      })
    )
    const sending = Effect.zipRight(
      sendAll(socket, stdin),
      Effect.sync(() => {
        stdinEnded = true
      })
    )
    return Stream.merge(Stream.repeatEffectOption(next), Stream.drain(Stream.fromEffect(sending)), {
      haltStrategy: "left"
    })
  }))
