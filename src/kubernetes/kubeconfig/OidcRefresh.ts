/**
 * The id-token of `auth-provider: oidc`, renewed with its refresh-token (client-go, `plugin/pkg/client/auth/oidc`).
 *
 * The expiry is read from the token. A new token is kept in memory only: the kubeconfig is not written.
 */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as Redacted from "effect/Redacted"
import * as Schema from "effect/Schema"
import * as path from "node:path"
import { fromEither } from "../../effect/EitherEffect.js"
import * as HttpAgent from "../transport/HttpAgent.js"
import * as HttpRequest from "../transport/HttpRequest.js"
import * as ProxyTunnel from "../transport/ProxyTunnel.js"
import * as RequestLimiter from "../transport/RequestLimiter.js"
import * as AgentFactory from "./AgentFactory.js"
import { ConfigurationError } from "./ConfigurationError.js"
import type { Material } from "./EntryPlan.js"
import * as ProxyRules from "./ProxyRules.js"

interface Tokens {
  readonly idToken: string
  readonly refreshToken: string
}

/** The tokens of providers, by the entry. */
export type Cache = Map<string, Tokens>

export interface IdToken {
  readonly token: string
  /** Milliseconds since the epoch. */
  readonly expiresAt: number
}

/** A token counts as expired this early, because clocks differ; client-go's value. */
const expiryDelta = 10_000

const requestTimeout = 30_000

const Claims = Schema.parseJson(Schema.Struct({ exp: Schema.Number }))

/** When a token expires, in milliseconds since the epoch; none if it is not a token with an expiry. */
export const expiryOf = (token: string): Option.Option<number> => {
  const parts = token.split(".")
  return parts.length !== 3
    ? Option.none()
    : Option.map(
      Schema.decodeOption(Claims)(Buffer.from(parts[1] ?? "", "base64url").toString()),
      ({ exp }) => Math.floor(exp) * 1000 - expiryDelta
    )
}

const Discovery = Schema.parseJson(Schema.Struct({ token_endpoint: Schema.NonEmptyString }))

const Grant = Schema.parseJson(
  Schema.Struct({ id_token: Schema.NonEmptyString, refresh_token: Schema.optional(Schema.String) })
)

/** RFC 6749, section 5.2. */
const Refusal = Schema.parseJson(Schema.Struct({ error: Schema.String }))

/** The response or the failure itself. */
const asItIs: HttpRequest.Completion<HttpRequest.Success, HttpRequest.Failure> = {
  succeed: Effect.succeed,
  fail: Effect.fail
}

const describe = (failure: HttpRequest.Failure): string => {
  switch (failure._tag) {
    case "ErrorResponse": {
      const error = Option.map(
        Schema.decodeOption(Refusal)(failure.body.bytes.toString()),
        ({ error }) => `, ${error.slice(0, 60)}`
      )
      return `status ${failure.status}${Option.getOrElse(error, () => "")}`
    }
    case "ConnectionLost":
      return failure.cause instanceof Error ? failure.cause.message : "the connection was closed"
    case "TimedOut":
      return "it did not respond"
    case "BodyTooLarge":
    case "InvalidRequest":
      return "the response or the request is not valid"
  }
}

const form = (fields: Readonly<Record<string, string>>) => new URLSearchParams(fields).toString()

/** RFC 6749, section 2.3.1: both parts are encoded as in a form. */
const basic = (id: string, secret: string) => {
  const encode = (value: string) => form({ value }).slice("value=".length)
  return { authorization: `Basic ${Buffer.from(`${encode(id)}:${encode(secret)}`).toString("base64")}` }
}

export interface Options {
  readonly config: Readonly<Record<string, string>>
  /** The kubeconfig that has the entry. */
  readonly file: string
  readonly label: string
  readonly cache: Cache
  readonly rejected: boolean
}

type Send = (
  url: string,
  request?: Partial<HttpAgent.OutgoingRequest>,
  headers?: HttpAgent.Headers
) => Effect.Effect<string, HttpRequest.Failure | string>

/** The error of an entry that gives no token, with advice to log in again. */
const refusal = (label: string, problem: string) =>
  new ConfigurationError({
    reason: "NoCredentials",
    detail: `${label}: auth-provider oidc: ${problem}`,
    advice: "log in again with the tool that wrote the entry, or use an exec plugin such as kubelogin"
  })

/** The authority of the identity provider; undefined for those of the system. */
const authorityOf = ({ config, file }: Options): Material | undefined => {
  const { "idp-certificate-authority": name = "", "idp-certificate-authority-data": data = "" } = config
  return data !== ""
    ? { _tag: "Content", bytes: Buffer.from(data, "base64"), field: "idp-certificate-authority-data" }
    : name !== ""
    ? { _tag: "File", path: path.resolve(path.dirname(file), name), field: "idp-certificate-authority" }
    : undefined
}

