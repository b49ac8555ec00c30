/** Indexed Jobs, and what decides when a Job ends or replaces a pod. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import * as Resource from "../../../src/kubernetes/Resource.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { at, type Case, type Place, podSpec, raw } from "../../support/ClusterCase.js"
import { failed, job, messageOf, reasonOf, running, start, succeeded } from "../../support/JobCase.js"
import type { JobSpec, Manifest } from "../../support/Manifest.js"

const indexKey = "batch.kubernetes.io/job-completion-index"

const indexOf = (pod: Resources.Pod): string | undefined => pod.metadata.annotations?.[indexKey]

const indexed = (completions: number, spec: Partial<Manifest<JobSpec>> = {}) =>
  job("a", { completionMode: "Indexed", completions, parallelism: completions, backoffLimit: 6, ...spec })

type Started = Effect.Effect.Success<ReturnType<typeof start>>

/** Waits for so many new pods, in the order of their indexes. */
const pods = ({ pod }: Started, count: number, ...known: ReadonlyArray<Resources.Pod>) =>
  Effect.gen(function*() {
    const found: Array<Resources.Pod> = []
    while (found.length < count) {
      found.push(yield* pod(...known, ...found))
    }
    return found.toSorted((a, b) => Number(indexOf(a)) - Number(indexOf(b)))
  })

const statusOf = ({ cluster, namespace }: Place) =>
  Effect.map(cluster.get(raw.Job, "a", { namespace }), (object) => at(object, "status"))

const nth = <A>(items: ReadonlyArray<A>, index: number): A => {
  const item = items[index]
  if (item === undefined) throw new Error(`there is no item ${index}`)
  return item
}

