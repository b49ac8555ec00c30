/**
 * Identity of builds: later builds of an input, older ones that remain, objects of the same name, builds of other clients.
 */
import { assert, describe, it } from "@effect/vitest"
import { ConfigProvider, Effect, Exit, Fiber, Layer } from "effect"
import { BackendSelection, BuildBackend, BuildInput, Cluster } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Json from "../../src/fake/Json.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import * as Resource from "../../src/kubernetes/Resource.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import {
  byJobs,
  children,
  collect,
  ended,
  held,
  input,
  last,
  objects,
  ofKind,
  remains,
  scenario,
  settle
} from "../support/Scenario.js"

const wholeRecords = Resource.raw(Resources.ConfigMap)

describe.sequential("identity", () => {
  it.effect("OCPBUGS-18989, 18991: selecting another backend during a build leaves the build to the first", () =>
    Effect.gen(function*() {
      const { cluster, control } = yield* FakeCluster.make({ openShift: {} })
      const given = yield* input("os")
      yield* control.outcome(FakeCluster.held)
      const selected = <E>(layer: Layer.Layer<BuildBackend.BuildBackend, E, Cluster.Cluster>) =>
        Effect.provide(
          BuildBackend.BuildBackend,
          Layer.provide(layer, Layer.succeed(Cluster.Cluster, cluster))
        )
      const before = yield* selected(BackendSelection.layerFrom([BackendSelection.openShift()]))
      const first = yield* before.build(given)
      const after = yield* selected(
        BackendSelection.layerFrom([BackendSelection.custom(), BackendSelection.openShift()])
      )
      assert.strictEqual((yield* after.build(yield* input("other"))).ref.backend, "custom")
      const second = yield* after.build(given)
      assert.deepStrictEqual([second.adopted, String(second.ref)], [true, String(first.ref)])
      yield* control.release(first.ref, FakeCluster.succeeds())
      assert.strictEqual(last(yield* collect(after.changes(second.ref))), "Succeeded")
    }).pipe(Effect.scoped))

  it.effect("OCPBUGS-18955: an unknown backend name is a configuration error", () =>
    Effect.gen(function*() {
      const { cluster } = yield* FakeCluster.make()
      const exit = yield* BuildBackend.BuildBackend.pipe(
        Effect.provide(BackendSelection.layerFromEnv),
        Effect.provideService(Cluster.Cluster, cluster),
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map([["OS_BUILDER_BACKEND", "openshift-image-builder"]]))),
        Effect.exit
      )
      assert.isTrue(Exit.isFailure(exit))
      assert.include(String(exit), "openshift-image-builder")
    }).pipe(Effect.scoped))

  scenario(
    "OCPBUGS-18344",
    "an input that changes during a build gets its own build",
    (stage) =>
      Effect.gen(function*() {
        const { backend, fake } = stage
        const first = yield* held(stage, yield* input("os"))
        const { adopted, ref } = yield* backend.build(yield* input("changed"))
        assert.isFalse(adopted)
        yield* settle
        yield* fake.release(first, FakeCluster.succeeds())
        yield* fake.release(ref, FakeCluster.succeeds())
        assert.deepStrictEqual([yield* ended(backend, ref), yield* ended(backend, first)], ["Succeeded", "Succeeded"])
      })
  )

  scenario(
    "OCPBUGS-19007",
    "nine concurrent builds all end, and one that fails does not affect the others",
    (stage) =>
      Effect.gen(function*() {
        const { backend, fake } = stage
        const images = Array.from({ length: 9 }, (_, index) => `os-${"abcdefghi"[index]}`)
        yield* fake.outcome(FakeCluster.succeeds({ after: "1 minute" }))
        yield* fake.outcome(FakeCluster.containerfileFails(), { finalImage: "registry.example.com/os-e:1" })
        const ends = yield* Effect.forEach(
          images,
          (image) => Effect.flatMap(Effect.flatMap(input(image), backend.build), ({ ref }) => ended(backend, ref)),
          { concurrency: "unbounded" }
        )
        assert.deepStrictEqual(
          ends,
          images.map((image) => image === "os-e" ? "Failed InstructionFailed" : "Succeeded")
        )
      })
  )

  scenario(
    "OCPBUGS-38362",
    "the failed pod of an earlier build does not affect a later one",
    (stage) =>
      Effect.gen(function*() {
        const { backend, fake } = stage
        const given = yield* input("os", { retries: 0 })
        yield* fake.outcome(FakeCluster.evicted())
        const first = yield* backend.build(given)
        assert.strictEqual(yield* ended(backend, first.ref), "Errored Evicted")
        yield* fake.outcome(FakeCluster.succeeds({ after: "1 minute" }))
        const second = yield* backend.build(given)
        assert.isFalse(second.adopted)
        yield* settle
        assert.lengthOf(yield* ofKind(stage, "Pod"), 2)
        assert.strictEqual(yield* ended(backend, second.ref), "Succeeded")
        assert.strictEqual(yield* ended(backend, first.ref), "Errored Evicted")
      })
  )

  scenario(
    "OCPBUGS-45496",
    "no call on an ended build affects the newer one",
    (stage) =>
      Effect.gen(function*() {
        const { backend, fake } = stage
        const given = yield* input("os", { retries: 0 })
        yield* fake.outcome(FakeCluster.evicted(), { finalImage: given.finalImage.pullspec })
        const first = yield* backend.build(given)
        yield* ended(backend, first.ref)
        const second = yield* held(stage, given)
        const before = yield* children(stage, second)
        yield* backend.status(first.ref)
        yield* ended(backend, first.ref)
        yield* backend.cancel(first.ref)
        yield* backend.remove(first.ref)
        yield* settle
        assert.deepStrictEqual(
          (yield* children(stage, second)).map(({ metadata }) => metadata.uid),
          before.map(({ metadata }) => metadata.uid)
        )
        yield* fake.release(second, FakeCluster.succeeds())
        assert.strictEqual(yield* ended(backend, second), "Succeeded")
      })
  )

  scenario(
    "OCPBUGS-48675, 48808, 46421",
    "a build after a stop is a new one, however long the stopped objects remain",
    (stage) =>
      Effect.gen(function*() {
        const { backend, child, cluster, fake } = stage
        const given = yield* input("os")
        const first = yield* held(stage, given)
        const [lingering] = yield* children(stage, first)
        assert(lingering !== undefined)
        const finalizers = (list: ReadonlyArray<string>) =>
          cluster.patch<Resource.Metadata>(child, lingering.metadata.name, {
            merge: { metadata: { finalizers: list } }
          })
        yield* finalizers(["example.com/linger"])
        yield* backend.cancel(first)
        yield* fake.outcome(FakeCluster.succeeds(), { finalImage: given.finalImage.pullspec })
        const second = yield* backend.build(given)
        assert.isFalse(second.adopted)
        yield* settle
        assert.isDefined((yield* children(stage, first))[0]?.metadata.deletionTimestamp)
        assert.strictEqual((yield* backend.status(first))._tag, "Cancelled")
        yield* finalizers([])
        assert.strictEqual(yield* ended(backend, second.ref), "Succeeded")
        assert.strictEqual((yield* backend.status(first))._tag, "Cancelled")
      })
  )

  scenario(
    "OCPBUGS-60157",
    "a record created again under the same name is another build",
    (stage) =>
      Effect.gen(function*() {
        const { backend, cluster } = stage
        const first = yield* held(stage, yield* input("os"))
        const watching = yield* Effect.fork(ended(backend, first))
        yield* settle
        const { metadata, ...content } = yield* cluster.get(wholeRecords, first.name)
        yield* cluster.delete(wholeRecords, first.name)
        yield* cluster.create(wholeRecords, {
          ...content,
          metadata: { name: first.name, labels: Json.object(Json.make({ metadata }), "metadata", "labels") }
        })
        assert.strictEqual(yield* Fiber.join(watching), "Errored Deleted")
        assert.strictEqual((yield* Effect.flip(backend.status(first)))._tag, "BuildNotFound")
      })
  )

  scenario(
    "OCPBUGS-85117",
    "removing a build leaves a later build of the same name and its objects alone",
    (stage) =>
      Effect.gen(function*() {
        const { backend, cluster, fake } = stage
        const given = yield* input("os")
        const first = yield* held(stage, given)
        yield* cluster.delete(wholeRecords, first.name)
        yield* settle
        const second = yield* held(stage, given)
        assert.strictEqual(second.name, first.name)
        assert.notStrictEqual(second.uid, first.uid)
        yield* backend.remove(first)
        yield* backend.cancel(first)
        yield* settle
        assert.lengthOf(yield* children(stage, second), 1)
        yield* fake.release(second, FakeCluster.succeeds())
        assert.strictEqual(yield* ended(backend, second), "Succeeded")
      })
  )

  scenario(
    "OCPBUGS-61114",
    "each build of an input keeps its own outcome, and the newest is adopted",
    (stage) =>
      Effect.gen(function*() {
        const { backend, fake } = stage
        const given = yield* input("os", { retries: 0 })
        yield* fake.outcome(FakeCluster.oomKilled)
        const first = yield* backend.build(given)
        yield* ended(backend, first.ref)
        yield* fake.outcome(FakeCluster.succeeds())
        const second = yield* backend.build(given)
        yield* ended(backend, second.ref)
        const all = yield* backend.list({ fingerprint: BuildInput.fingerprint(given) })
        assert.deepStrictEqual(all.map(({ ref, status }) => [ref.name, status._tag]), [
          [second.ref.name, "Succeeded"],
          [first.ref.name, "Errored"]
        ])
        assert.deepStrictEqual(yield* backend.build(given), { ref: second.ref, adopted: true })
      })
  )

  scenario(
    "OCPBUGS-63006",
    "an edited input is built, and one edited back adopts the first build",
    (stage) =>
      Effect.gen(function*() {
        const { backend } = stage
        const [given, edited] = [yield* input("os"), yield* input("os", { buildArgs: { CHANNEL: "stable" } })]
        const first = yield* backend.build(given)
        const second = yield* backend.build(edited)
        assert.isFalse(second.adopted)
        assert.notStrictEqual(second.ref.name, first.ref.name)
        yield* ended(backend, second.ref)
        assert.deepStrictEqual(yield* backend.build(given), { ref: first.ref, adopted: true })
      })
  )

  scenario("OCPBUGS-68350", "an equal input is not built again", (stage) =>
    Effect.gen(function*() {
      const { backend } = stage
      const first = yield* backend.build(yield* input("os", { buildArgs: { A: "1", B: "2" } }))
      yield* ended(backend, first.ref)
      const same = yield* input("os", {
        buildArgs: { B: "2", A: "1" },
        timeout: "2 hours",
        retries: 0,
        resources: { cpu: "2" }
      })
      assert.deepStrictEqual(yield* backend.build(same), { ref: first.ref, adopted: true })
      assert.lengthOf(yield* ofKind(stage, stage.child.kind), 1)
    }))

  scenario(
    "OCPBUGS-34745",
    "an image deleted from its registry is rebuilt on request",
    (stage) =>
      Effect.gen(function*() {
        const { backend } = stage
        const given = yield* input("os")
        const first = yield* backend.build(given)
        yield* ended(backend, first.ref)
        const second = yield* backend.build(given, { again: true })
        assert.isFalse(second.adopted)
        assert.strictEqual(yield* ended(backend, second.ref), "Succeeded")
      })
  )

  scenario(
    "OCPBUGS-87905",
    "a rebuild happens although the client that requested it stops at once",
    (stage) =>
      Effect.gen(function*() {
        const { backend, client, fake } = stage
        const given = yield* input("os")
        yield* Effect.flatMap(backend.build(given), ({ ref }) => ended(backend, ref))
        const lift = yield* fake.fail(
          { verb: "create", resource: Resource.label(stage.child) },
          FakeCluster.status(403, "Forbidden", "no")
        )
        yield* Effect.exit(backend.build(given, { again: true }))
        yield* lift
        const { adopted, ref } = yield* (yield* client).build(given)
        assert.isTrue(adopted)
        assert.match(ref.name, /-2$/)
        assert.strictEqual(yield* ended(backend, ref), "Succeeded")
      })
  )

  scenario(
    "OCPBUGS-44602",
    "the objects of a build are owned by its record, and deleted with it",
    (stage) =>
      Effect.gen(function*() {
        const { backend, cluster } = stage
        const ref = yield* held(
          stage,
          yield* input("os", { dockerfile: "FROM a\nCOPY --chmod=644 a /a", context: { a: "a" } })
        )
        const owned = (yield* objects(stage)).filter((object) =>
          Metadata.name(object) !== ref.name && object["kind"] !== "Pod"
        )
        assert.isNotEmpty(owned)
        for (const object of owned) {
          assert.deepStrictEqual(Metadata.owners(object), [
            { apiVersion: "v1", kind: "ConfigMap", name: ref.name, uid: ref.uid, blockOwnerDeletion: false }
          ])
        }
        yield* cluster.delete(Resources.ConfigMap, ref.name)
        yield* settle
        assert.deepStrictEqual(yield* remains(stage), [])
        yield* backend.remove(ref)
      })
  )

  scenario(
    "MCO f15385e8b",
    "pods have the labels that network policies select by",
    (stage) =>
      Effect.gen(function*() {
        const ref = yield* held(stage, yield* input("os", { objectLabels: { team: "os" } }))
        const [pod] = yield* ofKind(stage, "Pod")
        assert(pod !== undefined)
        assert.include(Metadata.labels(pod), {
          "app.kubernetes.io/managed-by": "effect-os-builder",
          "effect-os-builder/backend": stage.name,
          "effect-os-builder/record": ref.name,
          team: "os"
        })
      }),
    byJobs
  )
})
