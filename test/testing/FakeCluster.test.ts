import { assert, describe, it } from "@effect/vitest"
import { Clock, Effect, Fiber, Layer, Stream, TestClock } from "effect"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { get } from "node:https"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as TerminationMessage from "../../src/backends/script/TerminationMessage.js"
import { BuildRef } from "../../src/core/BuildRef.js"
import * as Json from "../../src/fake/Json.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import { Cluster } from "../../src/kubernetes/Cluster.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as FakeCluster from "../../src/testing/FakeCluster.js"
import { settle } from "../support/Quiescence.js"

const container = (name: string, env: ReadonlyArray<JsonObject> = []): JsonObject => ({ name, image: "builder", env })

const environment = [
  { name: "OSB_FINAL_IMAGE", value: "registry/image:1" },
  { name: "OSB_TIMEOUT_SECONDS", value: "60" }
]

const record: JsonObject = {
  apiVersion: "v1",
  kind: "ConfigMap",
  metadata: {
    name: "os-build-x-1",
    namespace: "default",
    annotations: { "effect-os-builder/final-image": "registry/image:1" }
  },
  data: { containerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN true" }
}

const labels = { "effect-os-builder/record": "os-build-x-1", "effect-os-builder/fingerprint": "x" }

/** A Job in the form that the backends create. */
const job: JsonObject = {
  metadata: { name: "os-build-x-1", labels },
  spec: {
    backoffLimit: 3,
    template: {
      metadata: { labels },
      spec: {
        restartPolicy: "Never",
        initContainers: [container("build", environment)],
        containers: [container("push", environment)]
      }
    }
  }
}

const build: JsonObject = {
  metadata: { name: "os-build-x-1", labels },
  spec: {
    source: { dockerfile: "FROM base\nRUN true" },
    strategy: { dockerStrategy: {} },
    output: { to: { kind: "DockerImage", name: "registry/image:1" } }
  }
}

const ref = new BuildRef({ backend: "custom", namespace: "default", name: "os-build-x-1", uid: "any" })

const run = (outcome: FakeCluster.Outcome) =>
  Effect.gen(function*() {
    const cluster = yield* Cluster
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.seed(record)
    yield* fake.outcome(outcome)
    yield* cluster.create(Resources.Job, job)
    yield* settle
    return fake
  })

const find = (fake: FakeCluster.Service, kind: string) =>
  Effect.map(fake.objects({ kind, namespace: "default" }), (objects) => objects.at(-1) ?? {})

const podEnd = (fake: FakeCluster.Service) =>
  Effect.map(find(fake, "Pod"), (pod) => {
    const ended =
      [...Json.objects(pod, "status", "initContainerStatuses"), ...Json.objects(pod, "status", "containerStatuses")]
        .map(
          (status) => Json.object(status, "state", "terminated")
        ).filter((terminated) => terminated["exitCode"] !== undefined).at(-1) ?? {}
    return {
      exitCode: Json.number(ended, "exitCode"),
      reason: Json.text(ended, "reason"),
      said: TerminationMessage.parse(Json.text(ended, "message") ?? "")
    }
  })

const jobStatus = (fake: FakeCluster.Service) =>
  Effect.map(
    find(fake, "Job"),
    (one) => Json.objects(one, "status", "conditions").map((condition) => Json.text(condition, "type")).at(-1)
  )

const inLayer = <A, E>(
  layer: Layer.Layer<Cluster | FakeCluster.FakeCluster>,
  effect: Effect.Effect<A, E, Cluster | FakeCluster.FakeCluster>
) => Effect.provide(effect, layer)

describe.sequential("a build by a Job", () => {
  const vanilla = <A, E>(effect: Effect.Effect<A, E, Cluster | FakeCluster.FakeCluster>) =>
    inLayer(FakeCluster.vanilla, effect)

  it.effect("a build by a Job: succeeds without a delay, with a digest and the steps in its log", () =>
    vanilla(Effect.gen(function*() {
      const cluster = yield* Cluster
      const fake = yield* run(FakeCluster.succeeds())
      assert.strictEqual(yield* jobStatus(fake), "Complete")
      const { said } = yield* podEnd(fake)
      assert.match(said?.digest ?? "", /^sha256:[0-9a-f]{64}$/)
      const pod = yield* find(fake, "Pod")
      const lines = yield* Stream.runCollect(
        cluster.logs(Resources.Pod, Json.text(pod, "metadata", "name") ?? "", { container: "build" })
      )
      assert.deepStrictEqual([...lines], ["STEP 1/2: FROM ${BASE_IMAGE}", "STEP 2/2: RUN true"])
    })))

  it.effect("succeeds({ after }): takes that time", () =>
    vanilla(Effect.gen(function*() {
      const digest = `sha256:${"1".repeat(64)}`
      const fake = yield* run(FakeCluster.succeeds({ after: "10 minutes", digest, log: ["hello"] }))
      yield* TestClock.adjust("9 minutes")
      assert.isUndefined(yield* jobStatus(fake))
      yield* TestClock.adjust("1 minute")
      yield* settle
      assert.strictEqual((yield* podEnd(fake)).said?.digest, digest)
    })))

  it.effect("succeeds({ every }): each line takes that time", () =>
    vanilla(Effect.gen(function*() {
      const cluster = yield* Cluster
      const fake = yield* run(FakeCluster.succeeds({ every: "1 minute", after: "1 minute", log: ["a", "b"] }))
      const written = Effect.gen(function*() {
        yield* settle
        const pod = Json.text(yield* find(fake, "Pod"), "metadata", "name") ?? ""
        return [...(yield* Stream.runCollect(cluster.logs(Resources.Pod, pod, { container: "build" })))]
      })
      assert.deepStrictEqual(yield* written, [])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* written, ["a"])
      yield* TestClock.adjust("1 minute")
      assert.deepStrictEqual(yield* written, ["a", "b"])
      assert.isUndefined(yield* jobStatus(fake))
      yield* TestClock.adjust("1 minute")
      yield* settle
      assert.strictEqual(yield* jobStatus(fake), "Complete")
    })))

  it.effect("a build by a Job: fails with the script's exit codes", () =>
    Effect.gen(function*() {
      const ended = (outcome: FakeCluster.Outcome) =>
        inLayer(Layer.fresh(FakeCluster.vanilla), Effect.flatMap(run(outcome), podEnd))
      const failed = yield* ended(FakeCluster.containerfileFails({ exitCode: 3 }))
      assert.deepInclude(failed, { exitCode: 11, reason: "Error" })
      assert.deepInclude(failed.said, { verb: "build", code: 11, exitCode: 3 })
      assert.strictEqual((yield* ended(FakeCluster.pullFails())).exitCode, 12)
      assert.strictEqual((yield* ended(FakeCluster.pullFails({ transient: true }))).exitCode, 13)
      assert.strictEqual((yield* ended(FakeCluster.pushFails())).exitCode, 14)
      assert.strictEqual((yield* ended(FakeCluster.pushFails({ transient: true }))).exitCode, 15)
      assert.deepInclude(yield* ended(FakeCluster.oomKilled), { exitCode: 137, reason: "OOMKilled" })
    }))

  it.effect("evicted: is evicted the given number of times, then succeeds", () =>
    vanilla(Effect.gen(function*() {
      const fake = yield* run(FakeCluster.evicted({ times: 2 }))
      assert.strictEqual(yield* jobStatus(fake), "Complete")
      const pods = yield* fake.objects({ kind: "Pod" })
      assert.deepStrictEqual(pods.map((pod) => Json.text(pod, "status", "phase")).sort(), [
        "Failed",
        "Failed",
        "Succeeded"
      ])
    })))

  it.effect("neverScheduled, imagePullBackOff: never starts", () =>
    Effect.gen(function*() {
      const pod = (outcome: FakeCluster.Outcome) =>
        inLayer(
          Layer.fresh(FakeCluster.vanilla),
          Effect.flatMap(run(outcome), (fake) => find(fake, "Pod"))
        )
      const unscheduled = yield* pod(FakeCluster.neverScheduled)
      assert.deepInclude(Json.at(unscheduled, "status", "conditions", 0), {
        type: "PodScheduled",
        reason: "Unschedulable"
      })
      const unpulled = yield* pod(FakeCluster.imagePullBackOff)
      assert.strictEqual(
        Json.text(unpulled, "status", "initContainerStatuses", 0, "state", "waiting", "reason"),
        "ImagePullBackOff"
      )
    }))

  it.effect("deletedOutside: is deleted", () =>
    vanilla(Effect.gen(function*() {
      const fake = yield* run(FakeCluster.deletedOutside)
      assert.deepStrictEqual(yield* fake.objects({ kind: "Job" }), [])
      assert.deepStrictEqual(yield* fake.objects({ kind: "Pod" }), [])
    })))

  it.effect("hangs: runs until its timeout", () =>
    vanilla(Effect.gen(function*() {
      const fake = yield* run(FakeCluster.hangs)
      yield* TestClock.adjust("1 minute")
      const pods = yield* fake.objects({ kind: "Pod" })
      const ended = pods.filter((pod) => Json.text(pod, "status", "phase") === "Failed")
      assert.deepStrictEqual(
        ended.map((pod) => Json.number(pod, "status", "initContainerStatuses", 0, "state", "terminated", "exitCode")),
        [19]
      )
    })))

  it.effect("held: waits for release", () =>
    vanilla(Effect.gen(function*() {
      const fake = yield* run(FakeCluster.held)
      assert.isUndefined(yield* jobStatus(fake))
      yield* fake.release(ref, FakeCluster.succeeds())
      yield* settle
      assert.strictEqual(yield* jobStatus(fake), "Complete")
    })))

  it.effect("a build by a Job: ignores an outcome for other builds", () =>
    vanilla(Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.outcome(FakeCluster.pullFails(), { finalImage: "other" })
      yield* fake.outcome(FakeCluster.pushFails(), { fingerprint: "x" })
      yield* fake.outcome(FakeCluster.pullFails(), { name: "other" })
      yield* fake.seed(record)
      yield* (yield* Cluster).create(Resources.Job, job)
      yield* settle
      assert.strictEqual((yield* podEnd(fake)).exitCode, 14)
    })))
})

