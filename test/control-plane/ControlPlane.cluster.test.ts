import { Command, FileSystem, HttpClient, HttpClientRequest, Path } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it, layer } from "@effect/vitest"
import { Context, Effect, Exit, Layer, Schema, Scope } from "effect"
import * as ControlPlane from "./ControlPlane.js"

const Pods = Schema.Struct({
  items: Schema.Array(Schema.Struct({
    spec: Schema.Struct({ nodeName: Schema.optional(Schema.String) }),
    status: Schema.Struct({
      conditions: Schema.optionalWith(
        Schema.Array(
          Schema.Struct({ type: Schema.String, status: Schema.String, reason: Schema.optional(Schema.String) })
        ),
        { default: () => [] }
      )
    })
  }))
})

const ConfigMap = Schema.Struct({
  metadata: Schema.Struct({ uid: Schema.String }),
  data: Schema.Struct({ key: Schema.String })
})

const get = <A, I>(url: string, schema: Schema.Schema<A, I>) =>
  Effect.gen(function*() {
    const { client } = yield* ControlPlane.ControlPlane
    const response = yield* client.get(url)
    return yield* Schema.decodeUnknown(schema)(yield* response.json)
  })

const create = (url: string, object: object) =>
  Effect.gen(function*() {
    const { client } = yield* ControlPlane.ControlPlane
    const request = yield* HttpClientRequest.bodyJson(HttpClientRequest.post(url), object)
    yield* Effect.flatMap(client.execute(request), (response) => response.text)
  })

/** Repeats until the predicate holds; the case's own time limit ends it. */
const eventually = <A, E, R>(effect: Effect.Effect<A, E, R>, holds: (value: A) => boolean) =>
  Effect.repeat(Effect.delay(effect, "50 millis"), { until: holds })

const job = {
  apiVersion: "batch/v1",
  kind: "Job",
  metadata: { name: "job" },
  spec: {
    suspend: false,
    template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "localhost/none" }] } }
  }
}

const node = {
  apiVersion: "v1",
  kind: "Node",
  metadata: { name: "node" },
  status: { allocatable: { cpu: "4", memory: "8Gi", pods: "10" }, capacity: { cpu: "4", memory: "8Gi", pods: "10" } }
}

layer(ControlPlane.layer, { excludeTestServices: true, timeout: "90 seconds" })("ControlPlane", (it) => {
  it.effect("ControlPlane: answers with the version that was built", () =>
    Effect.gen(function*() {
      const { version } = yield* ControlPlane.ControlPlane
      assert.match(version, /^v1\.\d+\.\d+/)
    }))

  it.effect("ControlPlane: makes a pod of a job, and schedules it once there is a node", () =>
    Effect.gen(function*() {
      yield* create("/api/v1/namespaces", { metadata: { name: "jobs" } })
      yield* create("/apis/batch/v1/namespaces/jobs/jobs", job)
      const pods = get("/api/v1/namespaces/jobs/pods?labelSelector=batch.kubernetes.io/job-name=job", Pods)
      const waiting = yield* eventually(pods, ({ items }) => items.some((pod) => pod.status.conditions.length > 0))
      assert.deepStrictEqual(waiting.items.map((pod) => pod.status.conditions), [
        [{ type: "PodScheduled", status: "False", reason: "Unschedulable" }]
      ])
      yield* create("/api/v1/nodes", node)
      const placed = yield* eventually(pods, ({ items }) => items.some((pod) => pod.spec.nodeName !== undefined))
      assert.deepStrictEqual(placed.items.map((pod) => pod.spec.nodeName), ["node"])
    }))

  it.effect("ControlPlane: forbids what was not granted", () =>
    Effect.gen(function*() {
      const { client, unprivileged } = yield* ControlPlane.ControlPlane
      const asUnprivileged = HttpClient.mapRequest(client, HttpClientRequest.bearerToken(unprivileged.token))
      const error = yield* Effect.flip(asUnprivileged.get("/api/v1/namespaces/default/pods"))
      assert(error._tag === "ResponseError")
      assert.strictEqual(error.response.status, 403)
    }))

  it.effect("ControlPlane: keeps its data when the API server is killed and started again", () =>
    Effect.gen(function*() {
      const { client, killApiServer, startApiServer } = yield* ControlPlane.ControlPlane
      const configMaps = "/api/v1/namespaces/default/configmaps"
      yield* create(configMaps, { metadata: { name: "kept" }, data: { key: "value" } })
      const before = yield* get(`${configMaps}/kept`, ConfigMap)
      yield* killApiServer
      const error = yield* Effect.flip(client.get("/version"))
      assert.strictEqual(error._tag, "RequestError")
      yield* startApiServer
      assert.deepStrictEqual(yield* get(`${configMaps}/kept`, ConfigMap), before)
    }))
})

describe("ControlPlane's scope", () => {
  it.live("ControlPlane's scope: leaves nothing behind", () =>
    Effect.gen(function*() {
      const fs = yield* FileSystem.FileSystem
      const path = yield* Path.Path
      const scope = yield* Scope.make()
      const controlPlane = Context.get(
        yield* Layer.buildWithScope(ControlPlane.layer, scope),
        ControlPlane.ControlPlane
      )
      const folder = path.dirname(controlPlane.caPath)
      const processes = Command.string(Command.make("ps", "axww", "-o", "args"))
      assert.include(yield* processes, folder)
      yield* Scope.close(scope, Exit.void)
      assert.notInclude(yield* processes, folder)
      assert.isFalse(yield* fs.exists(folder))
    }).pipe(Effect.provide(NodeContext.layer)))
})
