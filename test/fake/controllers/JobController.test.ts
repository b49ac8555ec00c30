import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Stream, TestClock } from "effect"
import { realBackoff } from "../../../src/fake/controllers/JobController.js"
import type * as ControlPlane from "../../../src/fake/ControlPlane.js"
import * as Json from "../../../src/fake/Json.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { type Api, api, jobs, names, plane, pods, refused, settle, told } from "../../support/FakeApi.js"
import { type Job, type JobSpec, type Manifest, manifest } from "../../support/Manifest.js"

const job = (name: string, spec: Partial<Manifest<JobSpec>> = {}) =>
  manifest<Job>({
    metadata: { name },
    spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "i" }] } }, ...spec }
  })

/** Runs the programs in order, then the last one for every further pod. */
const inTurn = (...steps: ReadonlyArray<Stream.Stream<Program.Step>>) => () => {
  let run = 0
  return {
    programs: () =>
      Effect.sync(() => {
        const mine = steps[Math.min(run++, steps.length - 1)] ?? Stream.empty
        return () => ({ steps: mine })
      })
  }
}

const conditions = (object: JsonObject): ReadonlyArray<string> =>
  Json.objects(object, "status", "conditions").filter((condition) => Json.text(condition, "status") === "True").map(
    (condition) => `${Json.text(condition, "type")} ${Json.text(condition, "reason")}`
  )

const start = (options: ControlPlane.Options, object: JsonObject) =>
  Effect.gen(function*() {
    const made = yield* plane(options)
    const client = api(made)
    yield* client.post(jobs, object)
    yield* settle
    return { ...client, made }
  })

const running = (options: ControlPlane.Options, spec: Partial<Manifest<JobSpec>>) => start(options, job("a", spec))

const status = (client: Pick<Api, "get">) =>
  Effect.map(client.get(`${jobs}/a`), (object) => Json.object(object, "status"))

