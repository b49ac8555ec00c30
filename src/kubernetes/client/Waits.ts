/**
 * The limit of every wait of the client, and what happens when it is reached. docs/operating.md shows this table.
 */
import * as Duration from "effect/Duration"
import * as RetryPolicy from "../../effect/RetryPolicy.js"

export interface Wait {
  /** What is waited for. */
  readonly name: string
  readonly limit: Duration.Duration
  /** What happens at the limit. */
  readonly then: string
}

const wait = (name: string, limit: Duration.DurationInput, then: string): Wait => ({
  name,
  limit: Duration.decode(limit),
  then
})

/** libuv sends this many TCP probes, one a second (deps/uv/src/unix/tcp.c uv__tcp_keepalive), and then closes the connection. */
const probes = Duration.seconds(10)

/** The time of silence before the first TCP probe. */
export const keepaliveDelay = Duration.seconds(30)

export const responseStart = wait(
  "start of a response, connecting included",
  "30 seconds",
  "`Timeout`; reads and deletes are retried. `KubernetesCluster.layerWith({ timeout })` sets it"
)

export const responseIdle = wait("next bytes of a response", "30 seconds", "`Timeout`, as above")

export const responseEnd = wait("end of a response", "2 minutes", "`Timeout`, as above")

export const errorBody = wait("end of an error response", "10 seconds", "the error lacks the server's message")

export const silentPeer = wait(
  "sign of life of a server with an open connection (TCP keepalive)",
  Duration.sum(keepaliveDelay, probes),
  "the connection is lost: watches and followed logs resume"
)

export const idleConnection = wait("next request on an idle connection", "1 minute", "the connection is closed")

// kube-apiserver sends a bookmark every minute (staging/src/k8s.io/apiserver/pkg/storage/cacher/cacher.go bookmarkFrequency).
export const watchIdle = wait(
  "next line of a watch, from a server that has sent a bookmark",
  "75 seconds",
  "the watch is resumed on another connection"
)

export const watchEnd = wait(
  "end of a watch after the 5 to 10 minutes for which it was requested",
  "5 seconds",
  "the watch is resumed"
)

export const streamedListIdle = wait(
  "next object of a streamed list, or the bookmark that ends it",
  "10 seconds",
  "a paged list, also the next times"
)

export const streamedListEnd = wait(
  "bookmark that ends a streamed list",
  "30 seconds",
  "a paged list, also the next times"
)

export const pagedFor = wait(
  "next streamed list after two that failed",
  "10 minutes",
  "lists are streamed again"
)

export const logIdle = wait(
  "next line of a followed log",
  "45 seconds",
  "the log is requested again from the time of its last line"
)

export const attachPing = wait(
  "next bytes of an attached container",
  "20 seconds",
  "a ping is sent, so that load balancers keep the connection"
)

export const retryDelay = wait(
  "next attempt after a failure: a random part of 800 ms, doubled at each failure",
  RetryPolicy.maxDelay,
  "the next attempt. A request has 5; watches and followed logs have no limit"
)

export const retryAfter = wait(
  "next attempt of a request after `Retry-After`",
  "30 seconds",
  "a longer `Retry-After` fails the request"
)

export const streamRetryAfter = wait(
  "next attempt of a watch or followed log after `Retry-After`",
  RetryPolicy.retryAfterCap,
  "the next attempt"
)

export const refused = wait(
  "next attempt of a watch that the server refuses (401, 403, 404)",
  "30 seconds",
  "the next attempt; its readers get the error"
)

export const proxyTunnel = wait("connection through a proxy", "30 seconds", "`Unreachable`, naming the proxy")

// A person may need long for a login, and can interrupt it.
export const unattendedPlugin = wait(
  "end of an exec plugin without a terminal",
  "2 minutes",
  "the plugin and its children are ended; `NoCredentials`"
)

export const pluginOutput = wait(
  "end of the output of an exec plugin that has ended, which its children may keep open",
  "500 millis",
  "the output so far is its answer"
)

export const authenticator = wait(
  "credentials from the `KubeConfig` of `layerFromKubeConfig`",
  "1 minute",
  "`NoCredentials`"
)

// Service account tokens change about once an hour; client-go reads token files as often (transport/token_source.go).
export const credentials = wait(
  "next look at the files of the credentials",
  "1 minute",
  "they are read again; also after a 401 or a refused TLS handshake"
)

/** All rows, in the order of the documentation. */
export const all: ReadonlyArray<Wait> = [
  responseStart,
  responseIdle,
  responseEnd,
  errorBody,
  silentPeer,
  idleConnection,
  watchIdle,
  watchEnd,
  streamedListIdle,
  streamedListEnd,
  pagedFor,
  logIdle,
  attachPing,
  retryDelay,
  retryAfter,
  streamRetryAfter,
  refused,
  proxyTunnel,
  unattendedPlugin,
  pluginOutput,
  authenticator,
  credentials
]
