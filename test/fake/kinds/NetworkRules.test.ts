/** The messages are those of kube-apiserver 1.37.1; differential/Rules.ts and NetworkRules.ts have each rule. */
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

const services = "/api/v1/namespaces/ns/services"

const service = (spec: JsonObject): JsonObject => ({
  metadata: { name: "a" },
  spec: { ports: [{ port: 80 }], ...spec }
})

const merged = (spec: JsonObject): JsonObject => ({ spec })

describe("Services", () => {
  it.scoped("Services: the families and the policy follow from the address", () =>
    Effect.gen(function*() {
      const { post } = api(yield* bare())
      const made = (spec: JsonObject) =>
        Effect.map(post(services, service(spec), { dryRun: "All" }), ({ spec }) => spec)
      assert.deepInclude(yield* made({}), { ipFamilies: ["IPv4"], ipFamilyPolicy: "SingleStack" })
      assert.deepInclude(yield* made({ clusterIP: "None" }), {
        clusterIPs: ["None"],
        ipFamilies: ["IPv4", "IPv6"],
        ipFamilyPolicy: "RequireDualStack"
      })
      assert.deepInclude(yield* made({ clusterIP: "10.96.1.1" }), { clusterIPs: ["10.96.1.1"] })
    }))

  it.scoped("Services: what cannot be allocated is refused before all else", () =>
    Effect.gen(function*() {
      const { post } = api(yield* bare())
      const why = (spec: JsonObject) => Effect.map(refused(post(services, service(spec))), ({ message }) => message)
      assert.strictEqual(
        yield* why({ clusterIP: "1.2.3.4", type: "Odd" }),
        "Service \"a\" is invalid: spec.clusterIPs: Invalid value: [\"1.2.3.4\"]: failed to allocate IP 1.2.3.4: the provided IP "
          + "(1.2.3.4) is not in the valid range. The range of valid IPs is 10.96.0.0/16"
      )
      assert.strictEqual(
        yield* why({ ipFamilyPolicy: "RequireDualStack" }),
        "Service \"a\" is invalid: spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for "
          + "dual-stack services"
      )
      assert.strictEqual(
        yield* why({ type: "NodePort", ports: [{ port: 80, nodePort: 80 }] }),
        "Service \"a\" is invalid: spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range "
          + "of valid ports is 30000-32767"
      )
      assert.strictEqual(
        yield* why({ externalIPs: ["127.0.0.1"] }),
        "Service \"a\" is invalid: spec.externalIPs[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range "
          + "(127.0.0.0/8, ::1/128)"
      )
    }))

  it.scoped("Services: a change of the type takes back what was allocated for it", () =>
    Effect.gen(function*() {
      const { merge, post } = api(yield* bare())
      yield* post(services, service({ type: "LoadBalancer", externalTrafficPolicy: "Local" }))
      const { spec } = yield* merge(`${services}/a`, merged({ type: "ClusterIP" }))
      assert.doesNotHaveAnyKeys(spec, [
        "allocateLoadBalancerNodePorts",
        "externalTrafficPolicy",
        "healthCheckNodePort"
      ])
      assert.strictEqual(
        (yield* refused(merge(`${services}/a`, merged({ clusterIP: "10.96.9.9" })))).message,
        "Service \"a\" is invalid: spec.clusterIPs[0]: Invalid value: [\"10.96.9.9\"]: may not change once set"
      )
      const named = yield* merge(`${services}/a`, merged({ type: "ExternalName", externalName: "a.example.com" }))
      assert.doesNotHaveAnyKeys(named["spec"], ["clusterIP", "clusterIPs", "ipFamilies", "ipFamilyPolicy"])
    }))
})

describe("NetworkPolicies", () => {
  it.scoped("NetworkPolicies: a block and its exceptions are validated", () =>
    Effect.gen(function*() {
      const { post } = api(yield* bare())
      const why = (cidr: string, ...except: ReadonlyArray<string>) =>
        Effect.map(
          refused(post("/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies", {
            metadata: { name: "a" },
            spec: { podSelector: {}, egress: [{ to: [{ ipBlock: { cidr, except } }] }] }
          })),
          ({ message }) =>
            message.replace("NetworkPolicy.networking.k8s.io \"a\" is invalid: spec.egress[0].to[0].ipBlock.", "")
        )
      assert.include(yield* why("1.2.3.4"), "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")
      assert.include(yield* why("01.2.3.0/24"), "must not have leading 0s in IP or prefix length")
      assert.include(yield* why("1.2.3.4/24"), "must not have bits set beyond the prefix length")
      assert.include(yield* why("::ffff:1.2.3.0/120"), "must not have an IPv4-mapped IPv6 address")
      assert.strictEqual(
        yield* why("10.0.0.0/8", "10.1.0.0/16", "11.0.0.0/16"),
        "except[1]: Invalid value: \"11.0.0.0/16\": must be a strict subset of `cidr`"
      )
    }))
})

describe("EndpointSlices", () => {
  it.scoped("EndpointSlices: addresses are of the type of the slice", () =>
    Effect.gen(function*() {
      const { post } = api(yield* bare())
      const why = (addressType: string, address: string) =>
        Effect.map(
          refused(post("/apis/discovery.k8s.io/v1/namespaces/ns/endpointslices", {
            metadata: { name: "a" },
            addressType,
            endpoints: [{ addresses: [address] }]
          })),
          ({ message }) => message.replace("EndpointSlice.discovery.k8s.io \"a\" is invalid: endpoints[0].", "")
        )
      assert.strictEqual(
        yield* why("IPv4", "2001:db8::1"),
        "addresses: Invalid value: \"2001:db8::1\": must be an IPv4 address"
      )
      assert.strictEqual(
        yield* why("IPv6", "2001:DB8::1"),
        "addresses[0]: Invalid value: \"2001:DB8::1\": must be in canonical form (\"2001:db8::1\")"
      )
      assert.include(yield* why("FQDN", "a"), "should be a domain with at least two segments separated by dots")
    }))
})

describe("IngressClasses", () => {
  it.scoped("IngressClasses: the controller is a path after a domain, and stays", () =>
    Effect.gen(function*() {
      const { merge, post } = api(yield* bare())
      const classes = "/apis/networking.k8s.io/v1/ingressclasses"
      const ingressClass = (controller: string): JsonObject => ({ metadata: { name: "a" }, spec: { controller } })
      const name = "IngressClass.networking.k8s.io \"a\" is invalid: spec.controller: Invalid value"
      assert.strictEqual(
        (yield* refused(post(classes, ingressClass("a")))).message,
        `${name}: "a": must be a domain-prefixed path (such as "acme.io/foo")`
      )
      yield* post(classes, ingressClass("example.com/a"))
      assert.strictEqual(
        (yield* refused(merge(`${classes}/a`, merged({ controller: "example.com/b" })))).message,
        `${name}: "example.com/b": field is immutable`
      )
    }))
})