/** Sends requests to the identity provider, each over a connection of its own, and returns the body of the response. */
const sender = (authority: string | undefined, variables: ProxyRules.ProxyVariables): Send => (url, request, headers) =>
  Effect.gen(function*() {
    const address = URL.canParse(url) ? new URL(url) : undefined
    if (address === undefined || !/^https?:$/.test(address.protocol)) {
      return yield* Effect.fail("its address is not a URL")
    }
    const proxy = yield* fromEither(
      Either.mapLeft(ProxyRules.proxyFor(url, undefined, variables), ({ detail }) => detail)
    )
    const agent = yield* AgentFactory.make({ baseUrl: address.origin, authority, proxy })
    const absolute = AgentFactory.isForwarded(url, proxy)
    const all = Redacted.make({ ...headers, ...(absolute ? ProxyTunnel.authorization(proxy) : {}) })
    const client = HttpAgent.makeClient(agent, address.origin, all, absolute)
    return yield* HttpRequest.body(
      client,
      {
        method: "GET",
        path: `${address.pathname}${address.search}`,
        body: undefined,
        ...request,
        headers: { accept: "application/json", "user-agent": "effect-os-builder", ...request?.headers }
      },
      requestTimeout,
      RequestLimiter.make(1),
      asItIs
    ).pipe(
      Effect.map(({ bytes }) => bytes.toString()),
      Effect.ensuring(Effect.sync(() => agent.destroy()))
    )
  })

/** Exchanges a refresh-token at the identity provider. */
const refresh = (options: Options, refreshToken: string) =>
  Effect.gen(function*() {
    const { config, label } = options
    const problemWith = (what: string) => (failure: HttpRequest.Failure | string) =>
      refusal(label, `${what} (${typeof failure === "string" ? failure : describe(failure)})`)
    const authority = yield* Effect.mapError(
      AgentFactory.readAuthority(authorityOf(options)),
      (problem) => refusal(label, problem)
    )
    const send = sender(authority, yield* ProxyRules.variables)

    const { "client-id": id = "", "client-secret": secret = "", "idp-issuer-url": issuer = "" } = config
    const discovery = yield* Effect.mapError(
      send(`${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`),
      problemWith("the identity provider's configuration cannot be read")
    )
    const { token_endpoint: endpoint } = yield* Effect.mapError(
      Schema.decode(Discovery)(discovery),
      () => refusal(label, "the identity provider's configuration has no token_endpoint")
    )
    const grant = { grant_type: "refresh_token", refresh_token: refreshToken }
    const post = (fields: Readonly<Record<string, string>>, headers: HttpAgent.Headers) =>
      send(endpoint, {
        method: "POST",
        headers: { "content-type": "application/x-www-form-urlencoded" },
        body: Buffer.from(form(fields))
      }, headers)
    // As golang.org/x/oauth2: some providers accept the client's secret in one way only.
    const response = yield* post(grant, basic(id, secret)).pipe(
      Effect.catchIf(
        (failure) => typeof failure !== "string" && failure._tag === "ErrorResponse",
        () => post({ ...grant, client_id: id, ...(secret === "" ? {} : { client_secret: secret }) }, {})
      ),
      Effect.mapError(problemWith("the refresh-token was not accepted"))
    )
    const { id_token: token, refresh_token: next = "" } = yield* Effect.mapError(
      Schema.decode(Grant)(response),
      () => refusal(label, "the identity provider returned no id_token")
    )
    const expiry = expiryOf(token)
    if (Option.isNone(expiry)) {
      return yield* refusal(label, "the identity provider returned an id_token without an expiry")
    }
    return { token, expiresAt: expiry.value, refreshToken: next === "" ? refreshToken : next }
  })

/** A valid id-token: the current one, or a new one for the refresh-token. */
export const idToken = (options: Options): Effect.Effect<IdToken, ConfigurationError> =>
  Effect.gen(function*() {
    const { cache, config, label, rejected } = options
    const key = JSON.stringify(config)
    const known = cache.get(key) ??
      { idToken: config["id-token"] ?? "", refreshToken: config["refresh-token"] ?? "" }
    const now = yield* Clock.currentTimeMillis
    if (known.idToken !== "") {
      const expiry = expiryOf(known.idToken)
      if (Option.isNone(expiry)) return yield* refusal(label, "the id-token is not a JSON Web Token with an expiry")
      const isUsable = now < expiry.value && !(rejected && known.refreshToken !== "")
      if (isUsable) return { token: known.idToken, expiresAt: expiry.value }
    }
    if (known.refreshToken === "") {
      return yield* refusal(
        label,
        known.idToken === ""
          ? "it has neither an id-token nor a refresh-token"
          : "the id-token has expired and there is no refresh-token"
      )
    }
    const { expiresAt, refreshToken, token } = yield* refresh(options, known.refreshToken)
    if (refreshToken !== known.refreshToken) {
      yield* Effect.logWarning(
        `${label}: the identity provider replaced the refresh-token; the kubeconfig still has the old one`
      )
    }
    cache.set(key, { idToken: token, refreshToken })
    return { token, expiresAt }
  })
