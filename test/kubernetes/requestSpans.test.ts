import { assert, describe, it } from "@effect/vitest"
import { Cause, Effect, Exit, Fiber, Option, Stream, TestClock, type Tracer } from "effect"
import { BuildRef, Cluster, CustomBuildBackend, Resources } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as RequestSpan from "../../src/kubernetes/client/RequestSpan.js"
import { Ears } from "../support/Eavesdropper.js"

const clients = ({ spans }: Ears) => spans.filter(({ kind }) => kind === "client")

const attributes = (span: Tracer.Span | undefined) => Object.fromEntries(span?.attributes ?? [])

const failed = ({ status }: Tracer.Span) => status._tag === "Ended" && Exit.isFailure(status.exit)

describe("urlTemplate", () => {
  const cases: ReadonlyArray<readonly [string, string]> = [
    ["/api/v1/namespaces/a/pods", "/api/v1/namespaces/{namespace}/pods"],
    ["/api/v1/namespaces/a/pods/b/log", "/api/v1/namespaces/{namespace}/pods/{name}/log"],
    ["/api/v1/namespaces/a", "/api/v1/namespaces/{name}"],
    ["/api/v1/pods", "/api/v1/pods"],
    ["/apis/batch/v1/namespaces/a/jobs/b", "/apis/batch/v1/namespaces/{namespace}/jobs/{name}"],
    ["/apis/config.openshift.io/v1/proxies/cluster", "/apis/config.openshift.io/v1/proxies/{name}"],
    ["/apis", "/apis"],
    ["/apis/batch/v1", "/apis/batch/v1"]
  ]
  for (const [path, expected] of cases) {
    it(`urlTemplate: ${path}`, () => assert.strictEqual(RequestSpan.urlTemplate(path), expected))
  }
})

describe("ofServer", () => {
  it("url.full: has no credentials and no value that may be secret", () => {
    const found = RequestSpan.ofServer("https://user:s3cret@api.example.com:6443/k8s/clusters/c-1", {
      method: "GET",
      path: "/api/v1/namespaces/a/pods/b/exec",
      query: { command: "--password=s3cret", container: "push", token: "s3cret" }
    })
    assert.deepStrictEqual(found, {
      "server.address": "api.example.com",
      "server.port": 6443,
      "url.full": "https://api.example.com:6443/k8s/clusters/c-1/api/v1/namespaces/a/pods/b/exec" +
        "?command=REDACTED&container=push&token=REDACTED"
    })
  })
})

