import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as CronTimes from "../../../src/fake/kinds/CronTimes.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { api, jobs, names, plane, settle } from "../../support/FakeApi.js"

const cronJobs = "/apis/batch/v1/namespaces/ns/cronjobs"

const cronJob = (spec: JsonObject): JsonObject => ({
  metadata: { name: "c" },
  spec: {
    schedule: "*/10 * * * *",
    jobTemplate: { spec: { template: { spec: { restartPolicy: "Never", containers: [{ name: "a", image: "i" }] } } } },
    ...spec
  }
})

const completing = plane({ pods: () => ({ programs: () => Effect.succeed(Program.completes) }) })
const running = plane({ pods: () => ({ programs: () => Effect.succeed(Program.runs) }) })

const passes = (duration: "5 minutes" | "10 minutes" | "1 hour") => Effect.zipRight(TestClock.adjust(duration), settle)

/** Times of a schedule after the beginning of 2026, as github.com/robfig/cron v3 has them. */
const schedules: ReadonlyArray<readonly [schedule: string, zone: string | undefined, times: ReadonlyArray<string>]> = [
  ["*/15 * * * *", undefined, ["2026-01-01T00:15:00Z", "2026-01-01T00:30:00Z"]],
  ["0 0 * * 0", undefined, ["2026-01-04T00:00:00Z", "2026-01-11T00:00:00Z"]],
  ["0 12 13 * fri", undefined, ["2026-01-02T12:00:00Z", "2026-01-09T12:00:00Z", "2026-01-13T12:00:00Z"]],
  ["30 6-16/4 * * 1-5", undefined, ["2026-01-01T06:30:00Z", "2026-01-01T10:30:00Z", "2026-01-01T14:30:00Z"]],
  ["59 23 29 2 *", undefined, ["2028-02-29T23:59:00Z"]],
  ["0 9 * * *", "America/New_York", ["2026-01-01T09:00:00-05:00", "2026-01-02T09:00:00-05:00"]],
  ["@monthly", undefined, ["2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"]],
  ["@every 90m", undefined, ["2026-01-01T01:30:00Z", "2026-01-01T03:00:00Z"]]
]

describe("CronJobs", () => {
  it.each(schedules)("CronTimes: %s in zone %s", (schedule, zone, times) => {
    const next = CronTimes.next(schedule, zone)
    let time = 1_767_225_600_000
    for (const wanted of times) {
      time = next(time) ?? 0
      assert.strictEqual(CronTimes.text(time, zone), wanted)
    }
  })

  it("CronTimes: a schedule may have no times", () => {
    assert.isUndefined(CronTimes.next("59 23 31 2 *", undefined)(1_767_225_600_000))
  })

  it.scoped("CronJobs: create a Job at each time, and keep those of the history", () =>
    Effect.gen(function*() {
      const client = api(yield* completing)
      yield* client.post(cronJobs, cronJob({ successfulJobsHistoryLimit: 2 }))
      yield* passes("5 minutes")
      assert.deepStrictEqual(names(yield* client.get(jobs)), [])
      yield* passes("5 minutes")
      const [first] = Json.objects(yield* client.get(jobs), "items")
      assert.strictEqual(Json.text(first, "metadata", "name"), "c-10")
      assert.deepInclude(Json.objects(first, "metadata", "ownerReferences")[0], { kind: "CronJob", name: "c" })
      assert.strictEqual(
        Json.text(first, "metadata", "annotations", "batch.kubernetes.io/cronjob-scheduled-timestamp"),
        "1970-01-01T00:10:00Z"
      )
      for (let count = 0; count < 3; count++) yield* passes("10 minutes")
      assert.deepStrictEqual(names(yield* client.get(jobs)), ["c-30", "c-40"])
      const { status } = yield* client.get(`${cronJobs}/c`)
      assert.deepStrictEqual(status, {
        lastScheduleTime: "1970-01-01T00:40:00Z",
        lastSuccessfulTime: "1970-01-01T00:40:00Z"
      })
    }))

  it.scoped("CronJobs: a Job that runs is left, forbids the next, or is replaced", () =>
    Effect.gen(function*() {
      const client = api(yield* running)
      const active = (policy: string) =>
        Effect.gen(function*() {
          yield* client.post(cronJobs, cronJob({ concurrencyPolicy: policy }))
          yield* passes("10 minutes")
          yield* passes("10 minutes")
          const found = Json.objects(yield* client.get(`${cronJobs}/c`), "status", "active").length
          yield* client.delete(`${cronJobs}/c`, { propagationPolicy: "Background" })
          yield* settle
          return found
        })
      assert.strictEqual(yield* active("Allow"), 2)
      assert.strictEqual(yield* active("Forbid"), 1)
      const events = Json.objects(yield* client.get("/api/v1/namespaces/ns/events"), "items")
      assert.include(events.map((event) => Json.text(event, "reason")), "JobAlreadyActive")
      assert.strictEqual(yield* active("Replace"), 1)
    }))

  it.scoped("CronJobs: one that is suspended, or has no times, creates none", () =>
    Effect.gen(function*() {
      const client = api(yield* completing)
      yield* client.post(cronJobs, cronJob({ suspend: true }))
      yield* passes("1 hour")
      assert.deepStrictEqual(names(yield* client.get(jobs)), [])
      yield* client.merge(`${cronJobs}/c`, { spec: { suspend: false, startingDeadlineSeconds: 600 } })
      yield* settle
      assert.deepStrictEqual(names(yield* client.get(jobs)), ["c-60"])
      yield* client.merge(`${cronJobs}/c`, { spec: { schedule: "59 23 31 2 *" } })
      yield* passes("1 hour")
      assert.deepStrictEqual(names(yield* client.get(jobs)), ["c-60"])
    }))
})