export const indexedJobs: Readonly<Record<string, Case>> = {
  "Indexed Job: its pods have their index in name, host name, annotation, label and environment": (place) =>
    Effect.gen(function*() {
      const begun = yield* start(place, indexed(2))
      const made = yield* pods(begun, 2)
      assert.deepStrictEqual(made.map(indexOf), ["0", "1"])
      const { name } = nth(made, 1).metadata
      const pod = yield* place.cluster.get(raw.Pod, name, place)
      assert.match(name, /^a-1-[bcdfghjklmnpqrstvwxz2456789]{5}$/)
      assert.strictEqual(at(pod, "metadata", "generateName"), "a-1-")
      assert.strictEqual(at(pod, "metadata", "labels", indexKey), "1")
      assert.strictEqual(at(pod, "spec", "hostname"), "a-1")
      assert.deepStrictEqual(at(pod, "spec", "containers", 0, "env"), [{
        name: "JOB_COMPLETION_INDEX",
        valueFrom: { fieldRef: { apiVersion: "v1", fieldPath: `metadata.labels['${indexKey}']` } }
      }])
    }),

  "Indexed Job: is Complete when each index has succeeded": (place) =>
    Effect.gen(function*() {
      const begun = yield* start(place, indexed(4))
      const made = yield* pods(begun, 4)
      yield* begun.move(nth(made, 0), succeeded)
      yield* begun.move(nth(made, 2), succeeded)
      yield* begun.move(nth(made, 3), succeeded)
      yield* begun.is((job) => job.status?.succeeded === 3 && job.status.active === 1)
      assert.deepInclude(yield* statusOf(place), { completedIndexes: "0,2,3" })
      yield* begun.move(nth(made, 1), failed(1))
      const again = yield* begun.pod(...made)
      assert.strictEqual(indexOf(again), "1")
      yield* begun.move(again, succeeded)
      const done = yield* begun.is(begun.has("Complete"))
      assert.strictEqual(reasonOf(done, "Complete"), "CompletionsReached")
      const status = yield* statusOf(place)
      assert.deepInclude(status, { completedIndexes: "0-3", succeeded: 4, failed: 1 })
      assert.isUndefined(at(status, "failedIndexes"))
    }),

  "Indexed Job: completions and parallelism are changed together": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      const begun = yield* start(place, indexed(3))
      const made = yield* pods(begun, 3)
      yield* cluster.patch(Resources.Job, "a", { merge: { spec: { completions: 1, parallelism: 1 } } }, { namespace })
      yield* begun.podGone(nth(made, 1))
      yield* begun.podGone(nth(made, 2))
      yield* begun.is((job) => job.status?.active === 1)
      yield* begun.move(nth(made, 0), succeeded)
      yield* begun.is(begun.has("Complete"))
      assert.deepInclude(yield* statusOf(place), { completedIndexes: "0", succeeded: 1 })
    }),

  "backoffLimitPerIndex: an index fails by itself, and the Job once all others have ended": (place) =>
    Effect.gen(function*() {
      const begun = yield* start(place, indexed(2, { backoffLimitPerIndex: 1 }))
      const made = yield* pods(begun, 2)
      const failures = "batch.kubernetes.io/job-index-failure-count"
      assert.strictEqual(nth(made, 0).metadata.annotations?.[failures], "0")
      yield* begun.move(nth(made, 0), failed(1))
      const second = yield* begun.pod(...made)
      assert.strictEqual(indexOf(second), "0")
      assert.strictEqual(second.metadata.annotations?.[failures], "1")
      yield* begun.move(second, failed(1))
      yield* begun.is((job) => job.status?.failed === 2 && job.status.active === 1)
      assert.deepInclude(yield* statusOf(place), { failedIndexes: "0" })
      yield* begun.move(nth(made, 1), succeeded)
      const done = yield* begun.is(begun.has("Failed"))
      assert.strictEqual(reasonOf(done, "Failed"), "FailedIndexes")
      assert.strictEqual(messageOf(done, "Failed"), "Job has failed indexes")
      assert.deepInclude(yield* statusOf(place), { failedIndexes: "0", completedIndexes: "1", succeeded: 1, failed: 2 })
    }),

  "maxFailedIndexes: ends the Job and its other pods": (place) =>
    Effect.gen(function*() {
      const begun = yield* start(place, indexed(3, { backoffLimitPerIndex: 0, maxFailedIndexes: 1 }))
      const made = yield* pods(begun, 3)
      yield* begun.move(nth(made, 0), failed(1))
      yield* begun.is((job) => job.status?.failed === 1 && job.status.active === 2)
      yield* begun.move(nth(made, 1), failed(1))
      const done = yield* begun.is(begun.has("Failed"))
      assert.strictEqual(reasonOf(done, "Failed"), "MaxFailedIndexesExceeded")
      assert.strictEqual(
        messageOf(done, "Failed"),
        "Job has exceeded the specified maximal number of failed indexes"
      )
      yield* begun.podGone(nth(made, 2))
      assert.deepInclude(yield* statusOf(place), { failedIndexes: "0,1", failed: 3 })
    }),

  "podFailurePolicy: FailIndex fails an index without another try": (place) =>
    Effect.gen(function*() {
      const begun = yield* start(
        place,
        indexed(2, {
          backoffLimitPerIndex: 3,
          podFailurePolicy: { rules: [{ action: "FailIndex", onExitCodes: { operator: "In", values: [3] } }] }
        })
      )
      const made = yield* pods(begun, 2)
      yield* begun.move(nth(made, 1), failed(3))
      yield* begun.is((job) => job.status?.failed === 1 && job.status.active === 1)
      assert.deepInclude(yield* statusOf(place), { failedIndexes: "1" })
      yield* begun.move(nth(made, 0), succeeded)
      const done = yield* begun.is(begun.has("Failed"))
      assert.strictEqual(reasonOf(done, "FailureTarget"), "FailedIndexes")
    }),

  "successPolicy: the Job is Complete once its rule is met, and other pods end without a failure": (place) =>
    Effect.gen(function*() {
      const begun = yield* start(
        place,
        indexed(4, {
          successPolicy: { rules: [{ succeededIndexes: "0" }, { succeededIndexes: "1-3", succeededCount: 2 }] }
        })
      )
      const made = yield* pods(begun, 4)
      yield* begun.move(nth(made, 1), succeeded)
      yield* begun.is((job) => job.status?.succeeded === 1 && job.status.active === 3)
      yield* begun.move(nth(made, 3), succeeded)
      const done = yield* begun.is(begun.has("Complete"))
      assert.strictEqual(reasonOf(done, "SuccessCriteriaMet"), "SuccessPolicy")
      assert.strictEqual(reasonOf(done, "Complete"), "SuccessPolicy")
      assert.strictEqual(messageOf(done, "Complete"), "Matched rules at index 1")
      yield* begun.podGone(nth(made, 0))
      const status = yield* statusOf(place)
      assert.deepInclude(status, { completedIndexes: "1,3", succeeded: 2, terminating: 0 })
      assert.isUndefined(at(status, "failed"))
    }),

  "podReplacementPolicy: Failed waits for a deleted pod to end": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      const begun = yield* start(place, job("a", { backoffLimit: 3, podReplacementPolicy: "Failed" }))
      const one = yield* begun.pod()
      yield* begun.move(one, running)
      yield* cluster.delete(Resources.Pod, one.metadata.name, { namespace })
      yield* begun.is((job) => job.status?.active === undefined && job.status?.startTime !== undefined)
      assert.deepInclude(yield* statusOf(place), { terminating: 1 })
      assert.lengthOf((yield* cluster.list(Resources.Pod, { namespace })).items, 1)
      yield* begun.move(one, failed(137))
      yield* begun.pod(one)
      yield* begun.is((job) => job.status?.active === 1 && job.status.failed === 1)
    }),

  "podReplacementPolicy: TerminatingOrFailed replaces a deleted pod at once": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      const begun = yield* start(place, job("a", { backoffLimit: 3 }))
      const one = yield* begun.pod()
      yield* begun.move(one, running)
      yield* cluster.delete(Resources.Pod, one.metadata.name, { namespace })
      yield* begun.pod(one)
      yield* begun.is((job) => job.status?.active === 1 && job.status.failed === 1)
    }),

  "managedBy: the Job of another controller is left alone": (place) =>
    Effect.gen(function*() {
      const { cluster, namespace } = place
      yield* cluster.create(Resources.Job, job("other", { managedBy: "example.com/controller" }), { namespace })
      const own = yield* start(place, job("a", { managedBy: "kubernetes.io/job-controller" }))
      yield* own.pod()
      yield* own.is((job) => job.status?.active === 1)
      assert.deepStrictEqual(at(yield* cluster.get(raw.Job, "other", { namespace }), "status"), {})
      assert.lengthOf((yield* cluster.list(Resources.Pod, { namespace })).items, 1)
    }),

  "Job: is Failed when containers of restartPolicy OnFailure have restarted up to backoffLimit": (place) =>
    Effect.gen(function*() {
      const begun = yield* start(
        place,
        job("a", { backoffLimit: 2, template: { spec: { ...podSpec, restartPolicy: "OnFailure" } } })
      )
      const one = yield* begun.pod()
      const status = { name: "main", image: "registry.example.com/image:1", imageID: "", ready: true, restartCount: 2 }
      yield* begun.move(one, { phase: "Running", containerStatuses: [status] })
      const done = yield* begun.is(begun.has("Failed"))
      assert.strictEqual(reasonOf(done, "Failed"), "BackoffLimitExceeded")
      yield* begun.podGone(one)
    }),

  "Indexed Job: gets its defaults": ({ cluster, namespace }) =>
    Effect.gen(function*() {
      const { spec } = indexed(2, { backoffLimitPerIndex: 1, suspend: true })
      const made = yield* cluster.create(
        Resource.raw(Resources.Job),
        { ...job("a"), spec: { ...spec, backoffLimit: null, parallelism: null } },
        { namespace }
      )
      assert.deepInclude(at(made, "spec"), { backoffLimit: 2_147_483_647, parallelism: 1, completions: 2 })
    })
}
