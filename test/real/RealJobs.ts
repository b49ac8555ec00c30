/**
 * The backends that run Jobs, on a fake cluster whose node runs the containers of its pods on this machine.
 */
import { Context, Effect, Layer } from "effect"
import { BuildBackend, Cluster } from "effect-os-builder"
import * as path from "node:path"
import * as ClusterBackend from "../../src/backends/controller/ClusterBackend.js"
import * as GitResolve from "../../src/backends/controller/GitResolve.js"
import * as BaseLookup from "../../src/backends/job/BaseLookup.js"
import * as JobDefinition from "../../src/backends/job/JobDefinition.js"
import type { JobProfile, JobSettings } from "../../src/backends/job/JobSettings.js"
import * as Access from "../../src/fake/apiserver/Access.js"
import * as FakeDriver from "../../src/fake/apiserver/FakeDriver.js"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import * as PodRuntime from "./PodRuntime.js"
import * as Workplace from "./Workplace.js"

const admin: Access.User = { name: "admin", rules: [Access.everything] }

/** As the backends set themselves up, but that registries on loopback are those of this machine. */
export const backend = (more: Partial<JobProfile>, settings: JobSettings = {}) =>
  Layer.scopedContext(Effect.gen(function*() {
    const { closed, folder, open } = yield* Workplace.Workplace
    yield* PodRuntime.mountPoint
    const plane = yield* ControlPlane.make({
      pods: (plane) => ({ programs: PodRuntime.programs({ plane, folder: path.join(folder, "pods") }) })
    })
    const cluster = yield* Cluster.make(
      FakeDriver.make((request) => plane.gateway.handle(request, admin), "default")
    )
    const profile: JobProfile = {
      name: "custom",
      settings: { insecureRegistries: [open, closed], ...settings },
      resources: { cpu: "100m", memory: "256Mi", ephemeralStorage: "1Gi" },
      tolerations: [],
      takesSlot: false,
      deliversToNode: false,
      ...more
    }
    const definition = {
      ...JobDefinition.make(profile, Effect.succeed({})),
      resolve: GitResolve.make(
        { backend: profile.name, image: undefined, serviceAccount: undefined, user: "nobody" },
        cluster,
        Effect.succeed({})
      ),
      currentBase: BaseLookup.make(cluster, profile),
      check: () => []
    }
    return Context.make(
      BuildBackend.BuildBackend,
      yield* ClusterBackend.make(definition, { cluster, namespace: "default" })
    ).pipe(Context.add(Cluster.Cluster, cluster))
  })).pipe(Layer.provideMerge(Workplace.layer))
