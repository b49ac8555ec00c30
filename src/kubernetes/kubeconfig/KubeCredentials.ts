/**
 * Credentials and connections for an API server, refreshed from a kubeconfig.
 *
 * The kubeconfig may read files or run a plugin for its credentials, and tracks the expiry of a plugin's token itself. It is
 * queried at most once a minute, by one fiber at a time, and again when the server answers 401. Connections are kept while
 * the TLS material is the same.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import * as crypto from "node:crypto"
import * as fs from "node:fs/promises"
import * as http from "node:http"
import type * as https from "node:https"
import * as HttpAgent from "../transport/HttpAgent.js"
import { ConfigurationError, redact } from "./ConfigurationError.js"
import type { KubeCluster, KubeConfigLike } from "./KubeConfigLike.js"

export interface Access {
  /** Sends requests with the credentials. */
  readonly client: HttpAgent.Client
}

export interface Credentials {
  /** The namespace of the context, if it names one. */
  readonly contextNamespace: string | undefined
  readonly access: Effect.Effect<Access, ConfigurationError>
  /** Reloads the kubeconfig after the server answered 401 to requests of this access. */
  readonly renew: (rejected: Access) => Effect.Effect<Access, ConfigurationError>
}

/** Service account tokens change about once an hour. */
const accessTtl = Duration.toMillis(Duration.minutes(1))

/** Limit for a credential plugin. */
const credentialsTimeout = Duration.minutes(1)

/** `load` reads the kubeconfig; it runs at first, and again after a 401. */
export const make = (
  load: Effect.Effect<KubeConfigLike, ConfigurationError>
): Effect.Effect<Credentials, ConfigurationError, Scope.Scope> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    let config = yield* load
    let connection: Connection | undefined
    let cached: { readonly access: Access; readonly until: number } | undefined
    let pending: Deferred.Deferred<Access, ConfigurationError> | undefined
    yield* Effect.addFinalizer(() => Effect.sync(() => connection?.agent.destroy()))

    const refresh = Effect.gen(function*() {
      const cluster = yield* currentCluster(config)
      const { baseUrl, basic } = yield* parseServer(cluster)
      const options = yield* requestOptions(config, cluster)
      const fingerprint = connectionFingerprint(cluster, options)
      if (connection === undefined || connection.fingerprint !== fingerprint) {
        const agent = yield* makeAgent(cluster, baseUrl, options)
        if (connection !== undefined) {
          HttpAgent.retireAgent(connection.agent)
        }
        connection = { fingerprint, agent }
      }
      const access: Access = {
        client: HttpAgent.makeClient(
          connection.agent,
          baseUrl,
          Redacted.make({ ...basic, ...credentialHeaders(options) })
        )
      }
      cached = { access, until: (yield* Clock.currentTimeMillis) + accessTtl }
      return access
    })

    // Forked into the scope: the first caller may be interrupted while others wait for the result.
    const shared = (effect: Effect.Effect<Access, ConfigurationError>) =>
      Effect.uninterruptibleMask((restore) => {
        if (pending !== undefined) {
          return restore(Deferred.await(pending))
        }
        const deferred = Deferred.unsafeMake<Access, ConfigurationError>(FiberId.none)
        pending = deferred
        const done = Effect.sync(() => {
          pending = undefined
        })
        return effect.pipe(
          Effect.interruptible,
          Effect.ensuring(done),
          Effect.intoDeferred(deferred),
          Effect.forkIn(scope),
          Effect.zipRight(restore(Deferred.await(deferred)))
        )
      })

    const access = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      cached !== undefined && now < cached.until ? Effect.succeed(cached.access) : shared(refresh))

    yield* access
    return {
      contextNamespace: config.getContextObject(config.getCurrentContext())?.namespace,
      access,
      renew: (rejected) =>
        Effect.suspend(() =>
          cached?.access === rejected
            ? shared(Effect.flatMap(load, (loaded) => {
              config = loaded
              return refresh
            }))
            : access
        )
    }
  })

interface Connection {
  readonly fingerprint: string
  readonly agent: http.Agent
}

