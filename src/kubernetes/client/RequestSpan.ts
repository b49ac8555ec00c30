/**
 * Spans and metrics of requests to an API server, by OpenTelemetry's conventions for HTTP clients
 * (https://opentelemetry.io/docs/specs/semconv/http/).
 */
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Exit from "effect/Exit"
import * as Metric from "effect/Metric"
import * as Option from "effect/Option"
import * as Stream from "effect/Stream"
import type * as Tracer from "effect/Tracer"
import * as FiberState from "../../effect/FiberState.js"
import * as Spans from "../../effect/Spans.js"
import { withTags } from "../../effect/Tags.js"
import { ClusterError, type Reason, type Subject } from "../ClusterError.js"
import type { ApiRequest, Method } from "./ApiRequest.js"
import * as ClusterMetrics from "./ClusterMetrics.js"
import type { Driver } from "./Driver.js"

/** The attributes of the spans. */
export const attribute = {
  verb: "k8s.verb",
  resource: "k8s.resource",
  object: "k8s.object",
  method: "http.request.method",
  resendCount: "http.request.resend_count",
  statusCode: "http.response.status_code",
  errorType: "error.type",
  address: "server.address",
  port: "server.port",
  url: "url.full",
  urlTemplate: "url.template",
  reason: "os_builder.reason"
} as const

/** `/api/v1/namespaces/{namespace}/pods/{name}/log`: the path of a request without the names of objects. */
export const urlTemplate = (path: string): string => {
  const [, root, rest] = /^(\/api\/[^/]+|\/apis\/[^/]+\/[^/]+)\/(.+)$/.exec(path) ?? []
  if (root === undefined || rest === undefined) return path
  const [first = "", ...others] = rest.split("/")
  const isNamespaced = first === "namespaces" && others.length >= 2
  const [resource = first, name, ...subresource] = isNamespaced ? others.slice(1) : [first, ...others]
  return [
    root,
    ...(isNamespaced ? ["namespaces", "{namespace}"] : []),
    resource,
    ...(name === undefined ? [] : ["{name}"]),
    ...subresource
  ].join("/")
}

// Parameters of the API that hold no secret. Of a command that is run in a pod, for example, the arguments may.
const shown = new Set([
  ..."allowWatchBookmarks container dryRun fieldSelector fieldValidation follow labelSelector limit limitBytes".split(
    " "
  ),
  ..."previous propagationPolicy resourceVersion resourceVersionMatch sendInitialEvents sinceTime tailLines".split(" "),
  ..."timeoutSeconds timestamps watch".split(" ")
])

/** The attributes of the server and the URL, without credentials and without values that may be secret. */
export const ofServer = (baseUrl: string, { path, query }: ApiRequest): Spans.Attributes => {
  const server = serverOf(baseUrl)
  if (server === undefined) return {}
  const search = Object.entries(query)
    .map(([key, value]) => `${encodeURIComponent(key)}=${shown.has(key) ? encodeURIComponent(value) : "REDACTED"}`)
    .join("&")
  return {
    [attribute.address]: server.address,
    [attribute.port]: server.port,
    [attribute.url]: `${server.url}${path}${search === "" ? "" : `?${search}`}`
  }
}

interface Server {
  readonly address: string
  readonly port: number
  readonly url: string
}

/** A program has one server or few; the last one is not parsed again. */
let last: { readonly baseUrl: string; readonly server: Server | undefined } | undefined

const serverOf = (baseUrl: string): Server | undefined => {
  if (last?.baseUrl !== baseUrl) last = { baseUrl, server: parseServer(baseUrl) }
  return last.server
}

const parseServer = (baseUrl: string): Server | undefined => {
  if (!URL.canParse(baseUrl)) return undefined
  const { hostname, origin, pathname, port, protocol } = new URL(baseUrl)
  return {
    address: hostname,
    port: port === "" ? protocol === "https:" ? 443 : 80 : Number(port),
    url: origin + (pathname === "/" ? "" : pathname)
  }
}

/** The span of the request under way, if it is recorded; none in another span, such as that of an informer's user. */
export const ofRequest = (fiber: FiberState.FiberState): Tracer.Span | undefined => {
  const span = FiberState.tracedSpan(fiber)
  return span?.kind === "client" ? span : undefined
}

/** Adds attributes to the span of a request. */
export const annotate = (span: Tracer.Span, attributes: Spans.Attributes): void => {
  for (const [key, value] of Object.entries(attributes)) span.attribute(key, value)
}

/** The HTTP status of an error, or what happened if there was none. */
const errorType = (error: unknown): string =>
  error instanceof ClusterError ? error.code === undefined ? error.reason : String(error.code) : "_OTHER"

// The other errors are those of what the caller sends.
const ofError = (error: unknown): Spans.Attributes => ({
  [attribute.errorType]: errorType(error),
  ...(error instanceof ClusterError && error.code !== undefined ? { [attribute.statusCode]: error.code } : {})
})

