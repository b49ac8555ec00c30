/**
 * What a kubelet 1.37.1 with containerd 2.1.9 was seen to report of a pod.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import * as Json from "../../../src/fake/Json.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { type Api, api, plane, pod, pods, settle } from "../../support/FakeApi.js"

const programs = (program: Program.PodProgram) => ({ pods: () => ({ programs: () => Effect.succeed(program) }) })

const condition = (object: JsonObject, type: string): JsonObject =>
  Json.objects(object, "status", "conditions").find((one) => one["type"] === type) ?? {}

const told = (object: JsonObject): string => {
  const ready = condition(object, "Ready")
  const states = Json.objects(object, "status", "containerStatuses").flatMap((one) =>
    Object.keys(Json.object(one, "state"))
  )
  return [
    Json.text(object, "status", "phase"),
    ...states,
    `Ready=${String(ready["status"])}`,
    ready["reason"],
    ...(Json.text(object, "metadata", "deletionTimestamp") === undefined ? [] : ["deleting"])
  ].join(" ")
}

/** The story of a pod from its creation, once `until` is so. */
const story = (client: Api, until: (line: { readonly type: string; readonly object: JsonObject }) => boolean) =>
  Effect.map(
    Stream.runCollect(Stream.takeUntil(client.watch(pods, { resourceVersion: "1" }), until)),
    (lines) => [...lines].map(({ object, type }) => ({ object, line: `${type} ${told(object)}` }))
  )

const hasPhase = (phase: string) => ({ object }: { readonly object: JsonObject }) =>
  Json.text(object, "status", "phase") === phase

const isDeleted = ({ type }: { readonly type: string }) => type === "DELETED"

const events = (client: Api) =>
  Effect.map(
    client.get("/api/v1/namespaces/ns/events"),
    (list) =>
      Json.objects(list, "items").filter((event) => Json.text(event, "source", "component") === "kubelet").map((
        event
      ) =>
        [event["type"], event["reason"], Json.text(event, "involvedObject", "fieldPath"), event["message"]].filter(
          Boolean
        )
          .join(" ")
      )
  )

const kept = "FallbackToLogsOnError"

