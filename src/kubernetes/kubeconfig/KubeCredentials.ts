/**
 * How to reach an API server, and who we are there, kept fresh.
 *
 * A kubeconfig is asked at most once a minute, and once at a time however many requests wait: it may read files or run a
 * plugin for that, and knows itself when a plugin's token expires. It is asked again when the server refuses what it said.
 * The connections are kept for as long as the TLS material stays the same, byte by byte.
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
import * as Redaction from "../transport/Redaction.js"
import { ConfigurationError } from "./ConfigurationError.js"
import type { KubeCluster, KubeConfigLike } from "./KubeConfigLike.js"

export interface Access {
  /** Says who we are. */
  readonly client: HttpAgent.Client
}

export interface Credentials {
  /** That of the context, if it names one. */
  readonly contextNamespace: string | undefined
  readonly access: Effect.Effect<Access, ConfigurationError>
  /** What to use in place of an access that the server refused. */
  readonly renew: (refused: Access) => Effect.Effect<Access, ConfigurationError>
}

/** How long what a kubeconfig said is used without asking again; service account tokens change about once an hour. */
const freshFor = Duration.toMillis(Duration.minutes(1))

/** How long a plugin may take. */
const patience = Duration.minutes(1)

/** `load` reads the configuration anew; it is run at first, and when the server refuses our credentials. */
export const make = (
  load: Effect.Effect<KubeConfigLike, ConfigurationError>
): Effect.Effect<Credentials, ConfigurationError, Scope.Scope> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    let config = yield* load
    let connection: Connection | undefined
    let known: { readonly access: Access; readonly until: number } | undefined
    let asking: Deferred.Deferred<Access, ConfigurationError> | undefined
    yield* Effect.addFinalizer(() => Effect.sync(() => connection?.agent.destroy()))

    const ask = Effect.gen(function*() {
      const cluster = yield* clusterOf(config)
      const { baseUrl, basic } = yield* addressOf(cluster)
      const options = yield* optionsOf(config, cluster)
      const fingerprint = fingerprintOf(cluster, options)
      if (connection === undefined || connection.fingerprint !== fingerprint) {
        const agent = yield* agentOf(cluster, baseUrl, options)
        if (connection !== undefined) {
          HttpAgent.retireAgent(connection.agent)
        }
        connection = { fingerprint, agent }
      }
      const access: Access = {
        client: HttpAgent.client(connection.agent, baseUrl, Redacted.make({ ...basic, ...headersOf(options) }))
      }
      known = { access, until: (yield* Clock.currentTimeMillis) + freshFor }
      return access
    })

    // In a fiber of its own: who asks first may be interrupted while the others wait.
    const once = (effect: Effect.Effect<Access, ConfigurationError>) =>
      Effect.uninterruptibleMask((restore) => {
        if (asking !== undefined) {
          return restore(Deferred.await(asking))
        }
        const answer = Deferred.unsafeMake<Access, ConfigurationError>(FiberId.none)
        asking = answer
        const done = Effect.sync(() => {
          asking = undefined
        })
        return effect.pipe(
          Effect.interruptible,
          Effect.ensuring(done),
          Effect.intoDeferred(answer),
          Effect.forkIn(scope),
          Effect.zipRight(restore(Deferred.await(answer)))
        )
      })

    const access = Effect.flatMap(Clock.currentTimeMillis, (now) =>
      known !== undefined && now < known.until ? Effect.succeed(known.access) : once(ask))

    yield* access
    return {
      contextNamespace: config.getContextObject(config.getCurrentContext())?.namespace,
      access,
      renew: (refused) =>
        Effect.suspend(() =>
          known?.access === refused
            ? once(Effect.flatMap(load, (loaded) => {
              config = loaded
              return ask
            }))
            : access
        )
    }
  })

interface Connection {
  readonly fingerprint: string
  readonly agent: http.Agent
}

const clusterOf = (config: KubeConfigLike): Effect.Effect<KubeCluster, ConfigurationError> => {
  const cluster = config.getCurrentCluster()
  return cluster === null
    ? new ConfigurationError({
      reason: "NoContext",
      detail: `The kubeconfig names no cluster for its current context "${config.getCurrentContext()}"`
    })
    : Effect.succeed(cluster)
}

const basicOf = (userAndPassword: string) => ({
  authorization: `Basic ${Buffer.from(userAndPassword).toString("base64")}`
})

/** Where the server is; a password in the address is taken out of it, and sent as one. */
const addressOf = (
  { server }: KubeCluster
): Effect.Effect<{ readonly baseUrl: string; readonly basic: Record<string, string> }, ConfigurationError> => {
  const url = URL.canParse(server) ? new URL(server) : undefined
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    return new ConfigurationError({
      reason: "Unsupported",
      detail: "The server of the current context's cluster is no address that begins with https://"
    })
  }
  const known = [url.username, url.password].map(decodeURIComponent).join(":")
  return Effect.succeed({
    baseUrl: `${url.origin}${url.pathname}`.replace(/\/+$/, ""),
    basic: known === ":" ? {} : basicOf(known)
  })
}

const optionsOf = (
  config: KubeConfigLike,
  cluster: KubeCluster
): Effect.Effect<https.RequestOptions, ConfigurationError> => {
  const options: https.RequestOptions = {}
  return Effect.tryPromise(async () => {
    await config.applyToHTTPSOptions(options)
    if (config.getCurrentUser() === null) {
      // client-node leaves out how to trust the server where nobody in particular is to be known there.
      Object.assign(options, await anonymousTls(cluster))
    }
    return options
  }).pipe(
    Effect.mapError(({ error }) =>
      new ConfigurationError({
        reason: "NoCredentials",
        detail: `The credentials of the context "${config.getCurrentContext()}" cannot be had: ${
          Redaction.redact(error)
        }`
      })
    ),
    Effect.timeoutFail({
      duration: patience,
      onTimeout: () =>
        new ConfigurationError({
          reason: "NoCredentials",
          detail: `The credentials of the context "${config.getCurrentContext()}" did not come within a minute`
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

const fingerprintOf = (cluster: KubeCluster, options: https.RequestOptions): string =>
  crypto.createHash("sha256").update(JSON.stringify([cluster.server, cluster.proxyUrl, tlsOf(options)])).digest("hex")

const agentOf = (
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
      detail: `No agent for the proxy-url of ${baseUrl} comes with this version of @kubernetes/client-node`
    })
}

const headersOf = ({ auth, headers }: https.RequestOptions): Record<string, string> => {
  const said = Array.isArray(headers) ? [] : Object.entries(headers ?? {})
  return {
    ...(typeof auth === "string" ? basicOf(auth) : {}),
    ...Object.fromEntries(said.map(([name, value]) => [name.toLowerCase(), String(value).trim()]))
  }
}