const spanOptions = (method: Method, template: string, resendCount: number): Spans.Options<unknown> => ({
  kind: "client",
  attributes: {
    [attribute.method]: method,
    [attribute.urlTemplate]: template,
    ...(resendCount === 0 ? {} : { [attribute.resendCount]: resendCount })
  },
  isResult: () => false,
  attributesOf: ofError
})

/** Sends a request in a span of its own; each time that the effect is run again, the request is sent again. */
export const send = (
  driver: Driver,
  request: ApiRequest,
  subject: Subject
): Effect.Effect<unknown, ClusterError> => {
  let sent = 0
  const inSpan = Spans.describedBy(() => {
    const { method, path } = request
    const template = urlTemplate(path)
    return [`${method} ${template}`, spanOptions(method, template, sent++)]
  })
  return Effect.suspend(() => inSpan(driver.request(request, subject)))
}

/** A response that is read for a long time, in a span that lasts as long. */
export const stream = <A, E>(
  { method, path }: ApiRequest,
  response: Stream.Stream<A, E>
): Stream.Stream<A, E> => {
  const template = urlTemplate(path)
  return Spans.withinStream(`${method} ${template}`, spanOptions(method, template, 0))(response)
}

// -----------------------------------------------------------------------------
// operations: what a caller asked for, with its retries
// -----------------------------------------------------------------------------

// Errors that report the state of the server, which is what the caller wants to know.
const answers: ReadonlySet<Reason> = new Set<Reason>(["NotFound", "AlreadyExists", "Conflict", "Expired"])

const isAnswer = (error: unknown): boolean => error instanceof ClusterError && answers.has(error.reason)

export const ofOperation = ({ object, resource, verb }: Subject): Spans.Options<unknown> => ({
  attributes: { [attribute.verb]: verb, [attribute.resource]: resource, [attribute.object]: object ?? "" },
  isResult: isAnswer,
  attributesOf: (error) => ({
    ...(error instanceof ClusterError ? { [attribute.reason]: error.reason } : {}),
    ...(isAnswer(error) ? {} : { [attribute.errorType]: errorType(error) })
  })
})

// -----------------------------------------------------------------------------
// metrics
// -----------------------------------------------------------------------------

/** Whether a request is for a document that has a path of its own instead of the name of a resource. */
const isDocument = ({ resource }: Subject): boolean => resource.startsWith("/")

const tags = (subject: Subject, code: string): Readonly<Record<string, string>> => ({
  verb: subject.verb,
  resource: isDocument(subject) ? "discovery" : subject.resource,
  code
})

const taggedMetrics = (tags: Readonly<Record<string, string>>) => ({
  requests: withTags(ClusterMetrics.requests, tags),
  requestSeconds: withTags(ClusterMetrics.requestSeconds, tags)
})

/** The same driver, whose requests are counted and timed. */
export const measured = (driver: Driver): Driver => {
  /** Metrics by their tags, of which there are few: tagging a metric takes longer than updating it. */
  const tagged = new Map<string, ReturnType<typeof taggedMetrics>>()
  const metricsOf = (subject: Subject, code: string) => {
    const key = `${subject.verb} ${subject.resource} ${code}`
    const known = tagged.get(key)
    if (known !== undefined) return known
    const made = taggedMetrics(tags(subject, code))
    if (!isDocument(subject)) tagged.set(key, made)
    return made
  }
  const counted = (subject: Subject, code: string) => Metric.update(metricsOf(subject, code).requests, 1)
  const countedStream = <A, E>(subject: Subject, stream: Stream.Stream<A, E>) =>
    Stream.ensuringWith(stream, (exit) =>
      Effect.suspend(() => {
        const failure = Exit.isFailure(exit) ? Cause.failureOption(exit.cause) : Option.none()
        return counted(subject, Option.match(failure, { onNone: () => "2xx", onSome: errorType }))
      }))
  const { lineBytes } = driver
  return {
    defaultNamespace: driver.defaultNamespace,
    request: (request, subject) =>
      FiberState.use((fiber) => {
        const start = FiberState.millis(fiber)
        const done = (code: string) => {
          const { requestSeconds, requests } = metricsOf(subject, code)
          FiberState.update(fiber, requests, 1)
          FiberState.update(fiber, requestSeconds, (FiberState.millis(fiber) - start) / 1000)
        }
        const performed = Effect.map(driver.request(request, subject), (body) => {
          done("2xx")
          return body
        })
        return Effect.tapError(performed, (error) => Effect.sync(() => done(errorType(error))))
      }),
    watch: (request, subject, decode, decodeEncoded) =>
      countedStream(subject, driver.watch(request, subject, decode, decodeEncoded)),
    lines: (request, subject) => countedStream(subject, driver.lines(request, subject)),
    ...(lineBytes === undefined
      ? {}
      : { lineBytes: (request, subject) => countedStream(subject, lineBytes(request, subject)) }),
    attach: (request, subject, stdin) => countedStream(subject, driver.attach(request, subject, stdin))
  }
}
