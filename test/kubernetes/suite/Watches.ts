import { assert } from "@effect/vitest"
import { Effect, Fiber, Queue, Stream } from "effect"
import type { Cluster } from "effect-os-builder"
import * as Fork from "../../../src/effect/Fork.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { type Case, configMap, reached } from "../../support/ClusterCase.js"

const format = (event: Cluster.WatchEvent<{ readonly metadata: { readonly name: string } }>): string =>
  event.type === "Bookmark"
    ? `Bookmark${event.initialEventsEnd ? " end" : ""}`
    : `${event.type} ${event.object.metadata.name}`

/** The events of a watch, in order. */
const watching = (cluster: Cluster.Service, options: Parameters<Cluster.Service["watch"]>[1]) =>
  Effect.gen(function*() {
    const events = yield* Queue.bounded<string>(100)
    yield* cluster.watch(Resources.ConfigMap, options).pipe(
      Stream.filter((event) => event.type === "Bookmark" || event.object.metadata.name !== "kube-root-ca.crt"),
      Stream.runForEach((event) => Queue.offer(events, format(event))),
      Effect.forkScoped
    )
    return events
  }).pipe(Effect.map(Queue.take))

export const watches: Readonly<Record<string, Case>> = {
  "watch: continues from a list without a gap": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const { resourceVersion } = yield* cluster.list(Resources.ConfigMap, { namespace })
      yield* cluster.create(Resources.ConfigMap, configMap("a"), { namespace })
      yield* cluster.patch(Resources.ConfigMap, "a", { merge: { data: { k: "v" } } }, { namespace })
      const next = yield* watching(cluster, { namespace, resourceVersion })
      assert.strictEqual(yield* next, "Added a")
      assert.strictEqual(yield* next, "Modified a")
      yield* cluster.delete(Resources.ConfigMap, "a", { namespace })
      assert.strictEqual(yield* next, "Deleted a")
    }),

  "watch: emits Added and Deleted as objects enter and leave the selection": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const { resourceVersion } = yield* cluster.list(Resources.ConfigMap, { namespace })
      const next = yield* watching(cluster, { namespace, resourceVersion, labelSelector: "app=x" })
      const labelled = (labels: { readonly app: string | null }) =>
        cluster.patch(Resources.ConfigMap, "a", { merge: { metadata: { labels } } }, { namespace })
      yield* cluster.create(Resources.ConfigMap, configMap("a"), { namespace })
      yield* labelled({ app: "x" })
      assert.strictEqual(yield* next, "Added a")
      yield* labelled({ app: null })
      assert.strictEqual(yield* next, "Deleted a")
    }),

  "watch: a streamed list ends with its bookmark and continues as a watch": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      yield* cluster.create(Resources.ConfigMap, configMap("a", {}, { app: "x" }), { namespace })
      const next = yield* watching(cluster, { namespace, sendInitialEvents: true, labelSelector: "app=x" })
      assert.strictEqual(yield* next, "Added a")
      assert.strictEqual(yield* next, "Bookmark end")
      yield* cluster.create(Resources.ConfigMap, configMap("b", {}, { app: "x" }), { namespace })
      assert.strictEqual(yield* next, "Added b")
    }),

  "reflect: has the existing objects and follows changes": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      yield* cluster.create(Resources.ConfigMap, configMap("a", {}, { app: "x" }), { namespace })
      const reflector = yield* cluster.reflect(Resources.ConfigMap, { namespace, labelSelector: "app=x" })
      const there = yield* reflector.list
      assert.deepStrictEqual(there.map(({ metadata }) => metadata.name), ["a"])
      const removed = yield* Fork.scoped(reached(reflector, ({ _tag }) => _tag === "Deleted"))
      yield* cluster.create(Resources.ConfigMap, configMap("b", {}, { app: "x" }), { namespace })
      yield* reached(reflector, ({ object }) => object.metadata.name === "b")
      yield* cluster.delete(Resources.ConfigMap, "a", { namespace })
      const { object } = yield* Fiber.join(removed)
      assert.strictEqual(object.metadata.name, "a")
    })
}
