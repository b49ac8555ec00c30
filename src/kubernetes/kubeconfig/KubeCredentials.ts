/**
 * Credentials and connections for an API server, refreshed from a source.
 *
 * The source may read files or run a plugin for its credentials. It is queried at most once a minute, by one fiber at a time,
 * and again when the credentials expire or the server refuses them. Connections are kept while the TLS material is the same.
 */
import * as Clock from "effect/Clock"
import * as Deferred from "effect/Deferred"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as FiberId from "effect/FiberId"
import * as Redacted from "effect/Redacted"
import type * as Scope from "effect/Scope"
import type * as http from "node:http"
import * as Waits from "../client/Waits.js"
import * as HttpAgent from "../transport/HttpAgent.js"
import type { ConfigurationError } from "./ConfigurationError.js"
import type { Source } from "./Source.js"

export interface Access {
  /** Sends requests with the credentials. */
  readonly client: HttpAgent.Client
  /** Where and how WebSockets connect with the credentials. */
  readonly upgrade: HttpAgent.Upgrade
  /** Of the server, without a trailing slash; undefined if it is not known. */
  readonly baseUrl?: string
  /** What to do if the server's certificate is not trusted. */
  readonly trustAdvice: string | undefined
}

export interface Credentials {
  /** The namespace of the context, if it names one. */
  readonly contextNamespace: string | undefined
  readonly access: Effect.Effect<Access, ConfigurationError>
  /** The access that is valid at this time; undefined if `access` would query the source. */
  readonly known: (now: number) => Access | undefined
  /** Queries the source again after the server refused the credentials of this access. */
  readonly renew: (rejected: Access) => Effect.Effect<Access, ConfigurationError>
  /** Reports that a connection was lost: files with credentials are read again for the next request. */
  readonly connectionLost: (access: Access) => void
}

const accessTtl = Duration.toMillis(Waits.credentials.limit)

interface Cached {
  readonly access: Access
  readonly until: number
  readonly fromFiles: boolean
}

/** `load` finds the source; it runs at first, and again after the server refused the credentials. */
export const make = (
  load: Effect.Effect<Source, ConfigurationError>
): Effect.Effect<Credentials, ConfigurationError, Scope.Scope> =>
  Effect.gen(function*() {
    const scope = yield* Effect.scope
    let source = yield* load
    let current: { readonly key: string; readonly agent: http.Agent } | undefined
    let cached: Cached | undefined
    let pending: Deferred.Deferred<Access, ConfigurationError> | undefined
    yield* Effect.addFinalizer(() => Effect.sync(() => current?.agent.destroy()))

    const refresh = (rejected: boolean) =>
      Effect.gen(function*() {
        const connection = yield* source.connect({ rejected })
        if (current === undefined || current.key !== connection.key) {
          const agent = yield* connection.agent
          if (current !== undefined) {
            HttpAgent.retireAgent(current.agent)
          }
          current = { key: connection.key, agent }
        }
        const credentials = Redacted.make(connection.headers)
        const { absolute, baseUrl } = connection
        const access: Access = {
          client: HttpAgent.makeClient(current.agent, baseUrl, credentials, absolute),
          upgrade: HttpAgent.makeUpgrade(current.agent, baseUrl, credentials, absolute),
          baseUrl,
          trustAdvice: connection.trustAdvice
        }
        const now = yield* Clock.currentTimeMillis
        cached = {
          access,
          until: Math.min(now + accessTtl, connection.expiresAt ?? Infinity),
          fromFiles: connection.fromFiles ?? false
        }
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

    const known = (now: number) => cached !== undefined && now < cached.until ? cached.access : undefined

    const access = Effect.flatMap(Clock.currentTimeMillis, (now) => {
      const current = known(now)
      return current === undefined ? shared(refresh(false)) : Effect.succeed(current)
    })

    yield* access
    return {
      contextNamespace: source.namespace,
      access,
      known,
      renew: (rejected) =>
        Effect.suspend(() =>
          cached?.access === rejected
            ? shared(Effect.flatMap(load, (loaded) => {
              source = loaded
              return refresh(true)
            }))
            : access
        ),
      connectionLost: (lost) => {
        if (cached?.access === lost && cached.fromFiles) {
          cached = { ...cached, until: 0 }
        }
      }
    }
  })
