/**
 * The proxies of an OpenShift cluster, for builds that name none.
 */
import * as Clock from "effect/Clock"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Cluster from "../../kubernetes/Cluster.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import * as Resources from "../../kubernetes/Resources.js"
import type { ClusterDefaults } from "../controller/Definition.js"

/** How long a proxy that was read is used, by all backends of the cluster. */
export const proxyCacheTtl = Duration.minutes(10)

/** Everyone who can get a pod can read its environment. */
const withoutPassword = (url: string | undefined): url is string =>
  url !== undefined && url !== "" && !url.includes("@")

const caches = new WeakMap<Cluster.Service, Effect.Effect<ClusterDefaults, ClusterError>>()

/**
 * The cluster's proxy, read at most once in {@link proxyCacheTtl}, whichever backends ask; none on a cluster that has no such
 * object, or does not let us read it. An error is not remembered.
 */
export const of = (cluster: Cluster.Service): Effect.Effect<ClusterDefaults, ClusterError> =>
  Effect.suspend(() => {
    const known = caches.get(cluster)
    if (known !== undefined) return known
    const made = cached(read(cluster))
    caches.set(cluster, made)
    return made
  })

/** Reads it while a selection probes the cluster anyway, so that the first build need not; an error is the build's affair. */
export const prepare: Effect.Effect<void, never, Cluster.Cluster> = Effect.ignore(Effect.flatMap(Cluster.Cluster, of))

const cached = (
  reading: Effect.Effect<ClusterDefaults, ClusterError>
): Effect.Effect<ClusterDefaults, ClusterError> => {
  const one = Effect.unsafeMakeSemaphore(1)
  let latest: { readonly defaults: ClusterDefaults; readonly until: number } | undefined
  return one.withPermits(1)(Effect.gen(function*() {
    const now = yield* Clock.currentTimeMillis
    if (latest !== undefined && now < latest.until) return latest.defaults
    const defaults = yield* reading
    latest = { defaults, until: now + Duration.toMillis(proxyCacheTtl) }
    return defaults
  }))
}

const read = (cluster: Cluster.Service): Effect.Effect<ClusterDefaults, ClusterError> =>
  cluster.get(Resources.Proxy, "cluster").pipe(
    Effect.flatMap(({ status: { httpProxy, httpsProxy, noProxy } = {} }) => {
      const proxy = {
        ...(withoutPassword(httpProxy) ? { http: httpProxy } : {}),
        ...(withoutPassword(httpsProxy) ? { https: httpsProxy } : {})
      }
      const isLeftOut = [httpProxy, httpsProxy].some((url) => url?.includes("@") === true)
      const warned = isLeftOut
        ? Effect.logWarning(
          "A proxy of proxies.config.openshift.io/cluster has a password, which builds would show: they go without it. " +
            "Name a proxy without one in the input."
        )
        : Effect.void
      return Effect.as(
        warned,
        Object.keys(proxy).length === 0
          ? {}
          : { proxy: { ...proxy, ...(noProxy === undefined || noProxy === "" ? {} : { noProxy }) } }
      )
    }),
    Effect.catchIf(
      (error) => error.reason === "NotFound" || error.reason === "Forbidden",
      () => Effect.succeed({})
    )
  )