describe("spans of requests", () => {
  it.scopedLive("over HTTPS: by OpenTelemetry's conventions, with the status and the server", () =>
    Effect.gen(function*() {
      const ears = new Ears()
      const { kubeconfig, url } = yield* FakeCluster.FakeApiServer
      const { hostname, origin, port } = new URL(url)
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "spans-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
      )
      writeFileSync(join(folder, "kubeconfig"), kubeconfig, { mode: 0o600 })
      const cluster = yield* KubernetesCluster.make({ kubeconfig: join(folder, "kubeconfig") })
      yield* Effect.gen(function*() {
        yield* cluster.create(Resources.ConfigMap, { metadata: { name: "a" }, data: {} })
        yield* cluster.get(Resources.ConfigMap, "a")
        yield* Effect.exit(cluster.get(Resources.ConfigMap, "missing"))
        yield* Stream.runHead(cluster.watch(Resources.ConfigMap))
      }).pipe(Effect.withTracer(ears.tracer))
      const [created, got, missing, watched] = clients(ears)
      assert.strictEqual(got?.name, "GET /api/v1/namespaces/{namespace}/configmaps/{name}")
      assert.deepStrictEqual(attributes(got), {
        "http.request.method": "GET",
        "url.template": "/api/v1/namespaces/{namespace}/configmaps/{name}",
        "http.response.status_code": 200,
        "server.address": hostname,
        "server.port": Number(port),
        "url.full": `${origin}/api/v1/namespaces/default/configmaps/a`
      })
      assert.strictEqual(attributes(created)["http.response.status_code"], 201)
      assert.include(attributes(missing), { "http.response.status_code": 404, "error.type": "404" })
      assert.isTrue(missing !== undefined && failed(missing), "a 4xx is an error of an HTTP client")
      assert.match(String(attributes(watched)["url.full"]), /[?&]watch=true/)
      // An answer of the server is none of the operation.
      const operation = ears.spans.filter(({ name }) => name === "Cluster.get")
      assert.deepStrictEqual(operation.map(failed), [false, false])
      assert.strictEqual(attributes(operation[1])["os_builder.reason"], "NotFound")
      const token = /"token": ?"([^"]+)"/.exec(kubeconfig)?.[1] ?? ""
      assert.isNotEmpty(token)
      ears.assertSilent([token])
    }).pipe(Effect.provide(FakeCluster.layerServed())))

  it.effect("a retry: has a span of its own, which counts how often the request was sent before", () =>
    Effect.gen(function*() {
      const ears = new Ears()
      const fake = yield* FakeCluster.FakeCluster
      yield* Effect.asVoid(fake.fail({ verb: "list", resource: "pods" }, FakeCluster.throttled(), { times: 2 }))
      const listing = yield* Effect.fork(Effect.withTracer(Cluster.list(Resources.Pod), ears.tracer))
      yield* TestClock.adjust("1 minute")
      yield* Fiber.join(listing)
      assert.deepStrictEqual(
        clients(ears).map((span) => [attributes(span)["http.request.resend_count"], attributes(span)["error.type"]]),
        [[undefined, "429"], [1, "429"], [2, undefined]]
      )
    }).pipe(Effect.provide(FakeCluster.vanilla)))

  it.effect("without a tracer: an operation and its requests make no span", () =>
    Effect.gen(function*() {
      const ears = new Ears()
      const spans: Array<string> = []
      const driver: Cluster.Driver = {
        defaultNamespace: "default",
        watch: () => Stream.never,
        lines: () => Stream.never,
        attach: () => Stream.never,
        request: () =>
          Effect.map(Effect.option(Effect.currentSpan), (span) => {
            spans.push(Option.match(span, { onNone: () => "none", onSome: ({ name }) => name }))
            return { metadata: { name: "a", uid: "1", resourceVersion: "1" } }
          })
      }
      const cluster = yield* Cluster.make(driver)
      const get = cluster.get(Resources.ConfigMap, "a")
      yield* get
      yield* Effect.withTracer(get, ears.tracer)
      assert.deepStrictEqual(spans, ["none", "GET /api/v1/namespaces/{namespace}/configmaps/{name}"])
      assert.strictEqual(ears.spans.length, 2)
    }).pipe(Effect.scoped))

  it.effect("without a tracer: the cause of a failed operation of a backend names the operation", () =>
    Effect.gen(function*() {
      const backend = yield* CustomBuildBackend.make()
      const ref = new BuildRef.BuildRef({ backend: "custom", namespace: "default", name: "absent", uid: "u" })
      const cause = yield* Effect.flip(Effect.sandbox(backend.status(ref)))
      assert.match(Cause.pretty(cause), /BuildBackend\.status/)
    }).pipe(Effect.provide(FakeCluster.vanilla)))

  it.effect("an informer: adds nothing to the span of its user", () =>
    Effect.gen(function*() {
      const ears = new Ears()
      yield* Effect.flatMap(Cluster.reflect(Resources.Pod), ({ list }) => list).pipe(
        Effect.withSpan("the application"),
        Effect.withTracer(ears.tracer)
      )
      assert.deepStrictEqual(ears.spans.map(({ name }) => name), ["the application"])
      assert.deepStrictEqual(ears.spans.map(attributes), [{}])
    }).pipe(Effect.scoped, Effect.provide(FakeCluster.vanilla)))
})
