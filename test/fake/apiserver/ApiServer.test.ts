import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as Json from "../../../src/fake/Json.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { api, bare, configMap, configMaps, pod, pods, refused, version } from "../../support/FakeApi.js"
import { type ConfigMap, manifest, type Pod, type Secret } from "../../support/Manifest.js"

describe("create", () => {
  it.effect("create: sets uid, creation time, and a resourceVersion shared by all kinds", () =>
    Effect.gen(function*() {
      const { get, post } = api(yield* bare())
      const first = yield* post(configMaps, configMap("a"))
      const second = yield* post("/api/v1/namespaces/ns/secrets", manifest<Secret>({ metadata: { name: "b" } }))
      assert.isAbove(version(second), version(first))
      assert.strictEqual(Json.text(first, "metadata", "creationTimestamp"), "1970-01-01T00:00:00Z")
      assert.match(Json.text(first, "metadata", "uid") ?? "", /^[0-9a-f-]{36}$/)
      assert.notStrictEqual(Json.text(first, "metadata", "uid"), Json.text(second, "metadata", "uid"))
      assert.deepStrictEqual(yield* get(`${configMaps}/a`), first)
    }))

  it.effect("is deterministic: equal requests give equal uids and versions", () =>
    Effect.gen(function*() {
      const script = Effect.gen(function*() {
        const { post } = api(yield* bare())
        return [
          yield* post(configMaps, manifest<ConfigMap>({ metadata: { generateName: "x-" } })),
          yield* post(pods, pod("p")),
          yield* post(configMaps, configMap("b"))
        ]
      })
      assert.deepStrictEqual(yield* script, yield* script)
    }))

  it.effect("create: makes a new name from generateName each time", () =>
    Effect.gen(function*() {
      const { post } = api(yield* bare())
      const made = yield* Effect.replicateEffect(
        post(configMaps, manifest<ConfigMap>({ metadata: { generateName: "x-" } })),
        50
      )
      const generated = made.map((object) => Json.text(object, "metadata", "name") ?? "")
      assert.strictEqual(new Set(generated).size, 50)
      generated.forEach((name) => assert.match(name, /^x-[bcdfghjklmnpqrstvwxz2456789]{5}$/))
    }))

  it.effect("create: increments the generation for the spec, not for status and metadata", () =>
    Effect.gen(function*() {
      const { merge, post } = api(yield* bare())
      const generation = (object: JsonObject) => Json.number(object, "metadata", "generation")
      const made = yield* post(pods, pod("p"))
      const status = yield* merge(`${pods}/p/status`, { status: { phase: "Running" } })
      const labelled = yield* merge(`${pods}/p`, { metadata: { labels: { a: "b" } } })
      const wanted = yield* merge(`${pods}/p`, { spec: { activeDeadlineSeconds: 30 } })
      assert.deepStrictEqual([made, status, labelled, wanted].map(generation), [1, 1, 1, 2])
      assert.isUndefined(generation(yield* post(configMaps, configMap("a"))))
    }))

  it.effect("create: returns a frozen object", () =>
    Effect.gen(function*() {
      const { get, post } = api(yield* bare())
      const mine = { ...configMap("a"), data: { key: "old" } }
      yield* post(configMaps, mine)
      mine.data.key = "new"
      const stored = yield* get(`${configMaps}/a`)
      assert.strictEqual(Json.text(stored, "data", "key"), "old")
      assert.isTrue(Object.isFrozen(stored["data"]))
    }))
})

