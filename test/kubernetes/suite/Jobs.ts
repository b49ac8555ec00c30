import { assert } from "@effect/vitest"
import { Effect } from "effect"
import * as Resource from "../../../src/kubernetes/Resource.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { at, type Case, pod as clusterPod, reached, refusal } from "../../support/ClusterCase.js"
import { failed, job, reasonOf, running, start, succeeded } from "../../support/JobCase.js"

export const jobs: Readonly<Record<string, Case>> = {
  "Job: creates a pod with an owner reference and counts it as active": (place) =>
    Effect.gen(function*() {
      const { is, pod, uid } = yield* start(place, job("a"))
      const { metadata } = yield* pod()
      assert.match(metadata.name, /^a-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
      assert.include(metadata.labels, {
        "batch.kubernetes.io/job-name": "a",
        "batch.kubernetes.io/controller-uid": uid,
        "job-name": "a",
        "controller-uid": uid
      })
      assert.deepStrictEqual(metadata.ownerReferences, [
        { apiVersion: "batch/v1", kind: "Job", name: "a", uid, controller: true, blockOwnerDeletion: true }
      ])
      assert.deepStrictEqual(metadata.finalizers, ["batch.kubernetes.io/job-tracking"])
      const { status } = yield* is((job) => job.status?.active === 1)
      assert.isString(status?.startTime)
    }),

  "Job: is Complete when its pod succeeds": (place) =>
    Effect.gen(function*() {
      const { has, is, move, pod } = yield* start(place, job("a"))
      const one = yield* pod()
      yield* move(one, running)
      yield* move(one, succeeded)
      const done = yield* is(has("Complete"))
      assert.strictEqual(reasonOf(done, "Complete"), "CompletionsReached")
      assert.isTrue(has("SuccessCriteriaMet")(done))
      assert.strictEqual(done.status?.succeeded, 1)
      assert.isString(done.status?.completionTime)
      assert.isUndefined(done.status?.active)
      const { metadata } = yield* place.cluster.get(Resources.Pod, one.metadata.name, place)
      assert.isUndefined(metadata.finalizers)
    }),

  "Job: is Failed after more failures than backoffLimit": (place) =>
    Effect.gen(function*() {
      const { has, is, move, pod } = yield* start(place, job("a"))
      yield* move(yield* pod(), failed(1))
      const done = yield* is(has("Failed"))
      assert.strictEqual(reasonOf(done, "Failed"), "BackoffLimitExceeded")
      assert.strictEqual(
        done.status?.conditions?.find(({ type }) => type === "Failed")?.message,
        "Job has reached the specified backoff limit"
      )
      assert.isTrue(has("FailureTarget")(done))
      assert.strictEqual(done.status?.failed, 1)
      assert.isUndefined(done.status?.completionTime)
    }),

  "Job: a pod without a Job loses the finalizer by which it would be counted": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const { metadata, ...rest } = clusterPod("a")
      const finalizers = ["batch.kubernetes.io/job-tracking", "example.com/a"]
      const pods = yield* cluster.reflect(Resources.Pod, { namespace })
      yield* cluster.create(Resources.Pod, { ...rest, metadata: { ...metadata, finalizers } }, { namespace })
      const { object } = yield* reached(pods, ({ object }) => object.metadata.finalizers?.length === 1)
      assert.deepStrictEqual(object.metadata.finalizers, ["example.com/a"])
    }),

  "Job: retries up to backoffLimit": (place) =>
    Effect.gen(function*() {
      const { has, is, move, pod } = yield* start(place, job("a", { backoffLimit: 1 }))
      const first = yield* pod()
      yield* move(first, failed(1))
      const second = yield* pod(first)
      yield* is((job) => job.status?.active === 1 && job.status.failed === 1)
      yield* move(second, succeeded)
      assert.deepInclude((yield* is(has("Complete"))).status, { failed: 1, succeeded: 1 })
    }),

  "Job: has no pod while suspended": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      const { has, is, pod, podGone } = yield* start(place, job("a", { suspend: true }))
      const suspended = yield* is(has("Suspended"))
      assert.strictEqual(reasonOf(suspended, "Suspended"), "JobSuspended")
      assert.isUndefined(suspended.status?.startTime)
      const suspend = (suspend: boolean) =>
        cluster.patch(Resources.Job, "a", { merge: { spec: { suspend } } }, { namespace })
      yield* suspend(false)
      const one = yield* pod()
      const resumed = yield* is((job) => job.status?.active === 1)
      assert.strictEqual(reasonOf(resumed, "Suspended"), "JobResumed")
      yield* suspend(true)
      yield* podGone(one)
      yield* is((job) => has("Suspended")(job) && job.status?.active === undefined && job.status?.failed === undefined)
    }),

  "Job: is Failed at activeDeadlineSeconds and its pod is deleted": (place) =>
    Effect.gen(function*() {
      const { has, is, pod, podGone } = yield* start(place, job("a", { activeDeadlineSeconds: 2 }))
      const one = yield* pod()
      yield* place.pass("2500 millis")
      yield* podGone(one)
      const done = yield* is(has("Failed"))
      assert.strictEqual(reasonOf(done, "Failed"), "DeadlineExceeded")
      assert.strictEqual(
        done.status?.conditions?.find(({ type }) => type === "Failed")?.message,
        "Job was active longer than specified deadline"
      )
    }),

  "podFailurePolicy: FailJob on an exit code overrides backoffLimit": (place) =>
    Effect.gen(function*() {
      const { has, is, move, pod } = yield* start(
        place,
        job("a", {
          backoffLimit: 3,
          podFailurePolicy: {
            rules: [{ action: "FailJob", onExitCodes: { containerName: "main", operator: "In", values: [10, 11] } }]
          }
        })
      )
      const one = yield* pod()
      yield* move(one, failed(11))
      const done = yield* is(has("Failed"))
      assert.strictEqual(reasonOf(done, "Failed"), "PodFailurePolicy")
      assert.strictEqual(
        done.status?.conditions?.find(({ type }) => type === "Failed")?.message,
        `Container main for pod ${place.namespace}/${one.metadata.name} failed with exit code 11 matching FailJob rule at index 0`
      )
    }),

  "podFailurePolicy: Ignore does not count a disrupted pod": (place) =>
    Effect.gen(function*() {
      const { has, is, move, pod } = yield* start(
        place,
        job("a", {
          podFailurePolicy: {
            rules: [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget", status: "True" }] }]
          }
        })
      )
      const first = yield* pod()
      yield* move(
        first,
        failed(137, { conditions: [{ type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }] })
      )
      yield* move(yield* pod(first), succeeded)
      const done = yield* is(has("Complete"))
      assert.strictEqual(done.status?.succeeded, 1)
      assert.isUndefined(done.status?.failed)
    }),

  "Job: is deleted with its pods after ttlSecondsAfterFinished": (place) =>
    Effect.gen(function*() {
      const { gone, has, is, move, pod, podGone } = yield* start(place, job("a", { ttlSecondsAfterFinished: 1 }))
      const one = yield* pod()
      yield* move(one, succeeded)
      yield* is(has("Complete"))
      yield* place.pass("1500 millis")
      yield* gone
      yield* podGone(one)
    }),

  "Job deletion: Background deletes its pods": (place) =>
    Effect.gen(function*() {
      const { gone, pod, podGone } = yield* start(place, job("a"))
      const one = yield* pod()
      yield* place.cluster.delete(Resources.Job, "a", { ...place, propagation: "Background" })
      yield* gone
      yield* podGone(one)
    }),

  "Job deletion: Foreground waits for its pods": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      const { gone, is, pod, podGone } = yield* start(place, job("a"))
      const one = yield* pod()
      yield* is((job) => job.status?.active === 1)
      const held = yield* cluster.patch(
        Resources.Pod,
        one.metadata.name,
        { merge: { metadata: { finalizers: [...one.metadata.finalizers ?? [], "example.com/hold"] } } },
        { namespace }
      )
      yield* cluster.delete(Resources.Job, "a", { namespace, propagation: "Foreground" })
      const waiting = yield* is((job) => job.metadata.deletionTimestamp !== undefined)
      assert.deepStrictEqual(waiting.metadata.finalizers, ["foregroundDeletion"])
      yield* cluster.patch(Resources.Pod, held.metadata.name, { merge: { metadata: { finalizers: null } } }, {
        namespace
      })
      yield* podGone(one)
      yield* gone
    }),

  "Job deletion: Orphan keeps its pods": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      const { gone, pod } = yield* start(place, job("a"))
      const one = yield* pod()
      yield* cluster.delete(Resources.Job, "a", { namespace, propagation: "Orphan" })
      yield* gone
      const { metadata } = yield* cluster.get(Resources.Pod, one.metadata.name, { namespace })
      assert.deepStrictEqual(metadata.ownerReferences ?? [], [])
    }),

  "Job: its pod template is immutable": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      yield* start(place, job("a"))
      const other = { spec: { template: { spec: { containers: [{ name: "main", image: "other:1" }] } } } }
      const error = yield* refusal(cluster.patch(Resources.Job, "a", { merge: other }, { namespace }))
      assert.strictEqual(error.reason, "Invalid")
      assert.include(error.status?.message ?? "", "field is immutable")
      assert.deepStrictEqual(error.status?.details?.causes?.map(({ field }) => field), ["spec.template"])
    }),

  "Job: validation errors name the fields": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const error = yield* refusal(cluster.create(Resources.Job, job("a", { backoffLimit: -1 }), { namespace }))
      assert.strictEqual(error.reason, "Invalid")
      assert.deepStrictEqual(error.status?.details?.causes?.map(({ field }) => field), ["spec.backoffLimit"])
    }),

  "Job: gets its defaults": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const object = { ...job("a"), spec: { ...job("a").spec, backoffLimit: null } }
      const made = yield* cluster.create(Resource.raw(Resources.Job), object, { namespace })
      assert.deepInclude(at(made, "spec"), {
        backoffLimit: 6,
        completions: 1,
        parallelism: 1,
        suspend: false,
        manualSelector: false,
        completionMode: "NonIndexed",
        podReplacementPolicy: "TerminatingOrFailed"
      })
    })
}
