/**
 * An HttpClient over one agent of `node:https`.
 */
import * as Cookies from "@effect/platform/Cookies"
import * as Headers from "@effect/platform/Headers"
import * as HttpClient from "@effect/platform/HttpClient"
import { RequestError, ResponseError } from "@effect/platform/HttpClientError"
import type { HttpClientRequest } from "@effect/platform/HttpClientRequest"
import * as HttpClientResponse from "@effect/platform/HttpClientResponse"
import * as HttpIncomingMessage from "@effect/platform/HttpIncomingMessage"
import type { UrlParams } from "@effect/platform/UrlParams"
import * as Effect from "effect/Effect"
import { constVoid } from "effect/Function"
import * as Inspectable from "effect/Inspectable"
import * as Option from "effect/Option"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as Stream from "effect/Stream"
import * as http from "node:http"
import * as https from "node:https"
import * as IncomingBody from "./IncomingBody.js"

export type Tls = Pick<
  https.AgentOptions,
  "ca" | "cert" | "key" | "pfx" | "passphrase" | "servername" | "rejectUnauthorized"
>

const agentOptions = {
  keepAlive: true,
  /** When the first probe goes out on a silent connection, in milliseconds; ten more follow, each after a second. */
  keepAliveMsecs: 30_000,
  /** How long a connection is kept for the next request, in milliseconds: less than what is in between us keeps it. */
  timeout: 60_000,
  scheduling: "lifo"
} as const

/** An agent that keeps its connections, and notices a peer that has gone silent. */
export const makeAgent = (protocol: "https:" | "http:", tls: Tls): http.Agent =>
  protocol === "https:" ? new https.Agent({ ...agentOptions, ...tls }) : new http.Agent(agentOptions)

/** Closes the connections of an agent as they become idle; those in use go on. */
export const retireAgent = (agent: http.Agent): void => {
  agent.maxFreeSockets = 0
  for (const sockets of Object.values(agent.freeSockets)) {
    sockets?.forEach((socket) => socket.destroy())
  }
}

/** A code that Node gives its errors: `ECONNREFUSED`. */
export const codeOf = (u: unknown): string =>
  Predicate.hasProperty(u, "code") && Predicate.isString(u.code) ? u.code : ""

/**
 * What says who we are is added to each request where it is sent: spans and errors hold the request as it was made, and show
 * all of it.
 */
export const make = (
  agent: http.Agent,
  credentials: Redacted.Redacted<Readonly<Record<string, string>>>
): HttpClient.HttpClient =>
  HttpClient.make((request, url, signal) =>
    Effect.async<HttpClientResponse.HttpClientResponse, RequestError>((resume) => {
      const fail = (reason: "Transport" | "Encode", cause: unknown) =>
        resume(Effect.fail(new RequestError({ request, reason, cause })))
      let sent: http.ClientRequest | undefined
      const open = (): http.ClientRequest | undefined => {
        try {
          return (url.protocol === "https:" ? https : http).request(url, {
            agent,
            signal,
            method: request.method,
            headers: { ...request.headers, ...Redacted.value(credentials) }
          })
        } catch (cause) {
          fail("Encode", cause)
          return undefined
        }
      }
      const send = (again: boolean): void => {
        const sending = open()
        if (sending === undefined) {
          return
        }
        sent = sending
        sending.on("response", (source) => resume(Effect.succeed(new Response(request, source))))
        // Without a listener Node ends the request, and tells nobody.
        sending.on("upgrade", (_source, socket) => {
          socket.destroy()
          fail("Transport", new Error("the server changed the protocol, unasked"))
        })
        sending.on("error", (cause) => {
          // The server closed a kept connection while the request was on its way: the next connection is a new one.
          if (!again && sending.reusedSocket && request.method === "GET" && codeOf(cause) === "ECONNRESET") {
            send(true)
          } else {
            fail("Transport", cause)
          }
        })
        const { body } = request
        switch (body._tag) {
          case "Empty":
            sending.end()
            break
          case "Uint8Array":
            sending.end(body.body)
            break
          default:
            sending.destroy()
            fail("Encode", `a body of kind ${body._tag} is not supported`)
        }
      }
      send(false)
      return Effect.sync(() => sent?.destroy())
    })
  )

/** What is larger is not an answer of an API server; V8 would refuse a text of twice the size. */
const longestBody = 256 * 1024 * 1024

class Response extends Inspectable.Class implements HttpClientResponse.HttpClientResponse {
  readonly [HttpClientResponse.TypeId]: HttpClientResponse.TypeId = HttpClientResponse.TypeId
  readonly [HttpIncomingMessage.TypeId]: HttpIncomingMessage.TypeId = HttpIncomingMessage.TypeId
  readonly cookies = Cookies.empty
  readonly request: HttpClientRequest
  readonly source: http.IncomingMessage

  constructor(request: HttpClientRequest, source: http.IncomingMessage) {
    super()
    this.request = request
    this.source = source
    // Whoever reads it will know.
    source.on("error", constVoid)
  }

  get status(): number {
    return this.source.statusCode ?? 0
  }

  get headers(): Headers.Headers {
    return Headers.fromInput(this.source.headers)
  }

  get remoteAddress(): Option.Option<string> {
    return Option.fromNullable(this.source.socket.remoteAddress)
  }

  get stream(): Stream.Stream<Uint8Array, ResponseError> {
    const pieces = Effect.map(
      IncomingBody.pieces(this.source),
      Effect.mapError(Option.map(({ cause }) => this.#error(cause)))
    )
    return Stream.fromPull(pieces)
  }

  get text(): Effect.Effect<string, ResponseError> {
    return Effect.map(this.#bytes, (bytes) => bytes.toString("utf8"))
  }

  get json(): Effect.Effect<unknown, ResponseError> {
    return Effect.flatMap(
      this.text,
      (text) => Effect.try({ try: (): unknown => JSON.parse(text), catch: (cause) => this.#error(cause) })
    )
  }

  get arrayBuffer(): Effect.Effect<ArrayBuffer, ResponseError> {
    return Effect.map(this.#bytes, (bytes) => new Uint8Array(bytes).buffer)
  }

  get urlParamsBody(): Effect.Effect<UrlParams, ResponseError> {
    return Effect.fail(this.#error("forms are not supported"))
  }

  get formData(): Effect.Effect<FormData, ResponseError> {
    return Effect.fail(this.#error("forms are not supported"))
  }

  toJSON(): unknown {
    return { _id: "@effect/platform/HttpClientResponse", request: this.request.toJSON(), status: this.status }
  }

  get #bytes(): Effect.Effect<Buffer, ResponseError> {
    return Effect.mapError(IncomingBody.whole(this.source, longestBody), ({ cause }) => this.#error(cause))
  }

  #error(cause: unknown): ResponseError {
    return new ResponseError({ request: this.request, response: this, reason: "Decode", cause })
  }
}