describe.sequential("a build by OpenShift", () => {
  const ended = (outcome: FakeCluster.Outcome) =>
    inLayer(
      Layer.fresh(FakeCluster.openShift),
      Effect.gen(function*() {
        const fake = yield* FakeCluster.FakeCluster
        yield* fake.seed(record)
        yield* fake.outcome(outcome)
        yield* (yield* Cluster).create(Resources.Build, build)
        yield* settle
        yield* fake.release(ref, FakeCluster.succeeds())
        yield* settle
        return Json.object(yield* find(fake, "Build"), "status")
      })
    )

  it.effect("a build by OpenShift: sets the builder's phases and reasons", () =>
    Effect.gen(function*() {
      const succeeded = yield* ended(FakeCluster.succeeds())
      assert.strictEqual(Json.text(succeeded, "phase"), "Complete")
      assert.match(Json.text(succeeded, "output", "to", "imageDigest") ?? "", /^sha256:[0-9a-f]{64}$/)
      assert.strictEqual(Json.text(yield* ended(FakeCluster.held), "phase"), "Complete")
      const reason = (outcome: FakeCluster.Outcome) =>
        Effect.map(ended(outcome), (status) => `${Json.text(status, "phase")} ${Json.text(status, "reason")}`)
      assert.strictEqual(yield* reason(FakeCluster.containerfileFails()), "Failed DockerBuildFailed")
      assert.strictEqual(yield* reason(FakeCluster.pullFails()), "Failed PullBuilderImageFailed")
      assert.strictEqual(yield* reason(FakeCluster.pushFails()), "Failed PushImageToRegistryFailed")
      assert.strictEqual(yield* reason(FakeCluster.oomKilled), "Failed OutOfMemoryKilled")
      assert.strictEqual(yield* reason(FakeCluster.evicted()), "Failed BuildPodEvicted")
      assert.deepStrictEqual(yield* ended(FakeCluster.deletedOutside), {})
    }))
})

