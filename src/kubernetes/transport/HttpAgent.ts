/**
 * Connections to a server by an agent of `node:https`, and requests over them.
 */
import * as Predicate from "effect/Predicate"
import * as Redacted from "effect/Redacted"
import * as http from "node:http"
import * as https from "node:https"
import { urlToHttpOptions } from "node:url"

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

/** Node names a connection by all of its certificates, for each request anew. There is just one server to connect to. */
const oneServer = { getName: () => "the server" }

/** An agent for one server that keeps its connections, and notices a peer that has gone silent. */
export const makeAgent = (protocol: "https:" | "http:", tls: Tls): http.Agent =>
  Object.assign(
    protocol === "https:" ? new https.Agent({ ...agentOptions, ...tls }) : new http.Agent(agentOptions),
    oneServer
  )

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

/** A request, but for what says who we are. */
export interface Outgoing {
  readonly method: string
  /** With its query; percent-encoded. */
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | undefined
}

/** Sends a request. Throws if it is none that HTTP knows. */
export type Client = (request: Outgoing) => http.ClientRequest

/** `baseUrl` has no slash at its end. */
export const client = (
  agent: http.Agent,
  baseUrl: string,
  credentials: Redacted.Redacted<Readonly<Record<string, string>>>
): Client => {
  const url = new URL(baseUrl)
  const { hostname, port, protocol } = urlToHttpOptions(url)
  const prefix = url.pathname === "/" ? "" : url.pathname
  const server = { agent, protocol, hostname, port }
  const { request } = protocol === "https:" ? https : http
  return ({ body, headers, method, path }) => {
    const sending = request({
      ...server,
      method,
      path: prefix + path,
      headers: {
        ...headers,
        // Node leaves it out where a body is unusual: of DELETE.
        ...(body === undefined ? {} : { "content-length": Buffer.byteLength(body) }),
        ...Redacted.value(credentials)
      }
    })
    return sending.end(body)
  }
}
