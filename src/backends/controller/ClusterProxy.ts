/**
 * The proxies of an OpenShift cluster, for builds without a proxy of their own.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Cluster from "../../kubernetes/Cluster.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import type { RbacRule } from "../../kubernetes/RbacRule.js"
import * as Resources from "../../kubernetes/Resources.js"
import type { ClusterDefaults } from "./Definition.js"

/** How long a proxy is cached, for all backends of the cluster. */
export const proxyCacheTtl = Duration.minutes(10)

/** A URL without credentials: any client that can get a pod can read its environment. */
const withoutPassword = (url: string | undefined): url is string =>
  url !== undefined && url !== "" && !url.includes("@")

/** The permissions on the whole cluster to read it. */
export const rules: ReadonlyArray<RbacRule> = [
  {
    apiGroups: [Resources.Proxy.group],
    resources: [Resources.Proxy.plural],
    resourceNames: ["cluster"],
    verbs: ["get"]
  }
]

type Reading = Effect.Effect<ClusterDefaults, ClusterError>

const none: ClusterDefaults = {}

const caches = new WeakMap<Cluster.Service, (reading: Reading) => Reading>()

/** The result of a reading, or of one before it in {@link proxyCacheTtl}. */
const cached = (cluster: Cluster.Service, reading: Reading): Reading =>
  Effect.suspend(() => {
    const cache = caches.get(cluster) ?? makeCache()
    caches.set(cluster, cache)
    return cache(reading)
  })

const makeCache = () => {
  const one = Effect.unsafeMakeSemaphore(1)
  let latest: { readonly defaults: ClusterDefaults; readonly until: number } | undefined
  const unlessKnown = (read: (now: number) => Reading): Reading =>
    Effect.flatMap(
      Clock.currentTimeMillis,
      (now) => latest !== undefined && now < latest.until ? Effect.succeed(latest.defaults) : read(now)
    )
  return (reading: Reading): Reading =>
    // The readers that wait for another one find what it has read.
    unlessKnown(() =>
      one.withPermits(1)(unlessKnown((now) =>
        Effect.tap(reading, (defaults) =>
          Effect.sync(() => {
            latest = { defaults, until: now + Duration.toMillis(proxyCacheTtl) }
          }))
      ))
    )
}

/**
 * The cluster's proxy, read at most once in {@link proxyCacheTtl}, for all backends; none on a cluster without such an object or
 * without the permission to read it. An error is not cached.
 */
export const of = (cluster: Cluster.Service): Reading =>
  // The request is not even prepared for each build.
  cached(cluster, Effect.suspend(() => read(cluster)))

/**
 * Fills the cache while a selection probes the cluster, so that the first build need not wait; the build reports an error. A cluster
 * whose API groups, which the probes request too, lack that of the object has no proxy.
 */
export const prepare: Effect.Effect<void, never, Cluster.Cluster> = Effect.flatMap(
  Cluster.Cluster,
  (cluster) =>
    Effect.ignore(
      Effect.flatMap(cluster.groups, (groups) =>
        cached(cluster, groups.has(Resources.Proxy.group) ? read(cluster) : Effect.succeed(none)))
    )
)

const read = (cluster: Cluster.Service): Reading =>
  cluster.get(Resources.Proxy, "cluster").pipe(
    Effect.flatMap(({ status: { httpProxy, httpsProxy, noProxy } = {} }) => {
      const proxy = {
        ...(withoutPassword(httpProxy) ? { http: httpProxy } : {}),
        ...(withoutPassword(httpsProxy) ? { https: httpsProxy } : {})
      }
      const isLeftOut = [httpProxy, httpsProxy].some((url) => url?.includes("@") === true)
      const warned = isLeftOut
        ? Effect.logWarning(
          "A proxy of proxies.config.openshift.io/cluster contains a password, which would be readable in build pods; builds do not use it. " +
            "Set a proxy without a password in the input."
        )
        : Effect.void
      return Effect.as(
        warned,
        Object.keys(proxy).length === 0
          ? none
          : { proxy: { ...proxy, ...(noProxy === undefined || noProxy === "" ? {} : { noProxy }) } }
      )
    }),
    Effect.catchIf(
      (error) => error.reason === "NotFound" || error.reason === "Forbidden",
      () => Effect.succeed(none)
    )
  )
