import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Layer } from "effect"
import { BackendSelection, BuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { input } from "./stub.js"
import { timed } from "./timed.js"

const report = Effect.map(BackendSelection.Selection, ({ report }) => report)
const verdicts = ({ rows }: BackendSelection.Report) => rows.map(({ backend, verdict }) => `${backend} ${verdict._tag}`)
const builder = Effect.map(BuildBackend.build(input), ({ ref }) => ref.backend)
const built = Effect.flatMap(BuildBackend.build(input), ({ ref }) => BuildBackend.result(ref))

const topologies = [
  { name: "OpenShift", cluster: { openShift: {} }, backend: "openshift", verdicts: ["openshift Available"] }
] satisfies ReadonlyArray<
  { name: string; cluster: FakeCluster.Options; backend: string; verdicts: ReadonlyArray<string> }
>

describe("the backend that suits", () => {
  for (const { backend, cluster, name, verdicts: expected } of topologies) {
    it.effect(`${name}: ${backend}`, () =>
      Effect.gen(function*() {
        assert.deepStrictEqual(verdicts(yield* report), expected)
        assert.strictEqual(yield* builder, backend)
        assert.match((yield* built).digest, /^sha256:[0-9a-f]{64}$/)
      }).pipe(Effect.provide(Layer.provide(BackendSelection.layer, FakeCluster.layer(cluster)))))

    it.scoped(`${name}: two round trips`, () =>
      Effect.gen(function*() {
        const world = yield* Layer.build(FakeCluster.layer(cluster))
        const fake = yield* Effect.provide(FakeCluster.FakeCluster, world)
        yield* fake.fail({}, FakeCluster.latency("100 millis"))
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

describe("a backend that is settled", () => {
  const from = (environment: Readonly<Record<string, string>>) =>
    Layer.provide(
      BackendSelection.layerFromEnv,
      Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(environment))))
    )

  it.effect("builds without asking the cluster what it offers", () =>
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

  const settled = "the settings name it; the cluster was not asked"

  it.effect("is not there in an empty environment, nor with auto", () =>
    Effect.gen(function*() {
      for (const environment of [{}, { OS_BUILDER_BACKEND: "auto" }]) {
        const found = yield* Effect.provide(report, from(environment))
        assert.notInclude(BackendSelection.table(found), settled)
      }
    }).pipe(Effect.provide(FakeCluster.openShift)))

  it.effect("must be one that there is", () =>
    Effect.gen(function*() {
      const error = yield* Effect.flip(Effect.provide(report, from({ OS_BUILDER_BACKEND: "local" })))
      assert.match(String(error), /OS_BUILDER_BACKEND.*auto.*openshift/)
    }).pipe(Effect.provide(FakeCluster.openShift)))
})
