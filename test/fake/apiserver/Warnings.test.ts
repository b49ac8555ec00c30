/** Requests as texts; the codes and warnings are those of kube-apiserver 1.37.1. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Either } from "effect"
import * as Duplicates from "../../../src/fake/apiserver/Duplicates.js"
import * as HttpRequest from "../../../src/fake/apiserver/HttpRequest.js"
import type * as ControlPlane from "../../../src/fake/ControlPlane.js"
import { controllerRevision as revisions } from "../../../src/fake/kinds/AppsKinds.js"
import type { Method } from "../../../src/kubernetes/client/ApiRequest.js"
import { admin, bare, configMaps, jobs, pods } from "../../support/FakeApi.js"

const sender = (plane: ControlPlane.ControlPlane) =>
(
  method: Method,
  target: string,
  text: string,
  contentType = "application/json"
): Effect.Effect<readonly [code: number, warnings: ReadonlyArray<string>, message?: string]> =>
  Effect.suspend(() => {
    const [path = "", search = ""] = target.split("?")
    const query = Object.fromEntries(new URLSearchParams(search))
    const decoded = HttpRequest.decode(plane.catalog, { method, path, query, contentType }, Buffer.from(text))
    if (Either.isLeft(decoded)) return Effect.succeed([decoded.left.code, [], decoded.left.message] as const)
    return Effect.match(plane.gateway.handle(decoded.right, admin), {
      onFailure: (failure) =>
        failure._tag === "Dropped"
          ? [0, []] as const
          : [failure.status.code, failure.warnings ?? [], failure.status.message] as const,
      onSuccess: (reply) => reply._tag === "Object" ? [reply.code, reply.warnings ?? []] as const : [0, []] as const
    })
  })

const twice =
  "{\"metadata\":{\"name\":\"a\"},\"data\":{\"x\":\"1\"},\"data\":{\"x\":\"2\",\"x\":\"3\"},\"wrong\":1,\"wrong\":2}"

const inOrder = ["duplicate field \"data\"", "duplicate field \"data.x\"", "unknown field \"wrong\""]

const patch = "{\"data\":{\"x\":\"1\"},\"data\":{\"x\":\"2\",\"x\":\"3\"},\"wrong\":1,\"wrong\":2}"

const yaml = "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\ndata:\n  x: \"1\"\n  x: \"2\"\n"

const podOf = (more: string, containers: string): string =>
  `{"metadata":{"name":"a.b"},"spec":{"containers":[{"name":"a","image":"i"${containers}}]${more}}}`

const merge = "application/merge-patch+json"
const apply = "application/apply-patch+yaml"

describe("Warnings", () => {
  it.scoped("Warnings: a field that a new object has twice is one, in the order of the text", () =>
    Effect.gen(function*() {
      const send = sender(yield* bare())
      assert.deepStrictEqual(yield* send("POST", `${configMaps}?dryRun=All`, twice), [201, inOrder])
      assert.deepStrictEqual(yield* send("POST", `${configMaps}?dryRun=All&fieldValidation=Ignore`, twice), [201, []])
      assert.deepStrictEqual(yield* send("POST", `${configMaps}?dryRun=All&fieldValidation=Strict`, twice), [
        400,
        [],
        `ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: ${inOrder.join(", ")}`
      ])
    }))

  it.scoped("Warnings: duplicates in a value that a server keeps as text are none", () =>
    Effect.gen(function*() {
      const send = sender(yield* bare())
      const revision = "{\"metadata\":{\"name\":\"a\"},\"revision\":1,\"revision\":1,\"data\":{\"a\":1,\"a\":2}}"
      assert.deepStrictEqual(
        yield* send("POST", "/apis/apps/v1/namespaces/ns/controllerrevisions", revision),
        [201, ["duplicate field \"revision\""]]
      )
      assert.deepStrictEqual(Duplicates.readJson("{\"data\":{\"a\":1},\"data\":{\"b\":1}}", revisions.fields), {
        data: { b: 1 }
      })
      assert.deepStrictEqual(Duplicates.readJson("{\"metadata\":{\"name\":\"a\"},\"metadata\":{}}", revisions.fields), {
        metadata: { name: "a" }
      })
    }))

  it.scoped("Warnings: the duplicates of a patch come before the unknown fields of its result", () =>
    Effect.gen(function*() {
      const send = sender(yield* bare())
      yield* send("POST", configMaps, "{\"metadata\":{\"name\":\"a\"}}")
      const [code, warnings] = yield* send("PATCH", `${configMaps}/a?dryRun=All`, patch, merge)
      assert.strictEqual(code, 200)
      assert.deepStrictEqual(warnings, [
        "duplicate field \"data\"",
        "duplicate field \"data.x\"",
        "duplicate field \"wrong\"",
        "unknown field \"wrong\""
      ])
      const [refused] = yield* send("PATCH", `${configMaps}/a?dryRun=All&fieldValidation=Strict`, patch, merge)
      assert.strictEqual(refused, 422)
      const operations = "[{\"op\":\"add\",\"op\":\"add\",\"path\":\"/data\",\"value\":{}}]"
      assert.deepStrictEqual(
        yield* send("PATCH", `${configMaps}/a?dryRun=All`, operations, "application/json-patch+json"),
        [200, ["json patch duplicate field \"[0].op\""]]
      )
    }))

  it.scoped("Warnings: the duplicates of a configuration to apply have their lines", () =>
    Effect.gen(function*() {
      const send = sender(yield* bare())
      const path = `${configMaps}/a?dryRun=All&fieldManager=one`
      const line = "line 7: key \"x\" already set in map"
      assert.deepStrictEqual(yield* send("PATCH", path, yaml, apply), [201, [line]])
      assert.deepStrictEqual(yield* send("PATCH", `${path}&fieldValidation=Strict`, yaml, apply), [
        400,
        [],
        `error strict decoding patch: error converting YAML to JSON: yaml: unmarshal errors:\n  ${line}`
      ])
      assert.deepStrictEqual(yield* send("PATCH", `${path}&fieldValidation=Ignore`, yaml, apply), [201, []])
      const json =
        "{\"apiVersion\":\"v1\",\"kind\":\"ConfigMap\",\"metadata\":{\"name\":\"a\"},\"data\":{\"x\":\"1\",\"x\":\"2\"},\"data\":{}}"
      assert.deepStrictEqual((yield* send("PATCH", path, json, apply))[1], [
        "line 1: key \"x\" already set in map",
        "line 1: key \"data\" already set in map"
      ])
    }))

  it.scoped("Warnings: a refused object has those of its fields", () =>
    Effect.gen(function*() {
      const send = sender(yield* bare())
      const [code, warnings] = yield* send(
        "POST",
        pods,
        podOf(",\"restartPolicy\":\"Sometimes\",\"wrong\":1", ",\"image\":\"j\",\"wrong\":1")
      )
      assert.strictEqual(code, 422)
      assert.deepStrictEqual(warnings, [
        "duplicate field \"spec.containers[0].image\"",
        "unknown field \"spec.containers[0].wrong\"",
        "unknown field \"spec.wrong\""
      ])
    }))

  it.scoped("Warnings: of pods, templates, Services and accounts are those of their strategies", () =>
    Effect.gen(function*() {
      const send = sender(yield* bare())
      const warned = (path: string, text: string) =>
        Effect.map(send("POST", `${path}?dryRun=All`, text), ([, all]) => all)
      const ports = ",\"ports\":[{\"containerPort\":80},{\"containerPort\":80}]"
      const variables = ",\"env\":[{\"name\":\"A\",\"value\":\"1\"},{\"name\":\"A\",\"value\":\"2\"}]"
      assert.deepStrictEqual(yield* warned(pods, podOf(",\"imagePullSecrets\":[{}]", `${ports}${variables}`)), [
        "metadata.name: this is used in the Pod's hostname, which can result in surprising behavior; a DNS label is "
        + "recommended: [must not contain dots]",
        "spec.imagePullSecrets[0].name: invalid empty name \"\"",
        "spec.containers[0].env[1]: hides previous definition of \"A\", which may be dropped when using apply",
        "spec.containers[0].ports[1]: duplicate port definition with spec.containers[0].ports[0]"
      ])
      const template = "{\"spec\":{\"restartPolicy\":\"Never\",\"nodeSelector\":{\"beta.kubernetes.io/os\":\"x\"},"
        + "\"terminationGracePeriodSeconds\":-1,\"containers\":[{\"name\":\"a\",\"image\":\"i\",\"resources\":{\"requests\":"
        + "{\"memory\":\"100m\",\"cpu\":\"1\"}}}]}}"
      const job = "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"completionMode\":\"Indexed\",\"completions\":200000,"
        + `"parallelism":20000,"template":${template}}}`
      assert.deepStrictEqual(yield* warned(jobs, job), [
        "spec: In Indexed Jobs with a number of completions higher than 10^5 and a parallelism higher than 10^4, Kubernetes "
        + "might not be able to track completedIndexes when a big number of indexes fail",
        "spec.template.spec.nodeSelector[beta.kubernetes.io/os]: deprecated since v1.14; use \"kubernetes.io/os\" instead",
        "spec.template.spec.containers[0].resources.requests[memory]: fractional byte value \"100m\" is invalid, must be an "
        + "integer",
        "spec.template.spec.terminationGracePeriodSeconds: must be >= 0; negative values are invalid and will be treated as 1"
      ])
      const namespace = "/api/v1/namespaces/ns"
      assert.deepStrictEqual(
        yield* warned(
          `${namespace}/services`,
          "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"ports\":[{\"port\":80}],\"externalIPs\":[\"192.0.2.1\"]}}"
        ),
        ["spec.externalIPs is deprecated and may no longer be implemented in some clusters"]
      )
      assert.deepStrictEqual(
        yield* warned(
          `${namespace}/serviceaccounts`,
          "{\"metadata\":{\"name\":\"a\",\"annotations\":{\"kubernetes.io/enforce-mountable-secrets\":\"true\"}}}"
        ),
        [
          "metadata.annotations[kubernetes.io/enforce-mountable-secrets]: deprecated in v1.32+; prefer separate namespaces to "
          + "isolate access to mounted secrets"
        ]
      )
      assert.deepStrictEqual(yield* send("GET", `${namespace}/endpoints`, ""), [
        200,
        ["v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice"]
      ])
    }))

  it.scoped("Warnings: a Job whose pods would be left behind has one when it is deleted", () =>
    Effect.gen(function*() {
      const send = sender(yield* bare())
      yield* send(
        "POST",
        jobs,
        "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":"
          + "[{\"name\":\"a\",\"image\":\"i\"}]}}}}"
      )
      assert.deepStrictEqual(yield* send("DELETE", `${jobs}/a?dryRun=All&propagationPolicy=Orphan`, ""), [200, []])
      assert.match(
        String((yield* send("DELETE", `${jobs}/a`, ""))[1]),
        /^child pods are preserved by default when jobs/
      )
    }))
  it.scoped("Warnings: a scale has those of its body", () =>
    Effect.gen(function*() {
      const send = sender(yield* bare())
      const sets = "/apis/apps/v1/namespaces/ns/statefulsets"
      yield* send(
        "POST",
        sets,
        "{\"metadata\":{\"name\":\"a\"},\"spec\":{\"serviceName\":\"a\",\"selector\":{\"matchLabels\":{\"a\":\"b\"}},\"template\":"
          + "{\"metadata\":{\"labels\":{\"a\":\"b\"}},\"spec\":{\"containers\":[{\"name\":\"a\",\"image\":\"i\"}]}}}}"
      )
      const scale = "{\"spec\":{\"replicas\":2,\"replicas\":1},\"wrong\":1}"
      const found = ["duplicate field \"spec.replicas\"", "unknown field \"wrong\""]
      assert.deepStrictEqual(yield* send("PATCH", `${sets}/a/scale`, scale, merge), [200, found])
      const negative = yield* send("PATCH", `${sets}/a/scale`, scale.replace(":1}", ":-1}"), merge)
      assert.strictEqual(negative[0], 422)
      assert.deepStrictEqual(negative[1], found)
      const strict = yield* send("PATCH", `${sets}/a/scale?fieldValidation=Strict`, scale, merge)
      assert.strictEqual(strict[0], 422)
    }))
})
