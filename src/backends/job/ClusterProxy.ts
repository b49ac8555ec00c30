/**
 * The proxies of an OpenShift cluster, for builds that name none.
 */
import * as Effect from "effect/Effect"
import type * as Cluster from "../../kubernetes/Cluster.js"
import type { ClusterError } from "../../kubernetes/ClusterError.js"
import * as Resources from "../../kubernetes/Resources.js"
import type { ClusterDefaults } from "../controller/Definition.js"

const patience = "10 minutes"

/** Everyone who sees a pod can read its environment. */
const withoutPassword = (url: string | undefined): url is string =>
  url !== undefined && url !== "" && !url.includes("@")

/** Read once in ten minutes; a cluster that has no such object, or does not let us read it, has no proxy for us. */
export const make = (cluster: Cluster.Service): Effect.Effect<Effect.Effect<ClusterDefaults, ClusterError>> =>
  Effect.map(
    Effect.cachedInvalidateWithTTL(read(cluster), patience),
    // What went wrong is not remembered.
    ([cached, forget]) => Effect.tapError(cached, () => forget)
  )

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