describe.sequential("the log of OpenShift's builder", () => {
  const containerfile = "ARG BASE_IMAGE\nFROM ${BASE_IMAGE} AS tools\nRUN make\nFROM ${BASE_IMAGE}\n" +
    "COPY --from=tools /a /a\nRUN dnf install -y htop && \\\n  true"
  const logged = (outcome: FakeCluster.Outcome, dockerfile = containerfile) =>
    inLayer(
      Layer.fresh(FakeCluster.openShift),
      Effect.gen(function*() {
        const cluster = yield* Cluster
        const fake = yield* FakeCluster.FakeCluster
        yield* fake.seed(record)
        yield* fake.outcome(outcome)
        yield* cluster.create(Resources.Build, {
          metadata: { name: "b", labels },
          spec: {
            source: { dockerfile },
            strategy: { dockerStrategy: { buildArgs: [{ name: "BASE_IMAGE", value: "base.example/os:1" }] } },
            output: {
              to: { kind: "DockerImage", name: "registry.example:5000/team/image:1" },
              imageLabels: [{ name: "team", value: "\"a\"" }]
            }
          }
        })
        yield* settle
        const log = yield* Stream.runCollect(cluster.logs(Resources.Build, "b"))
        return { lines: [...log], build: yield* find(fake, "Build"), pod: yield* find(fake, "Pod") }
      })
    )
  // Ids and digests are made up.
  const shortened = (lines: ReadonlyArray<string>) =>
    lines.map((line) =>
      line.replace(/[0-9a-f]{64}/, "ID").replace(/^--> [0-9a-f]{12}$/, "--> id").replace(/:[0-9a-f]{8}$/, ":tag")
    )
  const copied = [
    "Getting image source signatures",
    "Copying blob sha256:ID",
    "Copying config sha256:ID",
    "Writing manifest to image destination"
  ]
  const begun = [
    "Caching blobs under \"/var/cache/blobs\".",
    "",
    "Pulling image base.example/os:1 ...",
    "Trying to pull base.example/os:1...",
    ...copied,
    "[1/2] STEP 1/2: FROM base.example/os:1 AS tools",
    "[1/2] STEP 2/2: RUN make",
    "--> id",
    "[2/2] STEP 1/5: FROM base.example/os:1",
    "[2/2] STEP 2/5: COPY --from=tools /a /a",
    "--> id"
  ]

  it.effect("the log of OpenShift's builder: a build that is pushed", () =>
    Effect.gen(function*() {
      const { build, lines } = yield* logged(FakeCluster.succeeds())
      assert.deepStrictEqual(shortened(lines), [
        ...begun,
        "[2/2] STEP 3/5: RUN dnf install -y htop &&   true",
        "--> id",
        "[2/2] STEP 4/5: ENV \"OPENSHIFT_BUILD_NAME\"=\"b\" \"OPENSHIFT_BUILD_NAMESPACE\"=\"default\"",
        "--> id",
        "[2/2] STEP 5/5: LABEL \"io.openshift.build.name\"=\"b\" \"io.openshift.build.namespace\"=\"default\" \"team\"=\"\\\"a\\\"\"",
        "[2/2] COMMIT temp.builder.openshift.io/default/b:tag",
        "--> id",
        "Successfully tagged temp.builder.openshift.io/default/b:tag",
        "ID",
        "",
        "Pushing image registry.example:5000/team/image:1 ...",
        ...copied,
        "Successfully pushed registry.example:5000/team/image@sha256:ID",
        "Push successful"
      ])
      const digest = Json.text(build, "status", "output", "to", "imageDigest")
      assert.include(lines, `Successfully pushed registry.example:5000/team/image@${digest}`)
    }))

  it.effect("the log of OpenShift's builder: the error of an instruction quotes the whole instruction", () =>
    Effect.gen(function*() {
      const error =
        "error: build error: building at STEP \"RUN dnf install -y htop &&   true\": while running runtime: " +
        "exit status 3"
      const { build, lines, pod } = yield* logged(FakeCluster.containerfileFails({ exitCode: 3 }))
      assert.deepStrictEqual(shortened(lines), [...begun, "[2/2] STEP 3/5: RUN dnf install -y htop &&   true", error])
      assert.strictEqual(Json.number(pod, "status", "containerStatuses", 0, "state", "terminated", "exitCode"), 1)
      assert.include(Json.text(build, "status", "logSnippet"), "while running runtime: exit status 3")
      const own = yield* logged(FakeCluster.containerfileFails({ exitCode: 3, log: ["no package htop"] }))
      assert.deepStrictEqual(own.lines, ["no package htop", error])
      const bare = yield* logged(FakeCluster.containerfileFails(), "FROM base.example/os:1\nCOPY a /a")
      assert.strictEqual(
        bare.lines.at(-1),
        "error: build error: building at STEP \"COPY a /a\": while running runtime: exit status 1"
      )
    }))

  it.effect("the log of OpenShift's builder: pulls and pushes are tried three times", () =>
    Effect.gen(function*() {
      const pull = yield* logged(FakeCluster.pullFails())
      const tried = ["Trying to pull base.example/os:1...", "Warning: Pull failed, retrying in 5s ..."]
      assert.deepStrictEqual(pull.lines, [
        ...begun.slice(0, 3),
        ...tried,
        ...tried,
        ...tried,
        "error: build error: failed to pull image: After retrying 2 times, Pull image still failed due to error: " +
        "reading manifest: unauthorized: authentication required"
      ])
      const { lines, pod } = yield* logged(FakeCluster.pushFails())
      assert.lengthOf(lines.filter((line) => line === "Warning: Push failed, retrying in 5s ..."), 3)
      assert.match(lines.at(-1) ?? "", /^error: build error: Failed to push image: .*unauthorized/)
      assert.strictEqual(Json.number(pod, "status", "containerStatuses", 0, "state", "terminated", "exitCode"), 1)
    }))
})

