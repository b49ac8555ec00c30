import { assert, layer } from "@effect/vitest"
import { Chunk, Deferred, Duration, Effect, Fiber, Ref, Stream } from "effect"
import type { Cluster } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import type { Change } from "../../src/kubernetes/Reflector.js"
import type * as Resource from "../../src/kubernetes/Resource.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { ControlPlane, layer as controlPlane } from "./ControlPlane.js"

const downtime = Duration.seconds(15)

const namespace = "default"

type ConfigMap = Resource.Of<typeof Resources.ConfigMap>

/** Creates under a name, again and again if need be: who was interrupted by an outage finds that it is there. */
const created = (cluster: Cluster.Service, name: string) =>
  cluster.create(Resources.ConfigMap, { metadata: { name, labels: { in: "test" } } }, { namespace }).pipe(
    Effect.asVoid,
    Effect.retry({ while: ({ retryable }) => retryable }),
    Effect.catchIf((error) => error.reason === "AlreadyExists", () => Effect.void)
  )

const deleted = (cluster: Cluster.Service, name: string) =>
  cluster.delete(Resources.ConfigMap, name, { namespace }).pipe(
    Effect.retry({ while: ({ retryable }) => retryable }),
    Effect.catchIf((error) => error.reason === "NotFound", () => Effect.void)
  )

const nameOf = (index: number) => `n-${String(index).padStart(4, "0")}`

layer(controlPlane, { excludeTestServices: true, timeout: "90 seconds" })("an API server that is killed", (it) => {
  it.scoped(
    "an API server that is killed: is away for a while, and its watchers miss nothing",
    () =>
      Effect.gen(function*() {
        const { admin, killApiServer, startApiServer } = yield* ControlPlane
        const cluster = yield* KubernetesCluster.make({ kubeconfig: admin.kubeconfigPath })
        const reflector = yield* cluster.reflect(Resources.ConfigMap, { namespace, labelSelector: "in=test" })
        const told = yield* Ref.make(Chunk.empty<Change<ConfigMap>>())
        const last = yield* Deferred.make<void>()
        const following = yield* reflector.changes(() => true).pipe(
          Stream.runForEach((change) =>
            Effect.zipRight(
              Ref.update(told, Chunk.append(change)),
              change.object.metadata.name === "last" ? Deferred.succeed(last, void 0) : Effect.void
            )
          ),
          Effect.fork
        )
        yield* reflector.list

        // Every third is deleted soon after; the end comes in the middle of it.
        const writing = yield* Effect.forEach(
          Array.from({ length: 20 }, (_, index) => 3 * index),
          (index) =>
            Effect.zipRight(
              Effect.forEach([index, index + 1, index + 2], (each) => created(cluster, nameOf(each)), {
                discard: true
              }),
              deleted(cluster, nameOf(index))
            ),
          { discard: true, concurrency: 2 }
        ).pipe(Effect.fork)
        yield* Effect.repeat(Effect.delay(Ref.get(told), "1 millis"), { until: (changes) => changes.length >= 20 })
        yield* killApiServer
        const before = (yield* reflector.list).length
        yield* Effect.sleep(downtime)
        assert.isTrue((yield* Fiber.poll(following))._tag === "None")
        assert.strictEqual((yield* reflector.list).length, before, "the view stays while the server is away")
        yield* startApiServer

        yield* Fiber.join(writing)
        yield* created(cluster, "last")
        yield* Deferred.await(last)
        yield* Fiber.interrupt(following)
        const { items } = yield* cluster.list(Resources.ConfigMap, { namespace, labelSelector: "in=test" })
        const identities = (objects: ReadonlyArray<ConfigMap>) =>
          objects.map(({ metadata }) => `${metadata.name} ${metadata.uid} ${metadata.resourceVersion}`).sort()
        assert.deepStrictEqual(identities(yield* reflector.list), identities(items))

        const changes = Chunk.toReadonlyArray(yield* Ref.get(told))
        const names = (tag: "Updated" | "Deleted") =>
          Array.from(new Set(changes.filter(({ _tag }) => _tag === tag).map(({ object }) => object.metadata.name)))
            .sort()
        const gone = Array.from({ length: 20 }, (_, index) => nameOf(index * 3))
        // What was created and deleted before the watch went on is not told; what is there, or was told before, has to be.
        const seen = new Set(names("Updated"))
        assert.includeMembers(names("Updated"), items.map(({ metadata }) => metadata.name))
        assert.deepStrictEqual(names("Deleted"), gone.filter((name) => seen.has(name)))
      }),
    120_000
  )
})
