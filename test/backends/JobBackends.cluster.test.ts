/**
 * What every backend has to do, done by those that run Jobs on a real control plane, whose Job controller, scheduler,
 * garbage collector and admission are the real ones. A kubelet of ours moves the pods through their phases.
 */
import { assert, layer } from "@effect/vitest"
import { Clock, Context, Effect, Either, identity, Layer, Option, Stream } from "effect"
import { BuildBackend, type BuildInput, Cluster, CustomBuildBackend, SingleNodeBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as JobBackend from "../../src/backends/job/JobBackend.js"
import * as FakeControlPlane from "../../src/fake/ControlPlane.js"
import * as Json from "../../src/fake/Json.js"
import * as Program from "../../src/fake/kubelet/Program.js"
import * as Seed from "../../src/fake/store/Seed.js"
import * as Resource from "../../src/kubernetes/Resource.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { OutcomeRegistry } from "../../src/testing/OutcomeRegistry.js"
import { suite } from "../BackendSuite.js"
import { ControlPlane, layer as controlPlane } from "../control-plane/ControlPlane.js"
import * as Node from "../control-plane/Node.js"
import { full } from "../support/Jobs.js"
import { worldOf } from "../support/Worlds.js"

const namespaceOf = (name: string, level: string) => ({
  metadata: { name, labels: { "pod-security.kubernetes.io/enforce": level } }
})

/** The control plane with a node whose pods go as the outcomes of the fake cluster say. */
const real = Layer.scopedContext(Effect.gen(function*() {
  const { admin } = yield* ControlPlane
  const cluster = yield* KubernetesCluster.make({ kubeconfig: admin.kubeconfigPath, namespace: "builds" })
  for (const level of ["baseline", "restricted"]) {
    yield* cluster.create(Resources.Namespace, namespaceOf(level === "baseline" ? "builds" : level, level))
  }
  const playbook = new OutcomeRegistry(FakeCluster.succeeds())
  // The outcomes look a build's record up in a fake: each gets a copy there.
  const copy = yield* FakeControlPlane.makeServer()
  const configMaps = Resource.raw(Resources.ConfigMap)
  const { programs = Program.byDefault } = playbook.behaviour(copy)
  yield* Node.run({
    kubeconfigPath: admin.kubeconfigPath,
    node: { name: "node-1" },
    programs: (pod) =>
      Effect.gen(function*() {
        const record = Json.text(pod, "metadata", "labels", "effect-os-builder/record")
        const namespace = Json.text(pod, "metadata", "namespace")
        if (record !== undefined) {
          const found = yield* Effect.option(cluster.get(configMaps, record, { namespace }))
          const now = yield* Clock.currentTimeMillis
          if (Option.isSome(found)) {
            const { annotations, labels } = Json.object(found.value, "metadata")
            const put = Seed.put(
              copy,
              Json.make({
                apiVersion: "v1",
                kind: "ConfigMap",
                metadata: Json.make({ name: record, namespace, labels, annotations }),
                data: Json.object(found.value, "data")
              }),
              now
            )
            assert(Either.isRight(put), JSON.stringify(put))
          }
        }
        return yield* programs(pod)
      })
  })
  const control = {
    outcome: (next: FakeCluster.Outcome, match: FakeCluster.BuildMatch = {}) =>
      Effect.sync(() => playbook.set(next, match)),
    release: playbook.release.bind(playbook)
  }
  return Context.make(Cluster.Cluster, cluster).pipe(
    Context.add(
      FakeCluster.FakeCluster,
      yield* Effect.provide(FakeCluster.FakeCluster, Layer.mock(FakeCluster.FakeCluster, control))
    )
  )
})).pipe(Layer.provideMerge(controlPlane))

const backends = [
  { name: "custom", options: {}, make: CustomBuildBackend.make() },
  { name: "single-node", options: {}, make: SingleNodeBuildBackend.make() }
]

for (const backend of backends) {
  suite<Cluster.Cluster | FakeCluster.FakeCluster, unknown>({
    ...worldOf(backend),
    name: `${backend.name} on a real control plane`,
    layer: Layer.provideMerge(Layer.effect(BuildBackend.BuildBackend, backend.make), real),
    timeout: "60 seconds"
  })
}

layer(real, { excludeTestServices: true, timeout: "90 seconds" })("a real API server", (it) => {
  const defaults = { resources: { cpu: "100m", memory: "64Mi", ephemeralStorage: "1Gi" }, tolerations: [] }

  for (const security of ["anyuid", "userns"] as const) {
    it.effect(`full input: its Job is stored to the letter, and its pod is admitted at level baseline: ${security}`, () =>
      Effect.gen(function*() {
        const cluster = yield* Cluster.Cluster
        const profile = {
          ...defaults,
          name: `full-${security}`,
          settings: { security, cacheClaimName: "layers", registriesConfigMapName: "registries" },
          takesSlot: true,
          deliversToNode: false
        }
        const input: BuildInput.BuildInput = full
        const { make } = JobBackend.define({ profile: () => profile, adapt: () => identity, defaults: {} })
        const backend = yield* Effect.provideService(make({}), Cluster.Cluster, cluster)
        const { ref } = yield* backend.build(input)
        const [job] = (yield* cluster.list(Resource.raw(Resources.Job), {
          labelSelector: `effect-os-builder/record=${ref.name}`
        })).items
        assert.strictEqual(
          Json.at(job, "spec", "template", "spec", "hostUsers"),
          security === "userns" ? false : undefined
        )
        // Kueue would let it go.
        yield* cluster.patch(Resources.Job, Json.text(job, "metadata", "name") ?? "", {
          merge: { spec: { suspend: false } }
        })
        const pods = yield* Effect.repeat(
          Effect.delay(
            cluster.list(Resource.raw(Resources.Pod), { labelSelector: `effect-os-builder/record=${ref.name}` }),
            "50 millis"
          ),
          { until: ({ items }) => items.length > 0 }
        )
        assert.lengthOf(pods.items, 1)
        yield* backend.remove(ref)
      }))
  }

  it.effect("a real API server: keeps the pod out of a namespace of level restricted, and the status says so", () =>
    Effect.gen(function*() {
      const backend = yield* CustomBuildBackend.make({ namespace: "restricted" })
      const input = yield* worldOf({ name: "custom", options: {}, make: CustomBuildBackend.make() }).input(
        "restricted",
        "well"
      )
      const { ref } = yield* backend.build(input)
      const blocked = yield* backend.changes(ref).pipe(
        Stream.map((status) => status._tag === "Pending" ? status.blocked : undefined),
        Stream.filter((blocked) => blocked !== undefined),
        Stream.runHead
      )
      assert(Option.isSome(blocked) && blocked.value !== undefined)
      assert.strictEqual(blocked.value.reason, "Admission")
      assert.include(blocked.value.message, "violates PodSecurity")
      yield* backend.remove(ref)
    }))

  it.effect("a real API server: collects everything of a build with its record", () =>
    Effect.gen(function*() {
      const cluster = yield* Cluster.Cluster
      const backend = yield* CustomBuildBackend.make()
      const input = yield* worldOf({ name: "custom", options: {}, make: CustomBuildBackend.make() }).input(
        "collected",
        "well"
      )
      const { ref } = yield* backend.build(input)
      yield* Stream.runDrain(backend.changes(ref))
      yield* backend.remove(ref)
      const labelSelector = `effect-os-builder/record=${ref.name}`
      const left = Effect.map(
        Effect.all([Resources.ConfigMap, Resources.Job, Resources.Pod].map((resource) =>
          cluster.list(Resource.raw<unknown>(resource), { labelSelector })
        )),
        (lists) =>
          lists.flatMap(({ items }) => items).length
      )
      yield* Effect.repeat(Effect.delay(left, "100 millis"), { until: (count) => count === 0 })
    }))
})
