/**
 * Handles one HTTP request to the fake API server.
 *
 * @since 0.1.0
 */
import * as Chunk from "effect/Chunk"
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Stream from "effect/Stream"
import type { IncomingMessage, ServerResponse } from "node:http"
import type { Duplex } from "node:stream"
import { fromEither } from "../../effect/EitherEffect.js"
import type { JsonObject, WatchLine } from "../../kubernetes/client/ApiRequest.js"
import type { ControlPlane } from "../ControlPlane.js"
import * as Json from "../Json.js"
import * as Access from "./Access.js"
import * as AttachSocket from "./AttachSocket.js"
import * as HttpRequest from "./HttpRequest.js"
import * as Impersonation from "./Impersonation.js"
import * as PortForwardChannels from "./PortForwardChannels.js"
import * as PortForwardSocket from "./PortForwardSocket.js"
import * as Protobuf from "./Protobuf.js"
import * as Rbac from "./Rbac.js"
import { type Dropped, Refused, type Reply } from "./Reply.js"
import * as Status from "./Status.js"
import * as Tunnel from "./Tunnel.js"

/** The user of a request, or the one that it acts as. */
const authenticate = (plane: ControlPlane, request: IncomingMessage): Effect.Effect<Access.User, Refused> =>
  Effect.flatMap(authenticated(plane, request), (user) => {
    const rulesOf = (name: string) => plane.tokens.rulesOf(name)
    const acting = Impersonation.acting(Rbac.bound(user, plane.store), request.headersDistinct, rulesOf)
    return Effect.mapError(fromEither(acting), (status) => new Refused({ status }))
  })

/** A request without credentials is anonymous; one with a token that is not valid is refused. */
const authenticated = (plane: ControlPlane, request: IncomingMessage): Effect.Effect<Access.User, Refused> =>
  Effect.flatMap(Clock.currentTimeMillis, (now) => {
    const { authorization } = request.headers
    if (authorization === undefined) {
      return Effect.succeed(Access.anonymous)
    }
    const agent = request.headers["user-agent"]?.split("/")[0]
    const token = /^Bearer (.+)$/.exec(authorization)?.[1] ?? ""
    return Effect.mapBoth(fromEither(plane.tokens.authenticate(token, now)), {
      onFailure: () => new Refused({ status: Status.unauthorized }),
      onSuccess: ({ user }) => ({ ...user, agent })
    })
  })

/** Writes text or bytes and waits for `drain` if the buffer is full. */
const write = (response: ServerResponse, data: string | Buffer): Effect.Effect<void> =>
  Effect.async((resume) => {
    if (response.write(data)) {
      resume(Effect.void)
      return
    }
    const drained = () => resume(Effect.void)
    response.once("drain", drained)
    return Effect.sync(() => response.off("drain", drained))
  })

const stream = <A>(
  response: ServerResponse,
  contentType: string,
  lines: Stream.Stream<A, Dropped>,
  encode: (lines: ReadonlyArray<A>) => string | Buffer,
  headers: Headers = {}
): Effect.Effect<void, Dropped> =>
  Effect.andThen(
    Effect.sync(() => {
      response.writeHead(200, { ...headers, "content-type": contentType })
      response.flushHeaders()
    }),
    Effect.andThen(
      Stream.runForEachChunk(lines, (chunk) => write(response, encode(Chunk.toReadonlyArray(chunk)))),
      Effect.sync(() => response.end())
    )
  )

/** Objects are frozen and shared by all watches, so each is serialized once. */
const once = <A extends string | Buffer>(encode: (object: JsonObject) => A | undefined) => {
  const encoded = new WeakMap<JsonObject, A>()
  return (object: JsonObject): A | undefined => {
    const known = encoded.get(object) ?? encode(object)
    if (known !== undefined && Object.isFrozen(object)) {
      encoded.set(object, known)
    }
    return known
  }
}

const encodeJson = once((object): string => JSON.stringify(object))

const encodeProtobuf = once(Protobuf.encode)

const encodeLines = (lines: ReadonlyArray<WatchLine>): string =>
  lines.map(({ object, type }) => `{"type":"${type}","object":${encodeJson(object) ?? ""}}\n`).join("")