describe.sequential("the topologies", () => {
  const seen = (layer: Layer.Layer<Cluster | FakeCluster.FakeCluster>) =>
    inLayer(
      Layer.fresh(layer),
      Effect.gen(function*() {
        const cluster = yield* Cluster
        const fake = yield* FakeCluster.FakeCluster
        const groups = yield* cluster.groups
        const infrastructure = (yield* fake.objects({ kind: "Infrastructure" }))[0]
        return [
          groups.has("build.openshift.io"),
          Json.text(infrastructure, "status", "controlPlaneTopology"),
          (yield* fake.objects({ kind: "Node" })).length
        ]
      })
    )

  it.effect("the topologies: differ in their nodes and APIs", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* seen(FakeCluster.vanilla), [false, undefined, 2])
      assert.deepStrictEqual(yield* seen(FakeCluster.openShift), [true, "HighlyAvailable", 5])
      assert.deepStrictEqual(yield* seen(FakeCluster.singleNode), [true, "SingleReplica", 1])
      const without = FakeCluster.layer({ openShift: { capabilities: ["Console"] } })
      assert.deepStrictEqual(yield* seen(without), [false, "HighlyAvailable", 5])
    }))
})

describe.sequential("the handle", () => {
  it.effect("permissions: reject requests and access reviews", () =>
    inLayer(
      FakeCluster.layer({ permissions: [{ verbs: ["get"], apiGroups: [""], resources: ["pods"] }], namespace: "home" }),
      Effect.gen(function*() {
        const cluster = yield* Cluster
        assert.strictEqual(cluster.defaultNamespace, "home")
        const error = yield* Effect.flip(cluster.create(Resources.Job, job))
        assert.strictEqual(error.reason, "Forbidden")
        assert.isFalse((yield* cluster.canI({ verb: "create", group: "batch", resource: "jobs" })).allowed)
        assert.isTrue((yield* cluster.canI({ verb: "get", group: "", resource: "pods" })).allowed)
      })
    ))

  it.effect("reset: restores objects, outcomes, faults and requests", () =>
    inLayer(
      FakeCluster.vanilla,
      Effect.gen(function*() {
        const fake = yield* FakeCluster.FakeCluster
        const before = yield* fake.objects()
        yield* run(FakeCluster.pullFails())
        yield* Effect.asVoid(fake.fail({ verb: "create" }, FakeCluster.internalError()))
        yield* fake.reset
        const versionless = (objects: ReadonlyArray<JsonObject>) =>
          objects.map((object) => Json.set(object, ["metadata", "resourceVersion"], undefined))
        assert.deepStrictEqual(versionless(yield* fake.objects()), versionless(before))
        assert.deepStrictEqual(yield* fake.requests, [])
        yield* run(FakeCluster.succeeds())
        assert.strictEqual(yield* jobStatus(fake), "Complete")
      })
    ))

  it.effect("idle: completes once a job that was just created runs its pod, without time passing", () =>
    inLayer(
      FakeCluster.vanilla,
      Effect.gen(function*() {
        const cluster = yield* Cluster
        const fake = yield* FakeCluster.FakeCluster
        yield* fake.seed(record)
        yield* fake.outcome(FakeCluster.succeeds({ after: "10 minutes" }))
        yield* Effect.fork(cluster.create(Resources.Job, job))
        yield* fake.idle
        const [first] = Json.objects(yield* find(fake, "Pod"), "status", "initContainerStatuses")
        assert.property(Json.object(first, "state"), "running")
        assert.strictEqual(yield* Clock.currentTimeMillis, 0)
        yield* TestClock.adjust("10 minutes")
        yield* fake.idle
        assert.strictEqual(yield* jobStatus(fake), "Complete")
      })
    ))

  it.effect("outage: programs wait it out", () =>
    inLayer(
      FakeCluster.vanilla,
      Effect.gen(function*() {
        const cluster = yield* Cluster
        const fake = yield* FakeCluster.FakeCluster
        yield* fake.outage("2 minutes")
        const asked = yield* Effect.fork(Effect.retry(cluster.groups, { while: (error) => error.retryable }))
        yield* TestClock.adjust("3 minutes")
        assert.isTrue((yield* Fiber.join(asked)).has("batch"))
      })
    ))
})

