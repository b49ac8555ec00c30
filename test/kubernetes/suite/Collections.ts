import { assert } from "@effect/vitest"
import { Effect, Either, Stream } from "effect"
import type { Service } from "../../../src/kubernetes/Cluster.js"
import * as Resource from "../../../src/kubernetes/Resource.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { absent, type Case, configMap, reached, refusal } from "../../support/ClusterCase.js"
import { type ConfigMap, manifest, type Namespace } from "../../support/Manifest.js"

/** The objects that are the same in a list that may be protobuf and in one that is JSON. */
const inBothForms = <A extends Resource.Metadata>(cluster: Service, resource: Resource.Resource<A>) =>
  Effect.gen(function*() {
    const decoded = yield* cluster.list(resource, { allNamespaces: true })
    const json = yield* cluster.list(Resource.raw(resource), { allNamespaces: true })
    const versions = new Map(
      json.items.map((item) => resource.decode(item)).flatMap((item) =>
        Either.isRight(item) ? [[item.right.metadata.uid, item.right] as const] : []
      )
    )
    return decoded.items.flatMap((item) => {
      const other = versions.get(item.metadata.uid)
      return other?.metadata.resourceVersion === item.metadata.resourceVersion ? [[item, other] as const] : []
    })
  })

export const collections: Readonly<Record<string, Case>> = {
  "list: objects decode alike from protobuf and from JSON": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      yield* cluster.create(
        Resources.ConfigMap,
        {
          ...configMap("both", {}, { a: "b" }),
          data: { text: "€", ["__proto__"]: "a", empty: "" },
          binaryData: { bytes: "AAEC" }
        },
        { namespace }
      )
      yield* cluster.create(
        Resources.Job,
        {
          metadata: { name: "both" },
          spec: {
            suspend: true,
            backoffLimit: 0,
            template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "example.com/a" }] } }
          }
        },
        { namespace }
      )
      const pairs = [
        yield* inBothForms(cluster, Resources.ConfigMap),
        yield* inBothForms(cluster, Resources.Event),
        yield* inBothForms(cluster, Resources.Job),
        yield* inBothForms(cluster, Resources.Namespace),
        yield* inBothForms(cluster, Resources.Node),
        yield* inBothForms(cluster, Resources.Pod),
        yield* inBothForms(cluster, Resources.ServiceAccount)
      ].flat()
      for (const [item, other] of pairs) {
        assert.deepStrictEqual<Resource.Metadata>(item, other)
      }
      assert.isAtLeast(pairs.filter(([{ metadata }]) => metadata.name === "both").length, 2)
    }),

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