const encodeFrames = (lines: ReadonlyArray<WatchLine>): Buffer =>
  Buffer.concat(lines.map((line) => Protobuf.encodeLine(line, encodeProtobuf(line.object))))

/** A path without a handler gets a plain text response, as from the router of the real server. */
const routerMessages: ReadonlyMap<Status.Status, string> = new Map([
  [Status.noSuchPath, "404 page not found\n"],
  [Status.methodNotAllowed, "405: Method Not Allowed"]
])

type Headers = Readonly<Record<string, string | Array<string>>>

const send = (
  response: ServerResponse,
  code: number,
  data: string | Buffer,
  headers: Headers = { "content-type": "application/json" }
): Effect.Effect<void> =>
  Effect.sync(() => {
    // Of a string Node writes the headers in the encoding of the body.
    const body = typeof data === "string" ? Buffer.from(data) : data
    response.writeHead(code, { ...headers, "content-length": body.length })
    response.end(body)
  })

/** In UTF-8: Node writes the low byte of each character of a header. */
const warningText = (text: string): string => Buffer.from(`299 - ${JSON.stringify(text)}`).toString("latin1")

/**
 * Warnings, which kubectl and client-go show; a hint is one. Those with control characters are left out, as by a server:
 * k8s.io/apimachinery pkg/util/net/http.go (v0.37), NewWarningHeader.
 */
const warning = (...warnings: ReadonlyArray<string>): Headers => {
  const shown = warnings.filter((text) => !/\p{Cc}/u.test(text))
  return shown.length === 0 ? {} : { warning: shown.map(warningText) }
}

/** In protobuf if the client prefers it and the object is of a kind that has a message. */
const sendObject = (
  response: ServerResponse,
  accept: string | undefined,
  code: number,
  object: JsonObject,
  headers: Headers = {}
): Effect.Effect<void> =>
  Effect.suspend(() => {
    const bytes = Protobuf.isPreferred(accept) ? encodeProtobuf(object) : undefined
    return bytes === undefined
      ? send(response, code, encodeJson(object) ?? "", { ...headers, "content-type": "application/json" })
      : send(response, code, bytes, { ...headers, "content-type": Protobuf.contentType })
  })

/** Where a server writes a panic to its log. */
const failed = (defect: unknown): Status.Status => Status.internal(`the fake cluster failed: ${String(defect)}`)

const sendRefusal = (
  response: ServerResponse,
  status: Status.Status,
  options: {
    readonly accept?: string | undefined
    readonly hint?: string | undefined
    readonly warnings?: ReadonlyArray<string> | undefined
  } = {}
): Effect.Effect<void> => {
  const text = routerMessages.get(status)
  const retryAfter = Json.number(status, "details", "retryAfterSeconds")
  return text === undefined
    ? sendObject(
      response,
      options.accept,
      status.code,
      status,
      {
        ...warning(...(options.warnings ?? []), ...(options.hint === undefined ? [] : [options.hint])),
        ...(retryAfter === undefined ? {} : { "retry-after": String(retryAfter) })
      }
    )
    : send(response, status.code, text, {
      "content-type": "text/plain; charset=utf-8",
      ...(options.hint === undefined ? {} : warning(options.hint))
    })
}

const sendReply = (
  response: ServerResponse,
  reply: Reply,
  accept: string | undefined
): Effect.Effect<void, Dropped> => {
  switch (reply._tag) {
    case "Object":
      return sendObject(response, accept, reply.code, reply.body, warning(...(reply.warnings ?? [])))
    case "Text":
      return send(response, 200, reply.text, {
        "content-type": "text/plain; charset=utf-8",
        "x-content-type-options": "nosniff"
      })
    case "Watch": {
      const headers = warning(...(reply.warnings ?? []))
      return Protobuf.isPreferred(accept) && Protobuf.isKnown(reply.type)
        ? stream(response, Protobuf.watchContentType, reply.lines, encodeFrames, headers)
        : stream(response, "application/json", reply.lines, encodeLines, headers)
    }
    case "Log":
      return stream(response, "text/plain", reply.lines, (lines) => lines.map((line) => `${line}\n`).join(""))
    case "Bytes":
      return stream(response, "text/plain", reply.bytes, (parts) => Buffer.concat(parts))
    case "Attach":
    case "PortForward":
    case "Upgrade":
      return sendRefusal(response, Status.badRequest("Upgrade request required"))
  }
}