const currentCluster = (config: KubeConfigLike): Effect.Effect<KubeCluster, ConfigurationError> => {
  const cluster = config.getCurrentCluster()
  return cluster === null
    ? new ConfigurationError({
      reason: "NoContext",
      detail: `The kubeconfig has no cluster for its current context "${config.getCurrentContext()}"`
    })
    : Effect.succeed(cluster)
}

const basicAuthorization = (userAndPassword: string) => ({
  authorization: `Basic ${Buffer.from(userAndPassword).toString("base64")}`
})

/** The base URL of the server. A user and password in its address become an Authorization header. */
const parseServer = (
  { server }: KubeCluster
): Effect.Effect<{ readonly baseUrl: string; readonly basic: Record<string, string> }, ConfigurationError> => {
  const url = URL.canParse(server) ? new URL(server) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return new ConfigurationError({
      reason: "Unsupported",
      detail: "The server of the current context's cluster is not a URL that begins with https://"
    })
  }
  const userInfo = [url.username, url.password].map(decodeURIComponent).join(":")
  return Effect.succeed({
    baseUrl: `${url.origin}${url.pathname}`.replace(/\/+$/, ""),
    basic: userInfo === ":" ? {} : basicAuthorization(userInfo)
  })
}

const requestOptions = (
  config: KubeConfigLike,
  cluster: KubeCluster
): Effect.Effect<https.RequestOptions, ConfigurationError> => {
  const options: https.RequestOptions = {}
  return Effect.tryPromise(async () => {
    await config.applyToHTTPSOptions(options)
    if (config.getCurrentUser() === null) {
      // client-node applies no TLS options without a user.
      Object.assign(options, await anonymousTls(cluster))
    }
    return options
  }).pipe(
    Effect.mapError(({ error }) =>
      new ConfigurationError({
        reason: "NoCredentials",
        detail: `Cannot load the credentials of the context "${config.getCurrentContext()}": ${redact(error)}`
      })
    ),
    Effect.timeoutFail({
      duration: credentialsTimeout,
      onTimeout: () =>
        new ConfigurationError({
          reason: "NoCredentials",
          detail: `Loading the credentials of the context "${config.getCurrentContext()}" took longer than a minute`
        })
    })
  )
}

const anonymousTls = async (cluster: KubeCluster): Promise<HttpAgent.Tls> => ({
  ...(cluster.caFile !== undefined ? { ca: await fs.readFile(cluster.caFile) } : {}),
  ...(cluster.caData !== undefined ? { ca: Buffer.from(cluster.caData, "base64") } : {}),
  ...(cluster.tlsServerName !== undefined ? { servername: cluster.tlsServerName } : {}),
  ...(cluster.skipTLSVerify === true ? { rejectUnauthorized: false } : {})
})

const tlsOf = (
  { ca, cert, key, passphrase, pfx, rejectUnauthorized, servername }: https.RequestOptions
): HttpAgent.Tls => ({
  ca,
  cert,
  key,
  passphrase,
  pfx,
  servername,
  ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized })
})

const connectionFingerprint = (cluster: KubeCluster, options: https.RequestOptions): string =>
  crypto.createHash("sha256").update(JSON.stringify([cluster.server, cluster.proxyUrl, tlsOf(options)])).digest("hex")

const makeAgent = (
  cluster: KubeCluster,
  baseUrl: string,
  options: https.RequestOptions
): Effect.Effect<http.Agent, ConfigurationError> => {
  const protocol = baseUrl.startsWith("http:") ? "http:" : "https:"
  if (cluster.proxyUrl === undefined) {
    return Effect.succeed(HttpAgent.makeAgent(protocol, tlsOf(options)))
  }
  return options.agent instanceof http.Agent
    ? Effect.succeed(Object.assign(options.agent, { keepAlive: true }))
    : new ConfigurationError({
      reason: "Unsupported",
      detail: `This version of @kubernetes/client-node does not support the proxy-url of ${baseUrl}`
    })
}

const credentialHeaders = ({ auth, headers }: https.RequestOptions): Record<string, string> => {
  const entries = Array.isArray(headers) ? [] : Object.entries(headers ?? {})
  return {
    ...(typeof auth === "string" ? basicAuthorization(auth) : {}),
    ...Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value).trim()]))
  }
}
