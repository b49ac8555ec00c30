/**
 * Hands logs, exec, attach and port-forward of a pod on to the kubelet of its node, for a real kubelet that has joined the fake
 * cluster. As in k8s.io/kubernetes pkg/registry/core/pod/rest (v1.37). The certificate of the kubelet is not verified, as without
 * `--kubelet-certificate-authority`, and it is shown no credentials: it has to allow anonymous requests.
 *
 * @since 0.1.0
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Stream from "effect/Stream"
import type { IncomingMessage } from "node:http"
import * as https from "node:https"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as PodLogs from "../kubelet/PodLogs.js"
import type { ApiStore } from "../store/ApiStore.js"
import type { ConnectOptions } from "./Connections.js"
import * as KubeletEndpoint from "./KubeletEndpoint.js"
import { Dropped, Refused, type Reply } from "./Reply.js"
import * as Status from "./Status.js"

const refuse = (status: Status.Status) => Effect.fail(new Refused({ status }))

const urlOf = ({ host, port }: KubeletEndpoint.KubeletEndpoint, path: string): string =>
  `https://${host.includes(":") ? `[${host}]` : host}:${port}${path}`

const request = (url: string): Effect.Effect<IncomingMessage, Refused> =>
  Effect.async((resume) => {
    const sent = https.get(url, { rejectUnauthorized: false, agent: false }, (response) =>
      resume(Effect.succeed(response)))
    sent.on("error", (error) =>
      resume(refuse(Status.internal(`Get "${url}": ${error.message}`))))
    return Effect.sync(() =>
      sent.destroy()
    )
  })

/** The body in parts; the connection closes with the stream. */
const body = (response: IncomingMessage): Stream.Stream<Uint8Array, Dropped> =>
  Stream.fromAsyncIterable<Buffer, Dropped>(response, () => new Dropped({ carriedOut: "unknown" }))

/** What the kubelet's error is for the client: k8s.io/apiserver pkg/registry/generic/rest/response_checker.go. */
const refusal = (code: number, text: string): Status.Status =>
  code === 500
    ? Status.internal(text)
    : code === 400
    ? Status.badRequest(text)
    : Status.make(code, code === 404 ? "NotFound" : "Unknown", text)

const getLog = (url: string): Effect.Effect<Reply, Refused> =>
  Effect.flatMap(request(url), (response) => {
    const code = response.statusCode ?? 500
    if (code >= 200 && code <= 206) return Effect.succeed<Reply>({ _tag: "Bytes", bytes: body(response) })
    return body(response).pipe(
      Stream.decodeText(),
      Stream.mkString,
      Effect.orElseSucceed(() => ""),
      Effect.flatMap((text) => refuse(refusal(code, text)))
    )
  })

type Path = (container: string) => string

/** @since 0.1.0 @category models */
export interface KubeletProxy {
  /** The log of a pod's container from its kubelet; undefined if the node is one of the fake's own. */
  readonly log: (
    pod: JsonObject,
    query: ConnectOptions["query"]
  ) => Effect.Effect<Reply | undefined, Refused>
  /** A connection for the client to upgrade; undefined if the node is one of the fake's own. */
  readonly connect: (
    subresource: string,
    pod: JsonObject,
    options: ConnectOptions
  ) => Effect.Effect<Reply | undefined, Refused>
}

/** @since 0.1.0 @category constructors */
export const make = (store: ApiStore): KubeletProxy => {
  const located = (
    pod: JsonObject,
    container: Either.Either<string, string>,
    path: Path,
    next: (url: string) => Effect.Effect<Reply, Refused>
  ): Effect.Effect<Reply | undefined, Refused> =>
    Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const endpoint = KubeletEndpoint.of(store, pod, now)
      if (endpoint === undefined) return Effect.succeed(undefined)
      if (Either.isLeft(container)) return refuse(Status.badRequest(container.left))
      const url = urlOf(endpoint, path(container.right))
      return endpoint.isAlive
        ? next(url)
        : refuse(Status.internal(`Get "${url}": the fake cluster asks no kubelet that does not renew its Lease`))
    })
  const upgrade = (url: string) => Effect.succeed<Reply>({ _tag: "Upgrade", url, interrupted: Effect.never })
  return {
    log: (pod, query) =>
      located(
        pod,
        PodLogs.chooseContainer(pod, query["container"]),
        (container) => KubeletEndpoint.logPath(pod, container, query),
        getLog
      ),
    connect: (subresource, pod, options) => {
      switch (subresource) {
        case "attach":
        case "exec":
          return located(
            pod,
            PodLogs.chooseContainer(pod, options.query["container"]),
            (container) => KubeletEndpoint.streamPath(subresource, pod, container, options),
            upgrade
          )
        case "portforward":
          return located(pod, Either.right(""), () => KubeletEndpoint.forwardPath(pod, options), upgrade)
        default:
          return Effect.succeed(undefined)
      }
    }
  }
}