describe.sequential("a Job", () => {
  it.scoped("a Job: creates a pod, counts it and completes without a delay", () =>
    Effect.gen(function*() {
      const client = yield* running({}, {})
      const done = yield* client.get(`${jobs}/a`)
      assert.deepStrictEqual(conditions(done), ["SuccessCriteriaMet CompletionsReached", "Complete CompletionsReached"])
      assert.deepInclude(done["status"], { succeeded: 1, completionTime: "1970-01-01T00:00:00Z", terminating: 0 })
      assert.isUndefined(Json.at(done, "status", "active"))
      const pod = Json.objects(yield* client.get(pods), "items")[0] ?? {}
      assert.deepInclude(Json.at(pod, "metadata", "ownerReferences", 0), { kind: "Job", name: "a", controller: true })
      assert.strictEqual(Json.text(pod, "metadata", "labels", "batch.kubernetes.io/job-name"), "a")
      assert.isUndefined(Json.at(pod, "metadata", "finalizers"))
      assert.strictEqual(Json.text(pod, "status", "phase"), "Succeeded")
    }))

  it.scoped("a Job: retries up to backoffLimit", () =>
    Effect.gen(function*() {
      const client = yield* running({ pods: inTurn(Program.exit(1)) }, { backoffLimit: 2 })
      const done = yield* client.get(`${jobs}/a`)
      assert.deepStrictEqual(conditions(done), ["FailureTarget BackoffLimitExceeded", "Failed BackoffLimitExceeded"])
      assert.strictEqual(Json.number(done, "status", "failed"), 3)
      assert.strictEqual(names(yield* client.get(pods)).length, 3)
      const message = Json.text(Json.objects(done, "status", "conditions")[1], "message")
      assert.strictEqual(message, "Job has reached the specified backoff limit")
    }))

  it.scoped("a Job: waits for the backoff between retries", () =>
    Effect.gen(function*() {
      const options = { pods: inTurn(Program.exit(1)), jobBackoff: realBackoff }
      const client = yield* running(options, { backoffLimit: 3 })
      const tries = Effect.map(client.get(pods), (list) => names(list).length)
      assert.strictEqual(yield* tries, 1)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual(yield* tries, 2)
      yield* TestClock.adjust("19 seconds")
      assert.strictEqual(yield* tries, 2)
      yield* TestClock.adjust("1 second")
      assert.strictEqual(yield* tries, 3)
    }))

  it.scoped("a Job: fails at once on a FailJob exit code", () =>
    Effect.gen(function*() {
      const rules = [{ action: "FailJob", onExitCodes: { containerName: "main", operator: "In", values: [10, 11] } }]
      const client = yield* running({ pods: inTurn(Program.exit(11)) }, { podFailurePolicy: { rules } })
      const done = yield* client.get(`${jobs}/a`)
      const pod = names(yield* client.get(pods))[0]
      assert.deepStrictEqual(conditions(done), ["FailureTarget PodFailurePolicy", "Failed PodFailurePolicy"])
      assert.strictEqual(
        Json.text(Json.objects(done, "status", "conditions")[1], "message"),
        `Container main for pod ns/${pod} failed with exit code 11 matching FailJob rule at index 0`
      )
      assert.strictEqual(Json.number(done, "status", "failed"), 1)
    }))

  it.scoped("a Job: does not count ignored failures", () =>
    Effect.gen(function*() {
      // The type requires `status`, which the server defaults to "True".
      const rules = [{ action: "Ignore", onPodConditions: [{ type: "DisruptionTarget" }] }]
      const object = job("a", { backoffLimit: 0 })
      const client = yield* start(
        { pods: inTurn(Program.evicted, Program.evicted, Program.exit(0)) },
        { ...object, spec: { ...object.spec, podFailurePolicy: { rules } } }
      )
      assert.deepInclude(yield* status(client), { succeeded: 1 })
      assert.isUndefined((yield* status(client))["failed"])
    }))

  it.scoped("a Job: retries after an eviction and after a lost node", () =>
    Effect.gen(function*() {
      const client = yield* running({ pods: inTurn(Program.evicted, Program.nodeLost, Program.exit(0)) }, {})
      assert.deepInclude(yield* status(client), { succeeded: 1, failed: 2 })
      const evicted = Json.objects(yield* client.get(pods), "items").map((pod) => Json.text(pod, "status", "reason"))
      assert.deepStrictEqual(evicted.filter((reason) => reason !== undefined), ["Evicted"])
      assert.strictEqual(evicted.length, 2)
    }))

  it.scoped("a Job: fails at its deadline and deletes the running pod", () =>
    Effect.gen(function*() {
      const client = yield* running({ pods: inTurn(Stream.never) }, { activeDeadlineSeconds: 60 })
      assert.deepInclude(yield* status(client), { active: 1, ready: 1 })
      yield* TestClock.adjust("59 seconds")
      assert.deepStrictEqual(conditions(yield* client.get(`${jobs}/a`)), [])
      yield* TestClock.adjust("1 second")
      yield* settle
      const done = yield* client.get(`${jobs}/a`)
      assert.deepStrictEqual(conditions(done), ["FailureTarget DeadlineExceeded", "Failed DeadlineExceeded"])
      assert.deepInclude(done["status"], { failed: 1, terminating: 0 })
      assert.deepStrictEqual(names(yield* client.get(pods)), [])
    }))

  it.scoped("a Job: has no pod while suspended", () =>
    Effect.gen(function*() {
      const client = yield* running({ pods: inTurn(Stream.never) }, { suspend: true })
      const suspended = yield* client.get(`${jobs}/a`)
      assert.deepStrictEqual(conditions(suspended), ["Suspended JobSuspended"])
      assert.isUndefined(Json.at(suspended, "status", "startTime"))
      yield* TestClock.adjust("1 hour")
      yield* client.merge(`${jobs}/a`, { spec: { suspend: false } })
      yield* settle
      assert.deepInclude(yield* status(client), { active: 1, startTime: "1970-01-01T01:00:00Z" })
      yield* client.merge(`${jobs}/a`, { spec: { suspend: true } })
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(pods)), [])
      assert.isUndefined((yield* status(client))["active"])
    }))

  it.scoped("a Job: is deleted with its pods after its TTL", () =>
    Effect.gen(function*() {
      const client = yield* running({}, { ttlSecondsAfterFinished: 30 })
      yield* TestClock.adjust("29 seconds")
      yield* status(client)
      yield* TestClock.adjust("1 second")
      yield* settle
      assert.strictEqual((yield* refused(client.get(`${jobs}/a`))).code, 404)
      assert.deepStrictEqual(names(yield* client.get(pods)), [])
    }))

  it.scoped("a Job: orphans its pods when deleted without a propagation policy, as batch/v1 does", () =>
    Effect.gen(function*() {
      const client = yield* running({}, {})
      yield* client.delete(`${jobs}/a`)
      yield* settle
      const left = Json.objects(yield* client.get(pods), "items")
      assert.strictEqual(left.length, 1)
      assert.isUndefined(Json.at(left[0], "metadata", "ownerReferences"))
    }))

  it.scoped("a Job: stays until its pods are deleted with Foreground", () =>
    Effect.gen(function*() {
      const client = yield* running({ pods: inTurn(Stream.never) }, {})
      const lines = client.watch("/apis/batch/v1/jobs", {
        resourceVersion: Json.text(yield* client.get(`${jobs}/a`), "metadata", "resourceVersion") ?? ""
      })
      yield* client.delete(`${jobs}/a`, { propagationPolicy: "Foreground" })
      yield* settle
      const [first] = yield* Stream.runCollect(Stream.take(lines, 1))
      assert.deepStrictEqual(Json.at(first?.object, "metadata", "finalizers"), ["foregroundDeletion"])
      assert.strictEqual((yield* refused(client.get(`${jobs}/a`))).code, 404)
      assert.deepStrictEqual(names(yield* client.get(pods)), [])
    }))

  it.scoped("a Job: emits every change to a watch", () =>
    Effect.gen(function*() {
      const gate = yield* Deferred.make<void>()
      const made = yield* plane({
        pods: inTurn(Stream.drain(Stream.fromEffect(Deferred.await(gate))))
      })
      const client = api(made)
      yield* client.post(jobs, job("a"))
      yield* settle
      yield* Deferred.succeed(gate, undefined)
      yield* settle
      const lines = yield* Stream.runCollect(
        Stream.takeUntil(
          client.watch(jobs, { resourceVersion: "1" }),
          (line) => conditions(line.object).includes("Complete CompletionsReached")
        )
      )
      const story = [...lines].map((line) => {
        const { active = 0, ready = 0, succeeded = 0 } = Json.object(line.object, "status")
        return `${told(line)} ${active} ${ready} ${succeeded}`
      })
      assert.deepStrictEqual(story, [
        "ADDED a 0 0 0",
        "MODIFIED a 1 0 0",
        "MODIFIED a 1 1 0",
        // The containers have ended, and the pod is not Succeeded yet.
        "MODIFIED a 1 0 0",
        "MODIFIED a 0 0 0",
        "MODIFIED a 0 0 1"
      ])
    }))

  it.scoped("a Job: is rejected when invalid", () =>
    Effect.gen(function*() {
      const { post } = api(yield* plane())
      const said = (spec: Partial<Manifest<JobSpec>>) =>
        Effect.map(refused(post(jobs, job("a", spec))), (status) => status.message)
      const always = { spec: { containers: [{ name: "main", image: "i" }] } }
      assert.strictEqual(
        yield* said({ template: always }),
        "Job.batch \"a\" is invalid: spec.template.spec.restartPolicy: Required value: valid values: \"OnFailure\", \"Never\""
      )
      const rules = [{ action: "FailJob", onExitCodes: { containerName: "other", operator: "In", values: [1] } }]
      assert.strictEqual(
        yield* said({ podFailurePolicy: { rules } }),
        "Job.batch \"a\" is invalid: spec.podFailurePolicy.rules[0].onExitCodes.containerName: Invalid value: \"other\": "
          + "must be one of the container or initContainer names in the pod template"
      )
      assert.strictEqual(
        yield* said({ backoffLimit: -1 }),
        "Job.batch \"a\" is invalid: spec.backoffLimit: Invalid value: -1: must be greater than or equal to 0"
      )
    }))

  it.scoped("a Job: has an immutable template", () =>
    Effect.gen(function*() {
      const client = yield* running({}, {})
      const change = client.json(`${jobs}/a`, [
        { op: "replace", path: "/spec/template/spec/containers/0/image", value: "other" }
      ])
      assert.include((yield* refused(change)).message, "field is immutable")
    }))
})
