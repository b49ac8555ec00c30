import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { BackendSelection, BuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { timed } from "../support/Quiescence.js"
import { input } from "../support/StubBackend.js"

const report = Effect.map(BackendSelection.Selection, ({ report }) => report)
const verdicts = ({ rows }: BackendSelection.Report) => rows.map(({ backend, verdict }) => `${backend} ${verdict._tag}`)
const builder = Effect.map(BuildBackend.build(input), ({ ref }) => ref.backend)
const built = Effect.flatMap(BuildBackend.build(input), ({ ref }) => BuildBackend.result(ref))

const may = (resource: string, group: string): FakeCluster.UserRule => ({
  verbs: ["*"],
  apiGroups: [group],
  resources: [resource]
})
const everywhere = [may("configmaps", ""), may("pods", ""), may("jobs", "batch"), may("builds", "build.openshift.io")]
const docker = may("builds/docker", "build.openshift.io")
const infrastructures = may("infrastructures", "config.openshift.io")
const singleNode = { topology: "SingleReplica" } as const

const topologies: ReadonlyArray<{
  readonly name: string
  readonly cluster: FakeCluster.Options
  readonly verdicts: ReadonlyArray<string>
  readonly grants?: string
}> = [
  {
    name: "a plain cluster",
    cluster: {},
    verdicts: ["single-node Absent", "openshift Absent", "custom Available"]
  },
  {
    name: "OpenShift",
    cluster: { openShift: {} },
    verdicts: ["single-node Absent", "openshift Available", "custom Available"]
  },
  {
    name: "OpenShift on a single node",
    cluster: { openShift: singleNode },
    verdicts: ["single-node Available", "openshift Available", "custom Available"]
  },
  {
    name: "OpenShift without the capability Build",
    cluster: { openShift: { capabilities: ["Console"] } },
    verdicts: ["single-node Absent", "openshift Absent", "custom Available"]
  },
  {
    name: "a single node that we may not know for one",
    cluster: { openShift: singleNode, permissions: [...everywhere, docker] },
    verdicts: ["single-node Forbidden", "openshift Available", "custom Available"],
    grants: "get infrastructures (config.openshift.io) named cluster cluster-wide"
  },
  {
    name: "OpenShift that lets us create no Docker builds",
    cluster: { openShift: {}, permissions: [...everywhere, infrastructures] },
    verdicts: ["single-node Absent", "openshift Forbidden", "custom Available"],
    grants: "create builds/docker (build.openshift.io) in namespace default"
  }
]

describe("the backend that suits", () => {
  for (const { cluster, grants = "", name, verdicts: expected } of topologies) {
    const backend = expected.find((verdict) => verdict.endsWith(" Available"))?.split(" ")[0]

    it.effect(`${name}: ${backend}`, () =>
      Effect.gen(function*() {
        const found = yield* report
        assert.deepStrictEqual(verdicts(found), expected)
        assert.include(BackendSelection.table(found), grants)
        assert.strictEqual(yield* builder, backend)
        assert.match((yield* built).digest, /^sha256:[0-9a-f]{64}$/)
      }).pipe(Effect.provide(Layer.provide(BackendSelection.layer, FakeCluster.layer(cluster)))))

    it.scoped(`${name}: two round trips`, () =>
      Effect.gen(function*() {
        const world = yield* Layer.build(FakeCluster.layer(cluster))
        const fake = yield* Effect.provide(FakeCluster.FakeCluster, world)
        yield* Effect.asVoid(fake.fail({}, FakeCluster.latency("100 millis")))
        const { took, value } = yield* timed(Effect.provide(
          report,
          Layer.provide(
            BackendSelection.layer,
            Layer.succeedContext(world)
          )
        ))
        assert.deepStrictEqual(verdicts(value), expected)
        assert.strictEqual(took, 200)
      }))
  }
})

describe("a cluster that does not answer", () => {
  it.effect("a cluster that does not answer: fails the selection, and is not taken for one that has less", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.outage("1 hour")
      const { took, value } = yield* timed(Effect.flip(Effect.provide(report, BackendSelection.layer)))
      assert.instanceOf(value, BackendSelection.ProbeError)
      assert.strictEqual(took, 120_000)
      assert.deepStrictEqual(yield* fake.objects({ kind: "Job" }), [])
    }).pipe(Effect.provide(FakeCluster.openShift)))

  it.effect("a cluster that does not answer: is waited for", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.outage("30 seconds")
      const { took, value } = yield* timed(Effect.provide(report, BackendSelection.layer))
      assert.strictEqual(value.first?.backend, "single-node")
      assert.isAtLeast(took, 30_000)
    }).pipe(Effect.provide(FakeCluster.singleNode)))
})

describe("candidates in an order of one's own", () => {
  it.effect("candidates in an order of one's own: have their own settings", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      const layer = BackendSelection.layerFrom([
        BackendSelection.custom({ serviceAccount: "builder", security: "userns" }),
        BackendSelection.openShift({ namespace: "other" })
      ])
      const { ref } = yield* Effect.provide(BuildBackend.build(input), layer)
      assert.strictEqual(ref.backend, "custom")
      const [job] = yield* fake.objects({ kind: "Job" })
      assert.include(JSON.stringify(job), "\"serviceAccountName\":\"builder\"")
    }).pipe(Effect.provide(FakeCluster.openShift)))
})

describe("a backend that is settled", () => {
  const from = (environment: Readonly<Record<string, string>>) =>
    Layer.provide(
      BackendSelection.layerFromEnv,
      Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment))))
    )

  it.effect("a backend that is settled: builds without asking the cluster what it offers", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* Effect.gen(function*() {
        const { rows } = yield* report
        assert.strictEqual(String(rows.find(({ backend }) => backend === "openshift")), settled)
        assert.deepStrictEqual(yield* fake.requests, [])
        const { ref } = yield* BuildBackend.build(input)
        assert.strictEqual(ref.backend, "openshift")
        assert.strictEqual(ref.namespace, "builds")
      }).pipe(Effect.provide(from({ OS_BUILDER_BACKEND: "openshift", OS_BUILDER_NAMESPACE: "builds" })))
    }).pipe(Effect.provide(FakeCluster.layer({ openShift: {}, namespace: "builds" }))))

  const settled = "the settings name it; the cluster was not probed"

  it.effect("a backend that is settled: is not there in an empty environment, nor with auto", () =>
    Effect.gen(function*() {
      for (const environment of [{}, { OS_BUILDER_BACKEND: "" }, { OS_BUILDER_BACKEND: "auto" }]) {
        const found = yield* Effect.provide(report, from(environment))
        assert.notInclude(BackendSelection.table(found), settled)
      }
    }).pipe(Effect.provide(FakeCluster.openShift)))

  it.effect("a backend that is settled: must be one that there is", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.provide(report, from({ OS_BUILDER_BACKEND: "local" })))
      for (const word of ["OS_BUILDER_BACKEND", "auto", "openshift"]) assert.include(String(error), word)
    }).pipe(Effect.provide(FakeCluster.openShift)))
})
