/**
 * A backend that builds in Jobs, from its profile: the common part of the custom and the single-node backend.
 */
import * as Effect from "effect/Effect"
import type { Service } from "../../core/service/BuildService.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import { Cluster } from "../../kubernetes/Cluster.js"
import * as BackendLayers from "../controller/BackendLayers.js"
import * as ClusterBackend from "../controller/ClusterBackend.js"
import * as ClusterProxy from "../controller/ClusterProxy.js"
import * as GitResolve from "../controller/GitResolve.js"
import * as BaseLookup from "./BaseLookup.js"
import * as JobDefinition from "./JobDefinition.js"
import type { JobProfile, JobSettings } from "./JobSettings.js"
import * as SlotHolder from "./SlotHolder.js"

export interface JobBackend<Settings extends JobSettings> extends BackendLayers.BackendLayers<Settings> {
  readonly make: (settings: Settings) => Effect.Effect<Service, never, Cluster>
  readonly scc: (settings: Settings) => string
  readonly samplePod: (settings: Settings) => JsonObject
}

/** `adapt` changes the methods of the backend for a profile that needs it. */
export const define = <Settings extends JobSettings>(options: {
  readonly profile: (settings: Settings) => JobProfile
  readonly adapt: (settings: Settings) => (backend: Service) => Service
  readonly defaults: Settings
}): JobBackend<Settings> => {
  const { adapt, defaults, profile } = options
  const make = (settings: Settings) =>
    Effect.flatMap(Cluster, (cluster) => {
      const own = profile(settings)
      const definition = {
        ...JobDefinition.make(own, ClusterProxy.of(cluster)),
        resolve: GitResolve.make(
          { backend: own.name, image: settings.gitImage, serviceAccount: settings.serviceAccount, user: "nobody" },
          cluster,
          ClusterProxy.of(cluster)
        ),
        currentBase: BaseLookup.make(cluster, own),
        slotHolder: own.takesSlot ? SlotHolder.find(cluster) : undefined
      }
      const namespace = settings.namespace ?? cluster.defaultNamespace
      return Effect.map(ClusterBackend.make(definition, { cluster, namespace }), adapt(settings))
    })
  return {
    make,
    scc: (settings) => JobDefinition.scc(profile(settings)),
    samplePod: (settings) => JobDefinition.samplePod(profile(settings)),
    ...BackendLayers.of(make, defaults)
  }
}
