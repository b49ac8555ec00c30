/** Deletion of pods on a server without a kubelet. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { absent, at, type Case, type Place, pod, raw, reached, refusal } from "../../support/ClusterCase.js"

/** Creates a pod that is bound to a node without a kubelet; `removed` deletes it, `grace` reads its grace period. */
const bound = ({ cluster, namespace }: Place, spec: Parameters<typeof pod>[1] = {}) =>
  Effect.map(cluster.create(Resources.Pod, pod("a", { nodeName: "none", ...spec }), { namespace }), (made) => ({
    made,
    removed: (options: { readonly gracePeriodSeconds?: number; readonly resourceVersion?: string } = {}) =>
      cluster.delete(Resources.Pod, "a", { namespace, ...options }),
    grace: Effect.map(
      cluster.get(raw.Pod, "a", { namespace }),
      (object) => at(object, "metadata", "deletionGracePeriodSeconds")
    )
  }))

export const pods: Readonly<Record<string, Case>> = {
  "pod deletion: a bound pod is terminating, and later requests only shorten its grace period": (place) =>
    Effect.gen(function*() {
      const { grace, made, removed } = yield* bound(place)
      const reflector = yield* place.cluster.reflect(Resources.Pod, place)
      const old = yield* refusal(removed({ resourceVersion: "1" }))
      assert.strictEqual(old.reason, "Conflict")
      yield* removed({ gracePeriodSeconds: 20 })
      const { object } = yield* reached(reflector, ({ object }) => object.metadata.deletionTimestamp !== undefined)
      assert.strictEqual(object.metadata.uid, made.metadata.uid)
      assert.strictEqual(yield* grace, 20)
      yield* removed()
      yield* removed({ gracePeriodSeconds: 60 })
      assert.strictEqual(yield* grace, 20)
      yield* removed({ gracePeriodSeconds: 5 })
      assert.strictEqual(yield* grace, 5)
      yield* removed({ gracePeriodSeconds: 0 })
      assert.strictEqual((yield* refusal(grace)).reason, "NotFound")
    }),

  "pod deletion: the grace period is that of the pod, and one second if it is negative": (place) =>
    Effect.gen(function*() {
      const first = yield* bound(place, { terminationGracePeriodSeconds: 7 })
      yield* first.removed()
      assert.strictEqual(yield* first.grace, 7)
      yield* first.removed({ gracePeriodSeconds: 0 })
      const second = yield* bound(place)
      yield* second.removed({ gracePeriodSeconds: -1 })
      assert.strictEqual(yield* second.grace, 1)
    }),

  "pod deletion: a pod without a node, and one that has ended, is gone at once": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      const first = yield* bound(place)
      yield* cluster.patch(Resources.Pod, "a", { merge: { status: { phase: "Succeeded" } } }, {
        namespace,
        subresource: "status"
      })
      const reflector = yield* cluster.reflect(Resources.Pod, { namespace })
      yield* first.removed()
      yield* absent(reflector, () => true)
      yield* cluster.create(Resources.Pod, pod("a", { schedulerName: "none" }), { namespace })
      yield* cluster.delete(Resources.Pod, "a", { namespace })
      assert.strictEqual((yield* refusal(first.grace)).reason, "NotFound")
    })
}
