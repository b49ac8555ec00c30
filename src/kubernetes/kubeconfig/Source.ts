/**
 * A source of credentials: returns how to reach one cluster as one user at this moment.
 */
import type * as Effect from "effect/Effect"
import type * as http from "node:http"
import type { Headers } from "../transport/HttpAgent.js"
import type { ConfigurationError } from "./ConfigurationError.js"

/** The server, credentials and agent for a request at this moment. */
export interface Connection {
  /** Without a trailing slash. */
  readonly baseUrl: string
  readonly headers: Headers
  /** Changes with the TLS material, the server and the proxy; connections are kept while it is the same. */
  readonly key: string
  /** Makes the agent for connections of this key. */
  readonly agent: Effect.Effect<http.Agent, ConfigurationError>
  /** Milliseconds since the epoch after which the credentials are not valid any more. */
  readonly expiresAt?: number
  /** A request names the whole URL, for an http proxy. */
  readonly absolute?: boolean
  /** Credentials come from files, which may have changed when a connection is lost. */
  readonly fromFiles?: boolean
  /** What to do if the server's certificate is not trusted. */
  readonly trustAdvice?: string
}

export interface Source {
  /** The namespace of the context, if it names one. */
  readonly namespace: string | undefined
  /** With `rejected` the server has refused the previous credentials. */
  readonly connect: (options: { readonly rejected: boolean }) => Effect.Effect<Connection, ConfigurationError>
}
