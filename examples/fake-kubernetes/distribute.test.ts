import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Stream, TestClock } from "effect"
import { Cluster, Resources } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { distribute } from "./distribute.js"

const original = (greeting: string) => ({
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: { name: "motd", namespace: "ops" },
  data: { greeting }
})

const namespace = (name: string) => ({ apiVersion: "v1", kind: "Namespace", metadata: { name } })

/** Waits for a copy with this content, as a client of the same cluster would, without sleeping. */
const copied = (namespace: string, greeting: string) =>
  Effect.scoped(Effect.gen(function*() {
    const copies = yield* Cluster.reflect(Resources.ConfigMap, { namespace })
    yield* copies.changes(({ metadata }) => metadata.name === "motd").pipe(
      Stream.filter(({ object }) => object.data?.["greeting"] === greeting),
      Stream.runHead
    )
  }))

it.effect("distribute: copies to existing and to new namespaces", () =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.seed(namespace("a"), original("hello"))
    yield* Effect.fork(distribute("motd", "ops"))
    yield* copied("a", "hello")
    yield* fake.seed(namespace("b"))
    yield* copied("b", "hello")
    yield* fake.seed(original("good bye"))
    yield* copied("a", "good bye")
    yield* copied("b", "good bye")
  }).pipe(Effect.provide(FakeCluster.layer())))

it.effect("distribute: catches up after an outage that ended its watches and compacted their history", () =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.seed(namespace("a"), original("hello"))
    yield* Effect.fork(distribute("motd", "ops"))
    yield* copied("a", "hello")
    // A write that an outage interrupts would fail: the copies to the other namespaces are made before it.
    yield* fake.idle
    yield* fake.outage("5 minutes")
    yield* fake.seed(original("good bye"))
    yield* fake.compact
    const caughtUp = yield* Effect.fork(copied("a", "good bye"))
    yield* fake.idle
    yield* TestClock.adjust("10 minutes")
    yield* Fiber.join(caughtUp)
  }).pipe(Effect.provide(FakeCluster.layer())))

it.effect("distribute: fails with a typed error when writing is forbidden", () =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.seed(namespace("a"), original("hello"))
    const error = yield* Effect.flip(distribute("motd", "ops"))
    assert.strictEqual(error.reason, "Forbidden")
    assert.strictEqual(error.resource, "configmaps")
    assert.deepStrictEqual(
      (yield* fake.requests).map(({ verb }) => verb).filter((verb) => verb === "create"),
      ["create"]
    )
  }).pipe(
    Effect.provide(FakeCluster.layer({
      permissions: [{ verbs: ["get", "list", "watch"], apiGroups: [""], resources: ["configmaps", "namespaces"] }]
    }))
  ))
