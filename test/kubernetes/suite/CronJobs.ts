/** Cases of CronJobs: all that needs the time of a schedule is one case, which takes a minute on a real server. */
import { assert } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { at, type Case, type Place, textAt } from "../../support/ClusterCase.js"
import { eventsOf, eventually, itemsOf, nameOf, patch, paths, send } from "../../support/WorkloadCase.js"

const jobSpec: JsonObject = {
  template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "registry.example.com/job:1" }] } }
}

const create = (place: Place, name: string, more: JsonObject = {}) =>
  send(place, "POST", paths(place).cronJobs, {
    body: {
      metadata: { name },
      spec: {
        schedule: "* * * * *",
        jobTemplate: { metadata: { labels: { of: name }, annotations: { note: "kept" } }, spec: jobSpec },
        ...more
      }
    }
  })

/** A Job of a CronJob. */
const jobOf = (place: Place, owner: unknown, name: string) =>
  send(place, "POST", paths(place).jobs, {
    body: {
      metadata: {
        name,
        labels: { of: nameOf(owner) },
        ownerReferences: [{
          apiVersion: "batch/v1",
          kind: "CronJob",
          name: nameOf(owner),
          uid: textAt(owner, "metadata", "uid"),
          controller: true
        }]
      },
      spec: jobSpec
    }
  })

const jobs = (list: unknown, of: string) => itemsOf(list).filter((job) => at(job, "metadata", "labels", "of") === of)

const names = (list: unknown, of: string) => jobs(list, of).map(nameOf)

/** Ends the Jobs by their pods: succeeded. */
const succeed = (place: Place) =>
  Effect.flatMap(
    eventually(place, paths(place).pods, (list) => itemsOf(list).length === 1),
    (list) =>
      Effect.forEach(itemsOf(list), (pod) =>
        patch(place, `${paths(place).pods}/${nameOf(pod)}/status`, { status: { phase: "Succeeded" } }))
  )

export const cronJobs: Readonly<Record<string, Case>> = {
  "CronJob: keeps as many of its finished Jobs as the limits, also while it is suspended": (place) =>
    Effect.gen(function*() {
      const owner = yield* create(place, "report", { suspend: true, successfulJobsHistoryLimit: 1 })
      for (const name of ["report-1", "report-2"]) {
        yield* jobOf(place, owner, name)
        yield* succeed(place)
        yield* eventually(place, `${paths(place).jobs}/${name}`, (job) => at(job, "status", "succeeded") === 1)
        yield* place.pass("1100 millis")
        // The pod of a Job that is deleted is deleted by the garbage collector.
        yield* Effect.flatMap(
          send(place, "GET", paths(place).pods),
          (list) =>
            Effect.forEach(
              itemsOf(list),
              (pod) => Effect.ignore(send(place, "DELETE", `${paths(place).pods}/${nameOf(pod)}`))
            )
        )
      }
      yield* eventually(place, paths(place).jobs, (list) => names(list, "report").join() === "report-2")
      const done = yield* eventually(
        place,
        `${paths(place).cronJobs}/report`,
        (one) => at(one, "status", "lastSuccessfulTime") !== undefined
      )
      assert.isUndefined(at(done, "status", "active"))
      yield* place.pass("500 millis")
      const events = yield* eventsOf(place, "report")
      assert.include(events, "SuccessfulDelete: Deleted job report-1")
      assert.notInclude(events, "SuccessfulDelete: Deleted job report-2")
    }),

  "CronJob: makes a Job at the time of its schedule, by its policies": (place) =>
    Effect.gen(function*() {
      yield* create(place, "plain")
      yield* create(place, "suspended", { suspend: true })
      for (const policy of ["Forbid", "Replace"]) {
        const name = policy.toLowerCase()
        const owner = yield* create(place, name, { concurrencyPolicy: policy })
        const job = yield* jobOf(place, owner, `${name}-0`)
        const uid = textAt(job, "metadata", "uid")
        yield* patch(place, `${paths(place).cronJobs}/${name}/status`, {
          status: {
            active: [{ apiVersion: "batch/v1", kind: "Job", name: `${name}-0`, namespace: place.namespace, uid }]
          }
        })
      }
      let list: unknown
      for (let second = 0; second < 65 && jobs(list, "plain").length === 0; second++) {
        yield* place.pass("1 second")
        list = yield* send(place, "GET", paths(place).jobs)
      }
      const [made] = jobs(list, "plain")
      assert.isDefined(made)
      const one = yield* eventually(
        place,
        `${paths(place).cronJobs}/plain`,
        (one) => at(one, "status", "lastScheduleTime") !== undefined
      )
      const time = textAt(one, "status", "lastScheduleTime")
      assert.match(time, /:00Z$/)
      assert.strictEqual(nameOf(made), `plain-${Date.parse(time) / 60_000}`)
      assert.deepStrictEqual(at(made, "metadata", "annotations"), {
        "batch.kubernetes.io/cronjob-scheduled-timestamp": time,
        note: "kept"
      })
      assert.deepInclude(at(made, "metadata", "ownerReferences", 0), {
        apiVersion: "batch/v1",
        kind: "CronJob",
        name: "plain",
        controller: true,
        blockOwnerDeletion: true
      })
      const active = Object(at(one, "status", "active", 0))
      assert.deepStrictEqual(
        { ...active, resourceVersion: "" },
        {
          apiVersion: "batch/v1",
          kind: "Job",
          name: nameOf(made),
          namespace: place.namespace,
          resourceVersion: "",
          uid: textAt(made, "metadata", "uid")
        }
      )
      const settled = yield* eventually(
        place,
        paths(place).jobs,
        (list) => names(list, "replace").join() === `replace-${Date.parse(time) / 60_000}`
      )
      assert.deepStrictEqual(names(settled, "forbid"), ["forbid-0"])
      assert.deepStrictEqual(names(settled, "suspended"), [])
      yield* place.pass("1 second")
      assert.deepStrictEqual(yield* eventsOf(place, "plain"), [`SuccessfulCreate: Created job ${nameOf(made)}`])
      // The controller may see a Job before the status that has it.
      const events = (name: string) =>
        Effect.map(eventsOf(place, name), (all) => all.filter((event) => !event.startsWith("UnexpectedJob")))
      assert.deepStrictEqual(yield* events("replace"), [
        `SuccessfulCreate: Created job replace-${Date.parse(time) / 60_000}`,
        "SuccessfulDelete: Deleted job replace-0"
      ])
      assert.deepStrictEqual(yield* events("forbid"), [
        "JobAlreadyActive: Not starting job because prior execution is running and concurrency policy is Forbid"
      ])
    })
}
