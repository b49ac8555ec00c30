/** Bodies as texts; the values are those of sigs.k8s.io/yaml 1.6.0, by which kube-apiserver reads a configuration to apply. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import * as HttpRequest from "../../../src/fake/apiserver/HttpRequest.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { bare, configMaps } from "../../support/FakeApi.js"

const read: ReadonlyArray<readonly [yaml: string, value: JsonObject]> = [
  ["a: 0400\nb: 0o400\nc: 0x1F\nd: 0b11\ne: -0o17", { a: 256, b: 256, c: 31, d: 3, e: -15 }],
  ["a: 08\nb: 1_000\nc: 12e03\nd: 4.10\ne: +12", { a: 8, b: 1000, c: 12_000, d: 4.1, e: 12 }],
  ["a: on\nb: yes\nc: N\nd: \"on\"\ne: Null", { a: true, b: true, c: false, d: "on", e: null }],
  ["a: 2026-11-30\nb: 2026-11-30T00:00:00Z\nc: 22:22", { a: "2026-11-30", b: "2026-11-30T00:00:00Z", c: "22:22" }],
  ["a: &a {x: 1}\nb: {<<: *a, z: 2}", { a: { x: 1 }, b: { x: 1, z: 2 } }],
  ["a: !!binary aGk=\nb: !!str 0400\n1: c\non: d", { a: "hi", b: "0400", "1": "c", "true": "d" }],
  ["{\"a\": \"0400\", \"on\": 1e3}", { a: "0400", on: 1000 }]
]

describe("HttpRequest", () => {
  it.scoped("HttpRequest: a configuration to apply is read by the YAML of Go", () =>
    Effect.gen(function*() {
      const { catalog } = yield* bare()
      for (const [yaml, value] of read) {
        const request = {
          method: "PATCH",
          path: `${configMaps}/a`,
          query: {},
          contentType: "application/apply-patch+yaml"
        } as const
        const decoded = HttpRequest.decode(catalog, request, Buffer.from(yaml))
        assert.deepStrictEqual(Either.map(decoded, ({ body }) => body), Either.right(value), yaml)
      }
    }))

  it.scoped("HttpRequest: a body for a kind that is not served is not decoded, since the response is 404 whatever it is", () =>
    Effect.gen(function*() {
      const { catalog } = yield* bare()
      const path = "/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers"
      for (const contentType of ["application/vnd.kubernetes.protobuf", "application/json", "text/plain"]) {
        const request = { method: "POST", path, query: {}, contentType } as const
        assert.deepStrictEqual(HttpRequest.decode(catalog, request, Buffer.from("k8s")), Either.right(request))
      }
    }))
})
