// Not about builds: a controller that copies a ConfigMap into every namespace and keeps the copies equal to the original.
// Its test runs on the Kubernetes API in memory, with interrupted watches and compacted history.
import { Effect, Option, Stream } from "effect"
import { Cluster, type ClusterError, Resources } from "effect-os-builder"

const put = (namespace: string, name: string, data: Readonly<Record<string, string>>) =>
  Cluster.create(Resources.ConfigMap, { metadata: { name, namespace }, data }).pipe(
    Effect.catchIf(
      (error) => error.reason === "AlreadyExists",
      () => Cluster.patch(Resources.ConfigMap, name, { merge: { data } }, { namespace })
    )
  )

/** Runs until it is interrupted or a request is forbidden. */
export const distribute = (
  name: string,
  from: string
): Effect.Effect<void, ClusterError.ClusterError, Cluster.Cluster> =>
  Effect.scoped(Effect.gen(function*() {
    // Informers, kept up to date through cut connections and outages.
    const originals = yield* Cluster.reflect(Resources.ConfigMap, {
      namespace: from,
      fieldSelector: `metadata.name=${name}`
    })
    const namespaces = yield* Cluster.reflect(Resources.Namespace)

    const copies = Effect.gen(function*() {
      const original = yield* originals.get(name)
      if (Option.isNone(original)) return
      for (const { metadata } of yield* namespaces.list) {
        if (metadata.name !== from) yield* put(metadata.name, name, original.value.data ?? {})
      }
    })

    yield* Stream.merge(originals.changes(() => true), namespaces.changes(() => true)).pipe(
      Stream.runForEach(() => copies)
    )
  }))