describe.sequential("kubelet", () => {
  it.scoped("status: has no sandbox and no IP at first, and is completed before its phase is terminal", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(programs(Program.completes)))
      yield* client.post(pods, pod("p"))
      yield* settle
      const seen = yield* story(client, hasPhase("Succeeded"))
      assert.deepStrictEqual(seen.map(({ line }) => line), [
        "ADDED Pending Ready=undefined ",
        "MODIFIED Pending Ready=undefined ",
        "MODIFIED Pending waiting Ready=False ContainersNotReady",
        "MODIFIED Pending waiting Ready=False ContainersNotReady",
        "MODIFIED Running running Ready=True ",
        "MODIFIED Running terminated Ready=False PodCompleted",
        "MODIFIED Succeeded terminated Ready=False PodCompleted"
      ])
      const [, , first, second, running] = seen.map(({ object }) => object)
      assert.deepInclude(condition(first ?? {}, "PodReadyToStartContainers"), {
        status: "False",
        reason: "PodSandboxNotReady",
        message: "no pod sandbox exists"
      })
      assert.isUndefined(Json.at(first, "status", "podIP"))
      assert.strictEqual(condition(second ?? {}, "PodReadyToStartContainers")["status"], "True")
      // The address is told with the first container.
      assert.isUndefined(Json.at(second, "status", "podIP"))
      assert.strictEqual(Json.at(running, "status", "podIP"), "10.1.0.1")
    }))

  it.scoped("status: a container has its image's id, resources, user and mounts", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(programs(Program.runs)))
      yield* client.post(
        pods,
        pod("p", {
          containers: [{
            name: "main",
            image: "registry.example.com:5000/image:1",
            resources: { requests: { cpu: "500m" }, limits: { "ephemeral-storage": "1Gi" } },
            volumeMounts: [{ name: "work", mountPath: "/work" }, { name: "work", mountPath: "/input", readOnly: true }]
          }],
          volumes: [{ name: "work", emptyDir: {} }],
          securityContext: { runAsUser: 1000, runAsGroup: 1000, fsGroup: 1001 }
        })
      )
      yield* settle
      const status = Json.object(yield* client.get(`${pods}/p`), "status", "containerStatuses", 0)
      assert.match(Json.text(status, "imageID") ?? "", /^registry\.example\.com:5000\/image@sha256:[0-9a-f]{64}$/)
      assert.match(Json.text(status, "containerID") ?? "", /^containerd:\/\/[0-9a-f]{64}$/)
      assert.deepStrictEqual(Json.at(status, "user"), {
        linux: { uid: 1000, gid: 1000, supplementalGroups: [1000, 1001] }
      })
      assert.deepInclude(Json.object(status, "resources", "requests"), { cpu: "500m" })
      assert.deepStrictEqual(Json.objects(status, "volumeMounts").slice(0, 2), [
        { name: "work", mountPath: "/work" },
        { name: "work", mountPath: "/input", readOnly: true, recursiveReadOnly: "Disabled" }
      ])
    }))

  it.scoped("events: Pulled, Created and Started of each container, and Killing when it is stopped", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane(programs((name) => ({ steps: name === "build" ? Stream.empty : Stream.never })))
      )
      yield* client.post(
        pods,
        pod("p", { initContainers: [{ name: "build", image: "i" }], containers: [{ name: "push", image: "i" }] })
      )
      yield* settle
      yield* client.delete(`${pods}/p`)
      yield* settle
      const pulled = "Container image \"i\" already present on machine and can be accessed by the pod"
      assert.deepStrictEqual(yield* events(client), [
        `Normal Pulled spec.initContainers{build} ${pulled}`,
        "Normal Created spec.initContainers{build} Container created",
        "Normal Started spec.initContainers{build} Container started",
        `Normal Pulled spec.containers{push} ${pulled}`,
        "Normal Created spec.containers{push} Container created",
        "Normal Started spec.containers{push} Container started",
        "Normal Killing spec.containers{push} Stopping container push"
      ])
    }))

  it.scoped("delete: reports that it stops the containers, then Failed, then deletes the pod; the log is the message", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane(programs(() => ({ steps: Stream.concat(Program.log("STEP 1", "half"), Stream.never) })))
      )
      yield* client.post(
        pods,
        pod("p", { containers: [{ name: "main", image: "i", terminationMessagePolicy: kept }] })
      )
      yield* settle
      yield* client.delete(`${pods}/p`)
      yield* settle
      const seen = yield* story(client, isDeleted)
      assert.deepStrictEqual(seen.map(({ line }) => line).slice(-6), [
        "MODIFIED Running running Ready=True ",
        "MODIFIED Running running Ready=True  deleting",
        // The kubelet has observed the generation.
        "MODIFIED Running running Ready=True  deleting",
        "MODIFIED Failed terminated Ready=False PodFailed deleting",
        // The server sets the grace period to 0 before it deletes the pod.
        "MODIFIED Failed terminated Ready=False PodFailed deleting",
        "DELETED Failed terminated Ready=False PodFailed deleting"
      ])
      assert.deepInclude(Json.at(seen.at(-1)?.object, "status", "containerStatuses", 0, "state", "terminated"), {
        exitCode: 143,
        message: "STEP 1\nhalf\n"
      })
    }))

  it.scoped("eviction: ends with 143, a disruption, an event, and a log that is gone", () =>
    Effect.gen(function*() {
      const client = api(
        yield* plane(programs(() => ({
          steps: Stream.concat(Program.log("STEP 1"), Program.evicted),
          stopped: { exitCode: 143, message: "told to stop" }
        })))
      )
      yield* client.post(
        pods,
        pod("p", { containers: [{ name: "main", image: "i", terminationMessagePolicy: kept }] })
      )
      yield* settle
      const evicted = yield* client.get(`${pods}/p`)
      const message = "The node was low on resource: ephemeral-storage. Threshold quantity: 10Gi, available: 9Gi. "
      assert.deepInclude(Json.object(evicted, "status"), { phase: "Failed", reason: "Evicted", message })
      assert.deepInclude(condition(evicted, "DisruptionTarget"), { status: "True", reason: "TerminationByKubelet" })
      const terminated = Json.object(evicted, "status", "containerStatuses", 0, "state", "terminated")
      assert.deepInclude(terminated, { exitCode: 143, message: "told to stop" })
      assert.include(yield* events(client), `Warning Evicted ${message}`)
      for (const query of [{}, { timestamps: "true", tailLines: "3" }, { follow: "true" }]) {
        const log = yield* Stream.runCollect(client.log(`${pods}/p/log`, query))
        assert.deepStrictEqual([...log], [
          `unable to retrieve container logs for ${Json.text(terminated, "containerID") ?? ""}`
        ])
      }
      // Until its containers have ended, the pod shows neither reason nor disruption.
      const [before] = (yield* story(client, hasPhase("Failed"))).slice(-2)
      assert.strictEqual(before?.line, "MODIFIED Running running Ready=True ")
      assert.deepStrictEqual(condition(before?.object ?? {}, "DisruptionTarget"), {})
    }))

  it.scoped("eviction: for the pod's own storage has other words, and no DisruptionTarget", () =>
    Effect.gen(function*() {
      const client = api(yield* plane(programs(() => ({ steps: Program.exceedsVolume("work", "1Gi") }))))
      yield* client.post(pods, pod("p"))
      yield* settle
      const evicted = yield* client.get(`${pods}/p`)
      assert.deepInclude(Json.object(evicted, "status"), {
        phase: "Failed",
        reason: "Evicted",
        message: "Usage of EmptyDir volume \"work\" exceeds the limit \"1Gi\". "
      })
      assert.deepStrictEqual(condition(evicted, "DisruptionTarget"), {})
    }))
})