const openApi = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

/**
 * An empty schema, so that `kubectl` leaves validation to the server. An empty body is an empty document in protobuf.
 */
const sendSchema = (response: ServerResponse): Effect.Effect<void> =>
  send(response, 200, "", { "content-type": openApi })

/**
 * Handles a request to upgrade the connection: the subresources that connect to a pod accept WebSocket, and none accepts SPDY by
 * itself. `head` is what has arrived after the request.
 *
 * @since 0.1.0
 * @category combinators
 */
export const upgrade = (
  plane: ControlPlane,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer
): Effect.Effect<void> => {
  // What a refusal writes goes to the socket as an ordinary response.
  const refuse = (status: Status.Status) =>
    Effect.sync(() => {
      const body = JSON.stringify(status)
      socket.end(
        `HTTP/1.1 ${status.code} ${status.reason}\r\ncontent-type: application/json\r\ncontent-length: ${
          Buffer.byteLength(body)
        }\r\nconnection: close\r\n\r\n${body}`
      )
    })
  const url = new URL(request.url ?? "/", "https://localhost")
  const { upgrade } = request.headers
  return authenticate(plane, request).pipe(
    Effect.flatMap((user) =>
      plane.gateway.handle(
        {
          method: "GET",
          path: url.pathname,
          query: Object.fromEntries(url.searchParams),
          body: { command: url.searchParams.getAll("command"), ports: url.searchParams.getAll("ports") }
        },
        user
      )
    ),
    Effect.flatMap((reply) =>
      reply._tag === "Upgrade"
        ? Tunnel.join({
          request,
          socket,
          received: head,
          url: reply.url,
          interrupted: reply.interrupted,
          failed: (error) => refuse(Status.internal(`error dialing backend: ${error.message}`))
        })
        : reply._tag !== "Attach" && reply._tag !== "PortForward"
        ? refuse(Status.badRequest("the request does not take an upgrade"))
        : upgrade?.toLowerCase() !== "websocket"
        ? refuse(Status.badRequest(
          `the fake cluster speaks WebSocket, and not ${upgrade ?? ""}: use kubectl 1.31 or later, without `
            + "KUBECTL_REMOTE_COMMAND_WEBSOCKETS=false and KUBECTL_PORT_FORWARD_WEBSOCKETS=false"
        ))
        : reply._tag === "Attach"
        ? AttachSocket.attach(request, socket, head, reply.connect)
        : PortForwardSocket.isOffered(request)
        ? PortForwardSocket.forward(request, socket, head, reply.forward)
        : PortForwardChannels.isOffered(request)
        ? PortForwardChannels.forward(request, socket, head, {
          values: url.searchParams.getAll("ports"),
          forward: reply.forward
        })
        : refuse(Status.badRequest(
          `the fake cluster forwards ports by ${PortForwardSocket.protocol} and ${PortForwardChannels.protocol} alone`
        ))
    ),
    Effect.catchTags({
      Refused: ({ status }) => refuse(status),
      Dropped: () => Effect.sync(() => socket.destroy())
    }),
    Effect.catchAllDefect((defect) => refuse(failed(defect)))
  )
}

/** Reads a request, handles it and writes the response. @since 0.1.0 @category combinators  */
export const handle = (
  plane: ControlPlane,
  request: IncomingMessage,
  response: ServerResponse
): Effect.Effect<void> =>
  authenticate(plane, request).pipe(
    Effect.zip(HttpRequest.read(plane.catalog, request)),
    Effect.flatMap(([user, apiRequest]) =>
      apiRequest.path === "/openapi/v2"
        ? sendSchema(response)
        : Effect.flatMap(
          plane.gateway.handle(apiRequest, user),
          (reply) => sendReply(response, reply, request.headers.accept)
        )
    ),
    Effect.catchTags({
      Refused: ({ hint, status, warnings }) =>
        sendRefusal(response, status, { accept: request.headers.accept, hint, warnings }),
      Dropped: () => Effect.sync(() => response.destroy())
    }),
    Effect.catchAllDefect((defect) =>
      response.headersSent ? Effect.sync(() => response.destroy()) : sendRefusal(response, failed(defect))
    )
  )