describe("update", () => {
  it.effect("update: an old resourceVersion is a Conflict, an absent one is not", () =>
    Effect.gen(function*() {
      const { post, put } = api(yield* bare())
      const first = yield* post(configMaps, configMap("a"))
      yield* put(`${configMaps}/a`, { ...first, data: { x: "1" } })
      const status = yield* refused(put(`${configMaps}/a`, { ...first, data: { x: "2" } }))
      assert.deepInclude(status, {
        code: 409,
        reason: "Conflict",
        message:
          "Operation cannot be fulfilled on configmaps \"a\": the object has been modified; please apply your changes "
          + "to the latest version and try again",
        details: { name: "a", kind: "configmaps" }
      })
      assert.strictEqual(Json.text(yield* put(`${configMaps}/a`, configMap("a", { x: "3" })), "data", "x"), "3")
    }))

  it.effect("update: a no-op keeps the resourceVersion", () =>
    Effect.gen(function*() {
      const { merge, post, put } = api(yield* bare())
      const first = yield* post(configMaps, configMap("a", { x: "1" }))
      assert.strictEqual(yield* put(`${configMaps}/a`, first), first)
      assert.strictEqual(yield* merge(`${configMaps}/a`, { data: { x: "1" } }), first)
    }))

  it.effect("update: another uid is a Conflict", () =>
    Effect.gen(function*() {
      const { post, put } = api(yield* bare())
      yield* post(configMaps, configMap("a"))
      const status = yield* refused(put(`${configMaps}/a`, configMap("a", {}, { uid: "other" })))
      assert.strictEqual(status.reason, "Conflict")
      assert.include(status.message, "Precondition failed: UID in precondition: other, UID in object meta: ")
    }))

  it.effect("update: the status is written by its subresource only", () =>
    Effect.gen(function*() {
      const { get, merge, post, put } = api(yield* bare())
      const made = yield* post(pods, manifest<Pod>({ ...pod("p"), status: { phase: "Succeeded" } }))
      assert.strictEqual(Json.text(made, "status", "phase"), "Pending")
      yield* put(`${pods}/p/status`, Json.set(Json.set(made, ["status", "phase"], "Running"), ["spec"], {}))
      yield* merge(`${pods}/p`, { status: { phase: "Failed" } })
      const read = yield* get(`${pods}/p`)
      assert.strictEqual(Json.text(read, "status", "phase"), "Running")
      assert.deepStrictEqual(read["spec"], made["spec"])
    }))

  it.effect("JSON patch: applies its test operations", () =>
    Effect.gen(function*() {
      const { json, post } = api(yield* bare())
      yield* post(configMaps, configMap("a", { x: "1" }))
      const patched = yield* json(`${configMaps}/a`, [
        { op: "test", path: "/data/x", value: "1" },
        { op: "add", path: "/data/y", value: "2" },
        { op: "move", from: "/data/x", path: "/data/z" }
      ])
      assert.deepStrictEqual(patched["data"], { y: "2", z: "1" })
      const status = yield* refused(json(`${configMaps}/a`, [{ op: "test", path: "/data/y", value: "9" }]))
      assert.deepInclude(status, {
        code: 422,
        reason: "Invalid",
        message: "the server rejected our request due to an error in our request"
      })
    }))

  it.effect("update: an immutable ConfigMap accepts only metadata", () =>
    Effect.gen(function*() {
      const { merge, post } = api(yield* bare())
      yield* post(configMaps, manifest<ConfigMap>({ ...configMap("a", { x: "1" }), immutable: true }))
      const status = yield* refused(merge(`${configMaps}/a`, { data: { x: "2" } }))
      assert.strictEqual(
        status.message,
        "ConfigMap \"a\" is invalid: data: Forbidden: field is immutable when `immutable` is set"
      )
      assert.deepStrictEqual(status.details?.["causes"], [{
        reason: "FieldValueForbidden",
        message: "Forbidden: field is immutable when `immutable` is set",
        field: "data"
      }])
      yield* merge(`${configMaps}/a`, { metadata: { annotations: { "example.com/stop": "yes" } } })
    }))
})

