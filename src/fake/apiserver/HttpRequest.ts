/**
 * Reads one HTTP request to the fake API server.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import type { IncomingMessage } from "node:http"
import type { ApiRequest, JsonObject, Method } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { Catalog } from "../kinds/Catalog.js"
import * as Duplicates from "./Duplicates.js"
import * as Protobuf from "./Protobuf.js"
import { Dropped, Refused } from "./Reply.js"
import * as RequestInfo from "./RequestInfo.js"
import * as Status from "./Status.js"
import * as Undecodable from "./Undecodable.js"

const maxBodySize = 3 * 1024 * 1024

const methods: ReadonlyArray<Method> = ["DELETE", "GET", "PATCH", "POST", "PUT"]

const refuse = (status: Status.Status) => Effect.fail(new Refused({ status }))

const readBody = (request: IncomingMessage): Effect.Effect<Buffer, Refused | Dropped> =>
  Effect.async((resume) => {
    const chunks: Array<Buffer> = []
    let length = 0
    request.on("data", (chunk: Buffer) => {
      length += chunk.length
      if (length > maxBodySize) {
        const message = `Request entity too large: limit is ${maxBodySize}`
        resume(refuse(Status.make(413, "RequestEntityTooLarge", message)))
        request.pause()
      } else {
        chunks.push(chunk)
      }
    })
    request.once("end", () => resume(Effect.succeed(Buffer.concat(chunks))))
    request.once("error", () => resume(Effect.fail(new Dropped({ carriedOut: "no" }))))
  })

const parse = (
  text: string,
  read: (text: string) => unknown
): Either.Either<JsonObject | ReadonlyArray<Json.Value>, Status.Status> =>
  Either.try({
    try: () => read(text),
    catch: (cause) => Status.badRequest(`error decoding the body: ${String(cause)}`)
  }).pipe(
    Either.filterOrLeft(
      (body): body is JsonObject | ReadonlyArray<Json.Value> => Json.isObject(body) || Json.isList(body),
      () => Status.badRequest("the body of the request is neither an object nor a list")
    )
  )

const isMethod = (method: string | undefined): method is Method => methods.some((one) => one === method)

/** A configuration to apply is YAML, and most of them are JSON. */
const applyPatch = "application/apply-patch+yaml"

const supportedMediaTypes = [
  applyPatch,
  "application/json",
  "application/json-patch+json",
  "application/merge-patch+json",
  "application/strategic-merge-patch+json",
  Protobuf.contentType
]

/** A request with a body, decoded by its content type. @since 0.1.0 @category combinators  */
export const decode = (
  catalog: Catalog,
  plain: ApiRequest,
  bytes: Buffer
): Either.Either<ApiRequest, Status.Status> => {
  const { resource } = RequestInfo.parse(plain)
  const kind = resource === undefined
    ? undefined
    : catalog.served(resource.group, resource.version, resource.plural)
  // A server looks for the kind before it decodes the body.
  if (bytes.length === 0 || (resource !== undefined && kind === undefined)) {
    return Either.right(plain)
  }
  const mediaType = plain.contentType?.split(";")[0]?.trim()
  if (mediaType !== undefined && !supportedMediaTypes.includes(mediaType)) {
    return Either.left(Status.unsupportedMediaType(supportedMediaTypes))
  }
  if (mediaType === Protobuf.contentType) {
    return Either.mapBoth(Protobuf.decode(bytes), {
      onLeft: (why) => Status.badRequest(`error decoding the body: ${why}`),
      onRight: (body) => ({ ...plain, contentType: "application/json", body })
    })
  }
  // A new object of a built-in kind is decoded into a type of Go.
  const type = plain.method === "PATCH" ? undefined : kind?.fields
  return Either.mapBoth(
    parse(
      bytes.toString(),
      mediaType === applyPatch ? Duplicates.readYaml : (text) => Duplicates.readJson(text, type)
    ),
    {
      onLeft: (status) => Undecodable.status(catalog, plain, bytes) ?? status,
      onRight: (body) => ({ ...plain, body })
    }
  )
}

/** The request with its body. @since 0.1.0 @category combinators  */
export const read = (
  catalog: Catalog,
  request: IncomingMessage
): Effect.Effect<ApiRequest, Refused | Dropped> =>
  Effect.gen(function*() {
    const { headers, method } = request
    if (!isMethod(method)) {
      return yield* refuse(Status.methodNotAllowed)
    }
    const url = new URL(request.url ?? "/", "https://localhost")
    const contentType = headers["content-type"]
    const plain = {
      method,
      path: url.pathname,
      query: Object.fromEntries(url.searchParams),
      ...(headers.accept === undefined ? {} : { accept: headers.accept }),
      ...(contentType === undefined ? {} : { contentType })
    }
    const decoded = decode(catalog, plain, yield* readBody(request))
    return Either.isLeft(decoded) ? yield* refuse(decoded.left) : decoded.right
  })
