/** The messages are those of kube-apiserver 1.37.1; differential/Rules.ts has each rule. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { api, bare, refused } from "../../support/FakeApi.js"

const endpoints = "/api/v1/namespaces/ns/endpoints"
const ingresses = "/apis/networking.k8s.io/v1/namespaces/ns/ingresses"

const endpointsAt = (ip: string): JsonObject => ({ metadata: { name: "a" }, subsets: [{ addresses: [{ ip }] }] })

const ingress = (service: JsonObject): JsonObject => ({
  metadata: { name: "a" },
  spec: { defaultBackend: { service } }
})

describe("Endpoints", () => {
  it.scoped("Endpoints: an address is one that others can connect to", () =>
    Effect.gen(function*() {
      const { post } = api(yield* bare())
      const why = (ip: string) =>
        Effect.map(
          refused(post(endpoints, endpointsAt(ip))),
          ({ message }) =>
            message.replace(`Endpoints "a" is invalid: subsets[0].addresses[0].ip: Invalid value: "${ip}": `, "")
        )
      assert.include(yield* why("b"), "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)")
      assert.strictEqual(yield* why("192.0.2.01"), "must not have leading 0s")
      assert.strictEqual(yield* why("::ffff:192.0.2.1"), "must not be an IPv4-mapped IPv6 address")
      assert.strictEqual(yield* why("::"), "may not be unspecified (::)")
      assert.strictEqual(yield* why("127.0.0.1"), "may not be in the loopback range (127.0.0.0/8, ::1/128)")
      assert.strictEqual(yield* why("fe80::1"), "may not be in the link-local range (169.254.0.0/16, fe80::/10)")
      assert.strictEqual(
        yield* why("ff02::1"),
        "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"
      )
    }))

  it.scoped("Endpoints: an update is validated where it changes the addresses", () =>
    Effect.gen(function*() {
      const { merge, post } = api(yield* bare())
      yield* post(endpoints, endpointsAt("2001:DB8::1"))
      yield* merge(`${endpoints}/a`, { metadata: { labels: { a: "b" } } })
      assert.strictEqual((yield* refused(merge(`${endpoints}/a`, endpointsAt("b")))).code, 422)
    }))
})

describe("Ingresses", () => {
  it.scoped("Ingresses: a backend has a name and one port", () =>
    Effect.gen(function*() {
      const { merge, post } = api(yield* bare())
      const port = "spec.defaultBackend: Required value: port name or number is required"
      assert.include((yield* refused(post(ingresses, ingress({ name: "a" })))).message, port)
      assert.include(
        (yield* refused(post(ingresses, ingress({ port: { name: "b", number: 1 } })))).message,
        "[spec.defaultBackend.service.name: Required value, spec.defaultBackend: Invalid value: \"\": cannot set both port name & "
          + "port number]"
      )
      yield* post(ingresses, ingress({ name: "a", port: { number: 80 } }))
      const without = { spec: { defaultBackend: { service: { port: { number: null } } } } }
      assert.include((yield* refused(merge(`${ingresses}/a`, without))).message, port)
    }))
})
