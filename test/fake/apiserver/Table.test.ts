import { assert, describe, it } from "@effect/vitest"
import * as BuildColumns from "../../../src/fake/kinds/BuildColumns.js"
import * as Column from "../../../src/fake/kinds/Column.js"
import * as Columns from "../../../src/fake/kinds/Columns.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"

const cell = (columns: ReadonlyArray<Column.Column>, name: string, object: JsonObject, now = 0) =>
  columns.find((column) => column.name === name)?.cell(object, now)

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour

describe("Table", () => {
  it.each([
    [-5 * second, "<invalid>"],
    [-second, "0s"],
    [119 * second, "119s"],
    [2 * minute, "2m"],
    [3 * minute + 12 * second, "3m12s"],
    [10 * minute + 12 * second, "10m"],
    [4 * hour + 5 * minute, "4h5m"],
    [9 * hour, "9h"],
    [3 * day + 2 * hour, "3d2h"],
    [9 * day, "9d"],
    [3 * 365 * day + 7 * day, "3y7d"],
    [9 * 365 * day, "9y"]
  ])("Table: says a time of %d ms as %s", (millis, words) => {
    assert.strictEqual(Column.duration(millis), words)
  })

  const waiting = (reason: string): JsonObject => ({ state: { waiting: { reason } } })
  const terminated = (exitCode: number, more: JsonObject = {}): JsonObject => ({
    state: { terminated: { exitCode, ...more } }
  })
  const running: JsonObject = { ready: true, state: { running: {} } }
  const spec: JsonObject = { initContainers: [{ name: "build" }], containers: [{ name: "push" }] }
  const deleted: JsonObject = { metadata: { deletionTimestamp: "2026-01-01T00:00:00Z" } }

  it.each<[string, JsonObject, JsonObject?]>([
    ["Pending", { phase: "Pending" }],
    ["Evicted", { phase: "Failed", reason: "Evicted" }],
    ["Init:0/1", { phase: "Pending", initContainerStatuses: [waiting("PodInitializing")] }],
    ["Init:ImagePullBackOff", { phase: "Pending", initContainerStatuses: [waiting("ImagePullBackOff")] }],
    ["Init:Error", { phase: "Failed", initContainerStatuses: [terminated(11, { reason: "Error" })] }],
    ["Init:ExitCode:11", { phase: "Failed", initContainerStatuses: [terminated(11)] }],
    ["Init:Signal:9", { phase: "Failed", initContainerStatuses: [terminated(137, { signal: 9 })] }],
    ["PodInitializing", {
      phase: "Pending",
      initContainerStatuses: [terminated(0)],
      containerStatuses: [waiting("PodInitializing")]
    }],
    ["Running", { phase: "Running", initContainerStatuses: [terminated(0)], containerStatuses: [running] }],
    ["OOMKilled", { phase: "Failed", containerStatuses: [terminated(137, { reason: "OOMKilled" })] }],
    ["NotReady", {
      phase: "Running",
      containerStatuses: [terminated(0, { reason: "Completed" }), running]
    }],
    ["Terminating", { phase: "Running", containerStatuses: [running] }, deleted],
    ["Unknown", { phase: "Running", reason: "NodeLost" }, deleted]
  ])("Table: says of a pod that it is %s", (words, status, more = {}) => {
    assert.strictEqual(cell(Columns.pod, "Status", { spec, status, ...more }), words)
  })

  it("Table: shows the restarts of a pod and the time of the last", () => {
    const status = {
      containerStatuses: [{
        ...running,
        restartCount: 2,
        lastState: { terminated: { exitCode: 1, finishedAt: "1970-01-01T00:00:10Z" } }
      }]
    }
    assert.strictEqual(cell(Columns.pod, "Restarts", { spec, status }, 15 * second), "2 (5s ago)")
    assert.strictEqual(cell(Columns.pod, "Ready", { spec, status }), "1/1")
  })

  it("Table: shows the status and duration of a Job", () => {
    const job = (...types: ReadonlyArray<string>): JsonObject => ({
      spec: { completions: 1 },
      status: {
        startTime: "1970-01-01T00:00:00Z",
        conditions: types.map((type) => ({ type, status: "True" })),
        ...(types.includes("Complete") ? { completionTime: "1970-01-01T00:00:07Z", succeeded: 1 } : {})
      }
    })
    const line = (object: JsonObject) =>
      ["Status", "Completions", "Duration"].map((name) => cell(Columns.job, name, object, 60 * second))
    assert.deepStrictEqual(line(job()), ["Running", "0/1", "60s"])
    assert.deepStrictEqual(line(job("SuccessCriteriaMet", "Complete")), ["Complete", "1/1", "7s"])
    assert.deepStrictEqual(line(job("FailureTarget", "Failed")), ["Failed", "0/1", "60s"])
  })

  it("Table: counts the pods of a Job without completions", () => {
    const completions = (spec: JsonObject) => cell(Columns.job, "Completions", { spec, status: { succeeded: 3 } }, 0)
    assert.strictEqual(completions({ parallelism: 3 }), "3/1 of 3")
    assert.strictEqual(completions({ parallelism: 1 }), "3/1")
    assert.strictEqual(completions({ parallelism: 3, completions: 4 }), "3/4")
  })

  it("Table: shows OpenShift's columns of a Build", () => {
    const build = {
      spec: { strategy: { dockerStrategy: {} }, source: { dockerfile: "FROM x" } },
      status: {
        phase: "Failed",
        reason: "DockerBuildFailed",
        startTimestamp: "1970-01-01T00:00:00Z",
        duration: 7_000_000_000
      }
    }
    assert.deepStrictEqual(
      BuildColumns.build.slice(1).map((column) => column.cell(build, 3 * minute)),
      ["Docker", "Dockerfile", "Failed (DockerBuildFailed)", "3 minutes ago", "7s"]
    )
  })
})
