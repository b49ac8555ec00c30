/**
 * `os-builder demo`: one Containerfile on three clusters in memory, each with its preferred backend.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Stream from "effect/Stream"
import * as BuildBackend from "../../core/BuildBackend.js"
import * as BuildEvent from "../../core/BuildEvent.js"
import * as BuildInput from "../../core/BuildInput.js"
import type { Cluster } from "../../kubernetes/Cluster.js"
import * as BackendSelection from "../../selection/BackendSelection.js"
import * as FakeCluster from "../../testing/FakeCluster.js"
import type { CliError } from "../CliError.js"
import * as DemoViewer from "../DemoViewer.js"
import type { Output } from "../Output.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly json: boolean
}

const containerfile = `ARG BASE_IMAGE
FROM \${BASE_IMAGE}
RUN dnf -y install vim && dnf clean all
COPY --chmod=644 motd /etc/motd
`

const log = [
  "STEP 1/3: FROM quay.io/fedora/fedora-bootc:43",
  "STEP 2/3: RUN dnf -y install vim && dnf clean all",
  "Installed: vim-enhanced-2:9.1.1775-1.fc43.x86_64",
  "STEP 3/3: COPY --chmod=644 motd /etc/motd",
  "COMMIT registry.example.com/os/workstation:1"
]

const clusters: ReadonlyArray<
  readonly [name: string, layer: Layer.Layer<Cluster | FakeCluster.FakeCluster>]
> = [
  ["Kubernetes", FakeCluster.vanilla],
  ["OpenShift", FakeCluster.openShift],
  ["OpenShift on a single node", FakeCluster.singleNode]
]

const input = BuildInput.make({
  dockerfile: containerfile,
  baseImage: { pullspec: "quay.io/fedora/fedora-bootc:43" },
  finalImage: { pullspec: "registry.example.com/os/workstation:1" },
  context: { motd: "built by os-builder\n" }
})

const buildOn = (viewer: DemoViewer.DemoViewer, cluster: string) =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.outcome(FakeCluster.succeeds({ after: "1 second", log }))
    return yield* Effect.gen(function*() {
      const { explain, report } = yield* BackendSelection.Selection
      const given = yield* input
      yield* viewer.cluster(cluster, report, yield* explain(given))
      const { adopted, ref } = yield* BuildBackend.build(given)
      yield* viewer.event(ref, new BuildEvent.Submitted({ adopted, ref }))
      const statuses = Stream.tap(
        BuildBackend.changes(ref),
        (status) => viewer.event(ref, new BuildEvent.StatusChanged({ status }))
      )
      const lines = Stream.tap(
        BuildBackend.logs(ref, { follow: true }),
        (line) => viewer.event(ref, new BuildEvent.LogLine({ line, number: 1 }))
      )
      yield* Effect.all([Stream.runDrain(statuses), Stream.runDrain(lines)], { concurrency: 2 })
      const image = yield* BuildBackend.result(ref)
      yield* viewer.result(ref, image)
      return { cluster, backend: ref.backend, image }
    }).pipe(Effect.provide(BackendSelection.layer))
  })

/**
 * @since 0.1.0
 * @category commands
 */
export const demo = ({ json }: Options): Effect.Effect<void, CliError, Output> =>
  Effect.gen(function*() {
    const viewer = yield* DemoViewer.make({ json })
    yield* viewer.start(containerfile)
    const built = yield* Effect.forEach(
      clusters,
      ([name, cluster]) => Effect.provide(buildOn(viewer, name), cluster)
    )
    yield* viewer.end(built)
  })
