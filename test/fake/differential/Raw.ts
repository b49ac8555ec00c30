/** Requests with the text of their bodies, and answers with their warnings, which a `Driver` does not have. */
import { Effect, Either, Predicate, Redacted } from "effect"
import * as Https from "node:https"
import type * as Access from "../../../src/fake/apiserver/Access.js"
import * as HttpRequest from "../../../src/fake/apiserver/HttpRequest.js"
import type { ControlPlane } from "../../../src/fake/ControlPlane.js"
import type { ApiRequest } from "../../../src/kubernetes/client/ApiRequest.js"

/** A request whose body is a text. */
export interface RawRequest extends Omit<ApiRequest, "body"> {
  readonly body?: string
}

/** - `json`: the body, of an error its `Status`; undefined if it is not JSON or the connection is lost. */
export interface Answer {
  readonly code: number | undefined
  readonly json: unknown
  readonly warnings: ReadonlyArray<string>
}

export type Send = (request: RawRequest) => Effect.Effect<Answer>

const lost: Answer = { code: undefined, json: undefined, warnings: [] }

/** `299 - "text"`, as Go quotes it: `\"` and `\\`. */
const textsOf = (header: string | undefined): ReadonlyArray<string> =>
  [...(header ?? "").matchAll(/299 [^ ]+ ("(?:[^"\\]|\\.)*")/g)].map(([, text = "\"\""]) => String(JSON.parse(text)))

/** A server at an address, with a token. */
export const real = (server: string, token: Redacted.Redacted): Effect.Effect<Send> =>
  Effect.sync(() => {
    const agent = new Https.Agent({ keepAlive: true, rejectUnauthorized: false, maxSockets: 64 })
    return ({ body, contentType, method, path, query }) =>
      Effect.async<Answer>((resume) => {
        const search = new URLSearchParams(query).toString()
        const request = Https.request(`${server}${path}${search === "" ? "" : `?${search}`}`, {
          agent,
          method,
          headers: {
            authorization: `Bearer ${Redacted.value(token)}`,
            "user-agent": "effect-os-builder",
            ...(body === undefined ? {} : {
              "content-type": contentType ?? "application/json",
              // Node sends none of its own with the body of a DELETE.
              "content-length": Buffer.byteLength(body)
            })
          }
        })
        request.once("error", () => resume(Effect.succeed(lost)))
        request.once("response", (response) => {
          const chunks: Array<Buffer> = []
          response.on("data", (chunk: Buffer) => chunks.push(chunk))
          response.once("error", () => resume(Effect.succeed(lost)))
          response.once("end", () =>
            resume(Effect.succeed({
              code: response.statusCode,
              json: Either.getOrUndefined(Either.try((): unknown => JSON.parse(Buffer.concat(chunks).toString()))),
              warnings: textsOf(response.headers["warning"])
            })))
        })
        request.end(body)
      })
  })

/** The fake, without a socket. */
export const fake = ({ catalog, gateway }: ControlPlane, user: Access.User): Send => ({ body = "", ...request }) =>
  Either.match(HttpRequest.decode(catalog, request, Buffer.from(body)), {
    onLeft: (status): Effect.Effect<Answer> => Effect.succeed({ code: status.code, json: status, warnings: [] }),
    onRight: (decoded) =>
      Effect.match(gateway.handle(decoded, user), {
        onFailure: (failure) =>
          failure._tag === "Dropped" ? lost : {
            code: failure.status.code,
            json: failure.status,
            warnings: failure.warnings ?? []
          },
        onSuccess: (reply) =>
          reply._tag === "Object" ? { code: reply.code, json: reply.body, warnings: reply.warnings ?? [] } : lost
      })
  })

/** The answer of a program: an object, or what is compared of an error. */
export const answerOf = ({ code, json }: Answer): unknown => {
  if (code !== undefined && code < 300) return json
  const status = Predicate.isRecord(json) && json["kind"] === "Status" ? json : {}
  const reason = status["reason"]
  return { code, reason: reason === "" ? undefined : reason, message: status["message"], details: status["details"] }
}
