// Two clusters in one process. Each has its own backend, selected for it, under a name that the application chose.
// Each call of `Layer.build` makes another backend from a layer, for the lifetime of a scope.
import { Context, Effect, Layer, type Scope } from "effect"
import { BackendSelection, BuildBackend, type BuildInput, type Cluster } from "effect-os-builder"

const names = ["east", "west"] as const

export type Region = typeof names[number]

export class Regions extends Context.Tag("app/Regions")<Regions, Readonly<Record<Region, BuildBackend.Service>>>() {}

const backendOn = <E>(
  cluster: Layer.Layer<Cluster.Cluster, E>
): Effect.Effect<
  BuildBackend.Service,
  E | BackendSelection.NoBackendAvailable | BackendSelection.ProbeError,
  Scope.Scope
> =>
  Effect.map(
    Layer.build(Layer.provide(BackendSelection.layer, cluster)),
    Context.get(BuildBackend.BuildBackend)
  )

/** One backend per region. Outside of tests `clusterOf` is `(region) => KubernetesCluster.layerWith({ context: region })`. */
export const layer = <E>(clusterOf: (region: Region) => Layer.Layer<Cluster.Cluster, E>) =>
  Layer.scoped(
    Regions,
    Effect.all(
      { east: backendOn(clusterOf("east")), west: backendOn(clusterOf("west")) },
      { concurrency: "unbounded" }
    )
  )

/** Builds the same image in every region, concurrently. */
export const buildEverywhere = (input: BuildInput.BuildInput) =>
  Effect.gen(function*() {
    const regions = yield* Regions
    return yield* Effect.forEach(
      names,
      (name) =>
        BuildBackend.run(input).pipe(
          Effect.provideService(BuildBackend.BuildBackend, regions[name]),
          Effect.map(({ pullspec }) => ({ region: name, pullspec }))
        ),
      { concurrency: "unbounded" }
    )
  })
