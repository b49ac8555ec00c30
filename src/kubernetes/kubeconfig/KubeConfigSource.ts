/**
 * A source of credentials from a loaded `KubeConfig` of `@kubernetes/client-node`, with its authenticators.
 */
import * as Effect from "effect/Effect"
import * as crypto from "node:crypto"
import * as fs from "node:fs/promises"
import * as http from "node:http"
import type * as https from "node:https"
import * as Waits from "../client/Waits.js"
import * as HttpAgent from "../transport/HttpAgent.js"
import { ConfigurationError, redact } from "./ConfigurationError.js"
import type { KubeCluster, KubeConfigLike } from "./KubeConfigLike.js"
import type { Connection, Source } from "./Source.js"

export const make = (config: KubeConfigLike): Source => ({
  namespace: config.getContextObject(config.getCurrentContext())?.namespace,
  connect: () =>
    Effect.gen(function*() {
      const cluster = yield* currentCluster(config)
      const { baseUrl, basic } = yield* parseServer(cluster)
      const options = yield* requestOptions(config, cluster)
      const connection: Connection = {
        baseUrl,
        headers: { ...basic, ...credentialHeaders(options) },
        key: connectionFingerprint(cluster, options),
        agent: makeAgent(cluster, baseUrl, options)
      }
      return connection
    })
})

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
    Effect.mapError(({ cause }) =>
      new ConfigurationError({
        reason: "NoCredentials",
        detail: `Cannot load the credentials of the context "${config.getCurrentContext()}": ${redact(cause)}`
      })
    ),
    Effect.timeoutFail({
      duration: Waits.authenticator.limit,
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