describe("errors", () => {
  it.effect("errors: have the server's messages", () =>
    Effect.gen(function*() {
      const { delete: remove, get, merge, post, put, send } = api(yield* bare())
      yield* post(configMaps, configMap("a"))
      const said = (effect: ReturnType<typeof get>) =>
        Effect.map(refused(effect), ({ code, message, reason }) => `${code} ${reason}: ${message}`)
      assert.strictEqual(yield* said(get(`${configMaps}/none`)), "404 NotFound: configmaps \"none\" not found")
      assert.strictEqual(
        yield* said(get("/apis/batch/v1/namespaces/ns/jobs/none")),
        "404 NotFound: jobs.batch \"none\" not found"
      )
      assert.strictEqual(
        yield* said(post(configMaps, configMap("a"))),
        "409 AlreadyExists: configmaps \"a\" already exists"
      )
      assert.strictEqual(
        yield* said(post("/api/v1/namespaces/none/configmaps", configMap("a"))),
        "404 NotFound: namespaces \"none\" not found"
      )
      assert.strictEqual(
        yield* said(post(configMaps, configMap("b", {}, { namespace: "other" }))),
        "400 BadRequest: the namespace of the provided object does not match the namespace sent on the request"
      )
      assert.strictEqual(
        yield* said(put(`${configMaps}/a`, configMap("b"))),
        "400 BadRequest: the name of the object (b) does not match the name on the URL (a)"
      )
      assert.strictEqual(
        yield* said(get(configMaps, { fieldSelector: "data.x=1" })),
        "400 BadRequest: \"data.x\" is not a known field selector: only \"metadata.name\", \"metadata.namespace\""
      )
      assert.strictEqual(
        yield* said(get(pods, { fieldSelector: "spec.image=1" })),
        "400 BadRequest: field label not supported: spec.image"
      )
      assert.strictEqual(
        yield* said(remove(`${configMaps}/a`, { preconditions: { uid: "other" } })),
        "409 Conflict: Operation cannot be fulfilled on ConfigMap \"a\": the UID in the precondition (other) does not match "
          + "the UID in record (3c6ef362-0000-4000-8000-000000000002). The object might have been deleted and then recreated"
      )
      assert.strictEqual(
        yield* said(get("/apis/nothing.example.com/v1/things")),
        "404 NotFound: the server could not find the requested resource"
      )
      assert.strictEqual((yield* refused(merge(`${configMaps}/a/status`, {}))).code, 404)
      assert.strictEqual((yield* refused(remove("/api/v1/namespaces"))).code, 405)
      const unknown = send({
        method: "PATCH",
        path: `${configMaps}/a`,
        query: {},
        body: {},
        contentType: "application/x-unknown-patch"
      })
      assert.deepInclude(yield* refused(unknown), { code: 415, reason: "UnsupportedMediaType" })
    }))

  it.effect("errors: validate names and labels", () =>
    Effect.gen(function*() {
      const { post } = api(yield* bare())
      const name = yield* refused(post(configMaps, configMap("A_b")))
      assert.strictEqual(
        name.message,
        "ConfigMap \"A_b\" is invalid: metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain must consist of "
          + "lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. "
          + "'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"
      )
      const label = yield* refused(post(configMaps, configMap("a", {}, { labels: { ok: "x".repeat(64) } })))
      assert.include(label.message, "metadata.labels: Invalid value: ")
      assert.include(label.message, "must be no more than 63 bytes")
      const missing = yield* refused(post(configMaps, { metadata: {} }))
      assert.include(missing.message, "metadata.name: Required value: name or generateName is required")
    }))

  it.effect("errors: unknown fields are rejected with strict, else dropped", () =>
    Effect.gen(function*() {
      const { post } = api(yield* bare())
      const odd = { ...pod("p"), spec: { ...pod("p").spec, hostUsers: false, colour: "red" }, size: 3 }
      const status = yield* refused(post(pods, odd, { fieldValidation: "Strict" }))
      assert.deepInclude(status, {
        code: 400,
        reason: "BadRequest",
        message:
          "Pod in version \"v1\" cannot be handled as a Pod: strict decoding error: unknown field \"spec.colour\", "
          + "unknown field \"size\""
      })
      const made = yield* post(pods, odd)
      assert.isUndefined(Json.at(made, "spec", "colour"))
      assert.strictEqual(Json.at(made, "spec", "hostUsers"), false)
    }))

  it.effect("errors: a dry run validates and stores nothing", () =>
    Effect.gen(function*() {
      const { get, post } = api(yield* bare())
      const made = yield* post(configMaps, configMap("a"), { dryRun: "All" })
      assert.isDefined(Json.text(made, "metadata", "uid"))
      assert.isUndefined(Json.text(made, "metadata", "resourceVersion"))
      assert.strictEqual((yield* refused(get(`${configMaps}/a`))).code, 404)
      yield* post(configMaps, configMap("a"))
      assert.strictEqual((yield* refused(post(configMaps, configMap("a"), { dryRun: "All" }))).code, 409)
    }))
})