describe("layerServed", () => {
  it.scopedLive("layerServed: serves the same cluster over HTTPS with the same permissions", () =>
    Effect.gen(function*() {
      const folder = yield* Effect.acquireRelease(
        Effect.sync(() => mkdtempSync(join(tmpdir(), "served-"))),
        (folder) => Effect.sync(() => rmSync(folder, { recursive: true }))
      )
      const permissions: ReadonlyArray<FakeCluster.UserRule> = [
        { verbs: ["get", "create"], apiGroups: ["batch"], resources: ["jobs"] }
      ]
      yield* Effect.gen(function*() {
        const { kubeconfig } = yield* FakeCluster.FakeApiServer
        const file = join(folder, "kubeconfig")
        writeFileSync(file, kubeconfig, { mode: 0o600 })
        const near = yield* Cluster
        const far = yield* KubernetesCluster.make({ kubeconfig: file })
        assert.strictEqual(far.defaultNamespace, "builds")
        const made = yield* far.create(Resources.Job, job)
        assert.strictEqual((yield* near.get(Resources.Job, "os-build-x-1")).metadata.uid, made.metadata.uid)
        assert.strictEqual((yield* Effect.flip(far.delete(Resources.Job, "os-build-x-1"))).reason, "Forbidden")
      }).pipe(Effect.provide(FakeCluster.layerServed({ namespace: "builds", permissions })))
    }))
})

