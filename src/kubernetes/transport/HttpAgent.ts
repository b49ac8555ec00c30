/**
 * Keep-alive agents of `node:https` for one API server, and the function that sends requests through them.
 */
import * as Duration from "effect/Duration"
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as http from "node:http"
import * as https from "node:https"
import type { Socket } from "node:net"
import type { Duplex } from "node:stream"
import { urlToHttpOptions } from "node:url"
import * as Waits from "../client/Waits.js"

export type Tls = Pick<
  https.AgentOptions,
  "ca" | "cert" | "key" | "pfx" | "passphrase" | "secureContext" | "servername" | "rejectUnauthorized"
>

export const keepaliveMillis = Duration.toMillis(Waits.keepaliveDelay)

/** The part of Node's options for a connection that names the server. */
export interface ConnectOptions {
  readonly host?: string
  readonly port?: number | string
  readonly servername?: string
}

/** Opens a connection in another way than Node does. */
export type Connector = (options: ConnectOptions) => Promise<Duplex>

const agentOptions = {
  /** Keeps idle connections. TCP keepalive is set by `watchPeer`. */
  keepAlive: true,
  keepAliveMsecs: keepaliveMillis,
  /** Shorter than the idle timeouts of common load balancers. */
  timeout: Duration.toMillis(Waits.idleConnection.limit),
  scheduling: "lifo"
} as const

/** Node serializes all certificates into the name of a connection for every request; one server needs one name. */
const constantName = { getName: () => "the server" }

type Connected = (error: unknown, socket?: Duplex) => void

/** Makes an agent for one server. It keeps connections for later requests. */
export const makeAgent = (protocol: "https:" | "http:", tls: Tls, connector?: Connector): http.Agent =>
  Object.assign(
    protocol === "https:" ? new https.Agent({ ...agentOptions, ...tls }) : new http.Agent(agentOptions),
    constantName,
    connector === undefined ? {} : {
      createConnection: (options: ConnectOptions, done: Connected) => {
        connector(options).then((socket) => done(null, socket), (cause: unknown) => done(cause))
      }
    }
  )

/**
 * Sets TCP keepalive. An agent of Node 20 sets it on a TLS connection only when the connection has become idle, and agents for
 * proxies do not set it, so it is set on the socket of each request as the socket is made.
 */
export const watchPeer = (socket: Socket) => socket.setKeepAlive(true, keepaliveMillis)

/** Closes the idle connections of an agent now, and the busy ones as they become idle. */
export const retireAgent = (agent: http.Agent): void => {
  agent.maxFreeSockets = 0
  for (const sockets of Object.values(agent.freeSockets)) {
    sockets?.forEach((socket) => socket.destroy())
  }
}

/** The `code` of a Node error, for example `ECONNREFUSED`; empty if there is none. */
export const errorCode = (error: unknown): string =>
  Predicate.hasProperty(error, "code") && Predicate.isString(error.code) ? error.code : ""

/** A request without the credentials. */
export interface OutgoingRequest {
  readonly method: string
  /** Path and query, percent-encoded. */
  readonly path: string
  /** Requests of one form have the same object, with which the credentials are put together once. */
  readonly headers: Readonly<Record<string, string>>
  /** No text: a long one would be copied with the headers, and V8 keeps it, while it is sent, until a full collection. */
  readonly body: Buffer | undefined
}

/** Sends a request with the credentials. Throws when Node rejects the request, for example for an invalid header. */
export type Client = (request: OutgoingRequest) => http.ClientRequest

/** Where a WebSocket connects to, and through which agent. The headers include the credentials. */
export interface UpgradeTarget {
  readonly url: string
  readonly agent: http.Agent
  readonly headers: Redacted.Redacted<Record<string, string | Array<string>>>
  /** The request target to send in place of the path; undefined for the path itself. */
  readonly requestTarget: string | undefined
}

/** The target of a request that asks for a WebSocket. */
export type Upgrade = (request: OutgoingRequest) => UpgradeTarget

/** By their names in lower case; a header with several values is sent as several lines. */
export type Headers = Readonly<Record<string, string | ReadonlyArray<string>>>

/**
 * Makes a client for a base URL without a trailing slash. With `absolute` the request names the whole URL, as an http proxy
 * needs it for a server without TLS.
 */
export const makeClient = (
  agent: http.Agent,
  baseUrl: string,
  credentials: Redacted.Redacted<Headers>,
  absolute = false
): Client => {
  const url = new URL(baseUrl)
  const { hostname, port, protocol } = urlToHttpOptions(url)
  const prefix = `${absolute ? url.origin : ""}${url.pathname === "/" ? "" : url.pathname}`
  const server = { agent, protocol, hostname, port }
  const { request } = protocol === "https:" ? https : http
  /** By the headers of a request, which are few and the same objects again: to put them together takes longer than to find them. */
  const complete = new WeakMap<object, http.OutgoingHttpHeaders>()
  const withCredentials = (headers: OutgoingRequest["headers"]): http.OutgoingHttpHeaders => {
    const known = complete.get(headers)
    if (known !== undefined) return known
    const made = { ...headers, ...mutable(Redacted.value(credentials)) }
    complete.set(headers, made)
    return made
  }
  return ({ body, headers, method, path }) => {
    const all = withCredentials(headers)
    const clientRequest = request({
      ...server,
      method,
      path: prefix + path,
      // Node omits the length for methods that rarely have a body, such as DELETE.
      headers: body === undefined ? all : { ...all, "content-length": body.length }
    })
    return clientRequest.on("socket", watchPeer).end(body)
  }
}

/** The same for requests that ask for a WebSocket. */
export const makeUpgrade = (
  agent: http.Agent,
  baseUrl: string,
  credentials: Redacted.Redacted<Headers>,
  absolute = false
): Upgrade =>
({ headers, path }) => ({
  agent,
  url: baseUrl + path,
  headers: Redacted.make({ ...headers, ...mutable(Redacted.value(credentials)) }),
  requestTarget: absolute ? baseUrl + path : undefined
})

const mutable = (headers: Headers): Record<string, string | Array<string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [
      name,
      Predicate.isString(value) ? value : [...value]
    ])
  )
