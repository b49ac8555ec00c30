/** The messages are those of kube-apiserver 1.37.1; differential/CoreRules.ts has each rule. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Json from "../../../src/fake/Json.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { api, bare, pod, pods, refused } from "../../support/FakeApi.js"

const ranges = "/api/v1/namespaces/ns/limitranges"

const range = (...limits: ReadonlyArray<JsonObject>): JsonObject => ({ metadata: { name: "a" }, spec: { limits } })

const main = (resources: JsonObject) => ({
  containers: [{ name: "main", image: "i", resources }]
})

describe("LimitRanges", () => {
  it.scoped("LimitRanges: a pod has the defaults of the namespace, and an annotation about them", () =>
    Effect.gen(function*() {
      const client = api(yield* bare())
      yield* client.post(ranges, range({ type: "Container", max: { memory: "1Gi" }, defaultRequest: { cpu: "0.5" } }))
      const made = yield* client.post(pods, pod("a"))
      assert.deepStrictEqual(Json.at(made, "spec", "containers", 0, "resources"), {
        requests: { cpu: "500m", memory: "1Gi" },
        limits: { memory: "1Gi" }
      })
      assert.deepStrictEqual(Json.at(made, "metadata", "annotations"), {
        "kubernetes.io/limit-ranger":
          "LimitRanger plugin set: cpu, memory request for container main; memory limit for container main"
      })
      assert.strictEqual(Json.text(made, "status", "qosClass"), "Burstable")
    }))

  it.scoped("LimitRanges: a pod outside their bounds is forbidden", () =>
    Effect.gen(function*() {
      const client = api(yield* bare())
      yield* client.post(
        ranges,
        range(
          { type: "Container", min: { cpu: "100m" }, maxLimitRequestRatio: { cpu: "2" } },
          { type: "Pod", max: { cpu: "1" } }
        )
      )
      const why = (resources: JsonObject) =>
        Effect.map(refused(client.post(pods, pod("a", Object(main(resources))))), ({ message }) => message)
      assert.strictEqual(
        yield* why({ requests: { cpu: "50m" }, limits: { cpu: "100m" } }),
        "pods \"a\" is forbidden: minimum cpu usage per Container is 100m, but request is 50m"
      )
      assert.strictEqual(
        yield* why({ requests: { cpu: "500m" }, limits: { cpu: "1500m" } }),
        "pods \"a\" is forbidden: [cpu max limit to request ratio per Container is 2, but provided ratio is 3.000000, "
          + "maximum cpu usage per Pod is 1, but limit is 1500m]"
      )
      yield* client.post(pods, pod("a", Object(main({ requests: { cpu: "500m" }, limits: { cpu: "1" } }))))
    }))

  it.scoped("LimitRanges: a claim outside their bounds is forbidden", () =>
    Effect.gen(function*() {
      const client = api(yield* bare())
      yield* client.post(ranges, range({ type: "PersistentVolumeClaim", max: { storage: "2Gi" } }))
      const claim = (storage: string): JsonObject => ({
        metadata: { name: "a" },
        spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } }
      })
      const claims = "/api/v1/namespaces/ns/persistentvolumeclaims"
      assert.strictEqual(
        (yield* refused(client.post(claims, claim("3Gi")))).message,
        "persistentvolumeclaims \"a\" is forbidden: maximum storage usage per PersistentVolumeClaim is 2Gi, but request is 3Gi"
      )
      yield* client.post(claims, claim("2Gi"))
    }))

  it.scoped("LimitRanges: are validated", () =>
    Effect.gen(function*() {
      const client = api(yield* bare())
      const why = (item: JsonObject) => Effect.map(refused(client.post(ranges, range(item))), ({ message }) => message)
      assert.strictEqual(
        yield* why({ type: "Container", min: { cpu: "2" }, max: { cpu: "1" } }),
        "LimitRange \"a\" is invalid: [spec.limits[0].min[cpu]: Invalid value: \"2\": min value 2 is greater than max value 1, "
          + "spec.limits[0].defaultRequest[cpu]: Invalid value: \"1\": min value 2 is greater than default request value 1, "
          + "spec.limits[0].default[cpu]: Invalid value: \"2\": min value 2 is greater than default value 1]"
      )
      assert.strictEqual(
        yield* why({ type: "Pod", default: { cpu: "1" } }),
        "LimitRange \"a\" is invalid: spec.limits[0].default: Forbidden: may not be specified when `type` is 'Pod'"
      )
    }))
})