describe("start", () => {
  it("start: serves a cluster to programs without Effect, with seeds, faults and recorded requests", async () => {
    const fake = await FakeCluster.start({ namespace: "team" })
    const list = () =>
      new Promise<number | undefined>((resolve, reject) =>
        get(`${fake.url}/api/v1/namespaces/team/configmaps`, {
          agent: false,
          ca: fake.ca,
          headers: { authorization: `Bearer ${fake.token}` }
        }, (response) => {
          response.resume()
          response.once("end", () => resolve(response.statusCode))
        }).once("error", reject)
      )
    try {
      await fake.seed({ apiVersion: "v1", kind: "ConfigMap", metadata: { name: "a", namespace: "team" } })
      const restore = await fake.fail({ verb: "list", resource: "configmaps" }, FakeCluster.unavailable())
      assert.strictEqual(await list(), 503)
      await restore()
      assert.strictEqual(await list(), 200)
      assert.deepStrictEqual((await fake.requests()).map(({ verb }) => verb), ["list", "list"])
      assert.include((await fake.objects({ kind: "ConfigMap" })).map((one) => Json.text(one, "metadata", "name")), "a")
      const error: unknown = await fake.seed({ apiVersion: "v1", kind: "No", metadata: { name: "x" } }).catch((e) => e)
      assert.match(String(error), /Cannot seed No "x": the cluster has no kind No in v1/)
      const bare: unknown = await fake.seed({ kind: "ConfigMap", metadata: { name: "y" } }).catch((e) => e)
      assert.match(String(bare), /Cannot seed ConfigMap "y": the object has no apiVersion/)
      const none: unknown = await fake.seed({ metadata: { name: "z" } }).catch((e) => e)
      assert.match(String(none), /Cannot seed the object "z": the object has no apiVersion and no kind/)
    } finally {
      await fake.stop()
    }
    assert.match(String(await list().catch((error: unknown) => error)), /ECONNREFUSED/)
    await fake.stop()
  })
})
