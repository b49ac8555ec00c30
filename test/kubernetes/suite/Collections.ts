import { assert } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { absent, type Case, configMap, reached, refusal } from "../../support/ClusterCase.js"
import { type ConfigMap, manifest, type Namespace } from "../../support/Manifest.js"

export const collections: Readonly<Record<string, Case>> = {
  "list: a paged list is complete, ordered and a consistent snapshot": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const names = Array.from({ length: 501 }, (_, index) => `n-${String(index).padStart(3, "0")}`)
      yield* Effect.forEach(
        names,
        (name) => cluster.create(Resources.ConfigMap, configMap(name, {}, { a: "b" }), { namespace }),
        {
          concurrency: 20,
          discard: true
        }
      )
      const { items, resourceVersion } = yield* cluster.list(Resources.ConfigMap, { namespace, labelSelector: "a=b" })
      assert.deepStrictEqual(items.map(({ metadata }) => metadata.name), names)
      assert.match(resourceVersion, /^\d+$/)
    }),

  "list, watch: an invalid resourceVersion is rejected": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const watch = cluster.watch(Resources.ConfigMap, { namespace, resourceVersion: "yesterday" })
      const error = yield* refusal(Stream.runDrain(watch))
      assert.strictEqual(error.code, 500)
      assert.strictEqual(
        error.status?.message,
        "resourceVersion: Invalid value: \"yesterday\": strconv.ParseUint: parsing \"yesterday\": invalid syntax"
      )
    }),

  "namespace deletion: deletes its objects and rejects new ones meanwhile": ({ cluster }) =>
    Effect.gen(function*() {
      const { metadata } = yield* cluster.create(
        Resources.Namespace,
        manifest<Namespace>({ metadata: { generateName: "suite-" } })
      )
      const namespace = metadata.name
      yield* cluster.create(
        Resources.ConfigMap,
        manifest<ConfigMap>({ metadata: { name: "held", finalizers: ["example.com/hold"] } }),
        { namespace }
      )
      yield* cluster.create(Resources.ConfigMap, configMap("free"), { namespace })
      const namespaces = yield* cluster.reflect(Resources.Namespace)
      const configMaps = yield* cluster.reflect(Resources.ConfigMap, { namespace })
      yield* configMaps.list
      yield* cluster.delete(Resources.Namespace, namespace)
      yield* reached(namespaces, ({ object }) =>
        object.metadata.name === namespace && object.status?.phase === "Terminating")
      const error = yield* refusal(cluster.create(Resources.ConfigMap, configMap("new"), { namespace }))
      assert.strictEqual(error.reason, "Forbidden")

      assert.isTrue(error.hasCause("NamespaceTerminating"))

      assert.include(
        error.status?.message ?? "",
        `unable to create new content in namespace ${namespace} because it is being terminated`
      )
      yield* absent(configMaps, ({ metadata }) =>
        metadata.name === "free")
      yield* cluster.patch(Resources.ConfigMap, "held", { merge: { metadata: { finalizers: null } } }, { namespace })
      yield* absent(namespaces, ({ metadata }) => metadata.name === namespace)
    })
}
