/**
 * What the backends that run Jobs do beside what every backend does.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, DateTime, Effect, Fiber, Layer, Logger, Stream, TestClock } from "effect"
import {
  BuildBackend,
  BuildInput,
  BuildStatus,
  Cluster,
  CustomBuildBackend,
  SingleNodeBuildBackend
} from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Json from "../../src/fake/Json.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { settle } from "../support/Quiescence.js"

const input = (name = "os", more: Partial<BuildInput.Options> = {}) =>
  BuildInput.make({
    dockerfile: `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN ${name}`,
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: `registry.example.com/${name}:1` },
    ...more
  })

const custom = (settings: CustomBuildBackend.Settings = {}, options: FakeCluster.Options = {}) =>
  Layer.provideMerge(CustomBuildBackend.layerWith(settings), FakeCluster.layer(options))

const singleNode = (settings: SingleNodeBuildBackend.Settings = {}) =>
  Layer.provideMerge(
    SingleNodeBuildBackend.layerWith(settings),
    FakeCluster.layer({ openShift: { topology: "SingleReplica" } })
  )

const jobs = Effect.flatMap(FakeCluster.FakeCluster, (fake) => fake.objects({ kind: "Job" }))

const variable = (job: JsonObject | undefined, name: string) =>
  Json.objects(job, "spec", "template", "spec", "initContainers", 0, "env").find((one) => one["name"] === name)
    ?.["value"]

const blockedOf = (status: BuildStatus.BuildStatus) => "blocked" in status ? status.blocked : undefined

const verbs = (requests: ReadonlyArray<FakeCluster.RecordedRequest>) =>
  requests.map(({ resource, verb }) => `${verb} ${resource}`)

/** Watches a build from now on; what it has seen so far, and its end. */
const watch = (ref: Parameters<typeof BuildBackend.changes>[0]) =>
  Effect.gen(function*() {
    const seen: Array<BuildStatus.BuildStatus> = []
    const fiber = yield* Effect.fork(
      Stream.runForEach(BuildBackend.changes(ref), (status) => Effect.sync(() => seen.push(status)))
    )
    yield* settle
    return { seen, end: Effect.map(Fiber.join(fiber), () => seen.at(-1)) }
  })

describe.sequential("a Job", () => {
  it.effect("a Job: costs two writes and one for the outcome, and waiting for it costs no request", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.outcome(FakeCluster.held)
      const before = (yield* fake.requests).length
      const { ref } = yield* Effect.flatMap(input(), (given) => BuildBackend.build(given))
      const building = verbs((yield* fake.requests).slice(before))
      assert.deepStrictEqual(building.filter((request) => !/^(?:get|list|watch)/.test(request)), [
        "create configmaps",
        "create jobs.batch"
      ])
      const { end } = yield* watch(ref)
      const watching = (yield* fake.requests).length
      yield* TestClock.adjust("30 minutes")
      yield* settle
      // Watches are restarted from time to time.
      const waiting = verbs((yield* fake.requests).slice(watching))
      assert.deepStrictEqual(waiting.filter((request) => !request.startsWith("watch ")), [])
      yield* fake.release(ref, FakeCluster.succeeds())
      assert.strictEqual((yield* end)?._tag, "Succeeded")
      const ending = verbs((yield* fake.requests).slice(watching))
      assert.deepStrictEqual(ending.filter((request) => !/^(?:get|list|watch)/.test(request)), ["patch configmaps"])
    }).pipe(Effect.provide(custom())))

  it.effect("a Job: of two clients with one input is one, and the other gets its image when the first dies", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      const cluster = yield* Cluster.Cluster
      yield* fake.outcome(FakeCluster.held)
      const replica = Effect.provideService(CustomBuildBackend.make(), Cluster.Cluster, cluster)
      const given = yield* input()
      const run = (backend: BuildBackend.Service) =>
        Effect.provideService(BuildBackend.run(given, { onInterrupt: "detach" }), BuildBackend.BuildBackend, backend)
      const first = yield* Effect.fork(Effect.flatMap(replica, run))
      const second = yield* Effect.fork(Effect.flatMap(replica, run))
      yield* settle
      assert.lengthOf(yield* jobs, 1)
      yield* Fiber.interrupt(first)
      const [build] = yield* BuildBackend.list()
      assert(build !== undefined)
      yield* fake.release(build.ref, FakeCluster.succeeds())
      assert.strictEqual((yield* Fiber.join(second)).tag, given.finalImage.pullspec)
      assert.lengthOf(yield* jobs, 1)
    }).pipe(Effect.provide(custom())))

  for (const isWatched of [true, false]) {
    const who = isWatched ? "for those who watch" : "for those who ask later"
    it.effect(`a Job whose only pod is deleted while it runs: may be built again, ${who}`, () =>
      Effect.gen(function*() {
        const fake = yield* FakeCluster.FakeCluster
        const cluster = yield* Cluster.Cluster
        yield* fake.outcome(FakeCluster.held)
        const { ref } = yield* Effect.flatMap(input("os", { retries: 0 }), (given) => BuildBackend.build(given))
        yield* settle
        yield* TestClock.adjust("5 seconds")
        const watched = isWatched ? yield* watch(ref) : undefined
        const [pod] = yield* fake.objects({ kind: "Pod" })
        assert(pod !== undefined)
        yield* cluster.delete(Resources.Pod, Json.text(pod, "metadata", "name") ?? "")
        for (let i = 0; i < 10; i++) yield* Effect.zipRight(settle, TestClock.adjust("5 seconds"))
        assert.deepStrictEqual(yield* fake.objects({ kind: "Pod" }), [])
        const status = watched === undefined ? yield* BuildBackend.status(ref) : yield* watched.end
        assert(status?._tag === "Errored", JSON.stringify(status))
        assert.deepInclude({ ...status }, {
          reason: "Evicted",
          retryable: true,
          message: isWatched
            ? "the build was told to stop: its pod was deleted, or evicted from its node"
            : "its pod was deleted, as by a drain of its node, before the reason of its failure was read: " +
              "Job has reached the specified backoff limit",
          upstreamReason: isWatched ? "exit code 143" : "BackoffLimitExceeded"
        })
      }).pipe(Effect.provide(custom())))
  }

  it.effect("a Job: waits for a secret that arrives late", () =>
    Effect.gen(function*() {
      const cluster = yield* Cluster.Cluster
      const given = yield* input("os", { finalImage: { pullspec: "registry.example.com/os:1", secretName: "late" } })
      const { ref } = yield* BuildBackend.build(given)
      const { end, seen } = yield* watch(ref)
      yield* TestClock.adjust("30 seconds")
      yield* settle
      assert.strictEqual(blockedOf(seen.at(-1) ?? new BuildStatus.Pending({}))?.reason, "MissingReference")
      assert.include(blockedOf(seen.at(-1) ?? new BuildStatus.Pending({}))?.message, "late")
      yield* cluster.create(Resources.Secret, { metadata: { name: "late" }, data: { ".dockerconfigjson": "e30=" } })
      for (let i = 0; i < 10; i++) yield* Effect.zipRight(TestClock.adjust("10 seconds"), settle)
      assert.strictEqual((yield* end)?._tag, "Succeeded")
    }).pipe(Effect.provide(custom())))

  it.effect("a Job: that a quota keeps from having a pod is blocked, and ends when it has waited for too long", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.seed({
        apiVersion: "v1",
        kind: "ResourceQuota",
        metadata: { name: "none", namespace: "default" },
        spec: { hard: { pods: "0" } }
      })
      const { ref } = yield* Effect.flatMap(input(), (given) => BuildBackend.build(given))
      const { end, seen } = yield* watch(ref)
      for (let i = 0; i < 12; i++) yield* Effect.zipRight(TestClock.adjust("1 minute"), settle)
      const last = yield* end
      assert(seen.some((status) => blockedOf(status)?.reason === "Quota"), JSON.stringify(seen))
      assert(last?._tag === "Errored")
      assert.strictEqual(last.reason, "PendingTimeout")
      assert.include(last.message, "exceeded quota")
      assert.deepStrictEqual(yield* jobs, [])
    }).pipe(Effect.provide(custom())))

  it.effect("a Job: waits for Kueue as long as that takes", () =>
    Effect.gen(function*() {
      const cluster = yield* Cluster.Cluster
      const { ref } = yield* Effect.flatMap(
        input("os", { queueName: "builds", pendingTimeout: "1 minute" }),
        (given) => BuildBackend.build(given)
      )
      const [job] = yield* jobs
      assert.strictEqual(Json.text(job, "metadata", "labels", "kueue.x-k8s.io/queue-name"), "builds")
      const { end, seen } = yield* watch(ref)
      yield* TestClock.adjust("15 minutes")
      yield* settle
      assert.deepStrictEqual(seen.map((status) => blockedOf(status)?.reason), ["Queued"])
      const name = Json.text(job, "metadata", "name") ?? ""
      yield* cluster.patch(Resources.Job, name, { merge: { spec: { suspend: false } } })
      assert.strictEqual((yield* end)?._tag, "Succeeded")
    }).pipe(Effect.provide(custom())))

  it.effect("a Job preempted by Kueue: stays Running, blocked Queued, for those who watch and those who ask", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      const cluster = yield* Cluster.Cluster
      yield* fake.outcome(FakeCluster.held)
      const { ref } = yield* Effect.flatMap(input("os", { queueName: "builds" }), (given) => BuildBackend.build(given))
      const { end, seen } = yield* watch(ref)
      const name = Json.text((yield* jobs)[0], "metadata", "name") ?? ""
      const suspend = (suspend: boolean) =>
        Effect.zipRight(cluster.patch(Resources.Job, name, { merge: { spec: { suspend } } }), settle)
      const told = (status: BuildStatus.BuildStatus) =>
        status._tag === "Running"
          ? `Running ${status.attempt} ${DateTime.toEpochMillis(status.startedAt)} ${status.blocked?.reason ?? ""}`
            .trim()
          : `${status._tag} ${blockedOf(status)?.reason ?? ""}`.trim()
      yield* TestClock.adjust("1 minute")
      yield* suspend(false)
      assert.strictEqual(told(yield* BuildBackend.status(ref)), "Running 1 60000")
      yield* TestClock.adjust("1 minute")
      yield* suspend(true)
      assert.strictEqual(told(yield* BuildBackend.status(ref)), "Running 1 60000 Queued")
      yield* TestClock.adjust("15 minutes")
      yield* suspend(false)
      assert.strictEqual(told(yield* BuildBackend.status(ref)), "Running 1 60000")
      yield* fake.release(ref, FakeCluster.succeeds())
      const last = yield* end
      assert.strictEqual(last?._tag === "Succeeded" ? DateTime.toEpochMillis(last.startedAt) : undefined, 60_000)
      assert.deepStrictEqual(
        seen.map(told).filter((status, index, all) => status !== all[index - 1]),
        ["Pending Queued", "Pending", "Running 1 60000", "Running 1 60000 Queued", "Running 1 60000", "Succeeded"]
      )
    }).pipe(Effect.provide(custom())))

  it.effect("a Job preempted by Kueue: stays Running for those who ask only, where the platform has forgotten the start", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      const cluster = yield* Cluster.Cluster
      yield* fake.outcome(FakeCluster.held)
      const { ref } = yield* Effect.flatMap(input("os", { queueName: "builds" }), (given) => BuildBackend.build(given))
      const name = Json.text((yield* jobs)[0], "metadata", "name") ?? ""
      for (const suspend of [false, true]) {
        yield* cluster.patch(Resources.Job, name, { merge: { spec: { suspend } } })
        yield* settle
        assert.strictEqual((yield* BuildBackend.status(ref))._tag, "Running")
        yield* TestClock.adjust("1 minute")
      }
      const status = yield* BuildBackend.status(ref)
      assert(status._tag === "Running")
      assert.deepStrictEqual([DateTime.toEpochMillis(status.startedAt), status.blocked?.reason], [0, "Queued"])
    }).pipe(Effect.provide(custom())))

  it.effect("a Job: tells each attempt in its log", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.outcome(FakeCluster.pushFails({ transient: true }))
      const { ref } = yield* Effect.flatMap(input("os", { retries: 1 }), (given) => BuildBackend.build(given))
      const following = yield* Effect.fork(Stream.runCollect(BuildBackend.logs(ref, { follow: true })))
      for (let i = 0; i < 10; i++) yield* Effect.zipRight(TestClock.adjust("10 seconds"), settle)
      const followed = Chunk.toReadonlyArray(yield* Fiber.join(following))
      assert.lengthOf(followed.filter((line) => line.startsWith("STEP 1/")), 2)
      assert.lengthOf(followed.filter((line) => line.startsWith("Error: ")), 2)
      assert.deepStrictEqual(Chunk.toReadonlyArray(yield* Stream.runCollect(BuildBackend.logs(ref))), followed)
    }).pipe(Effect.provide(custom())))
})

describe("user namespaces", () => {
  it.effect("user namespaces: that the server silently drops are refused, and leave nothing behind", () =>
    Effect.gen(function*() {
      const cluster = yield* Cluster.Cluster
      // A server without the feature drops the field.
      const dropping: Cluster.Service = {
        ...cluster,
        create: (resource, object, options) =>
          cluster.create(
            resource,
            resource.kind === "Job" ? Json.set(object, ["spec", "template", "spec", "hostUsers"], undefined) : object,
            options
          )
      }
      const backend = yield* Effect.provideService(
        CustomBuildBackend.make({ security: "userns" }),
        Cluster.Cluster,
        dropping
      )
      const rejected = yield* Effect.flip(Effect.flatMap(input(), (given) => backend.build(given)))
      assert(rejected._tag === "BuildRejected")
      assert.strictEqual(rejected.reason, "Unsupported")
      assert.include(rejected.message, "UserNamespacesSupport")
      assert.deepStrictEqual(yield* backend.list(), [])
      yield* settle
      assert.deepStrictEqual(yield* jobs, [])
    }).pipe(Effect.provide(FakeCluster.layer())))

  it.effect("user namespaces: that the server keeps are used", () =>
    Effect.gen(function*() {
      yield* Effect.flatMap(input(), (given) => BuildBackend.build(given))
      const [job] = yield* jobs
      assert.isFalse(Json.at(job, "spec", "template", "spec", "hostUsers"))
    }).pipe(Effect.provide(custom({ security: "userns" }))))
})

describe("the proxies of the cluster", () => {
  const proxy = (status: JsonObject) => ({
    apiVersion: "config.openshift.io/v1",
    kind: "Proxy",
    metadata: { name: "cluster" },
    status
  })
  const onOpenShift = custom({}, { openShift: {} })

  it.effect("the proxies of the cluster: are those of builds that name none, and are asked for once", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.seed(proxy({ httpsProxy: "http://proxy:3128", noProxy: ".svc" }))
      for (const name of ["a", "b"]) yield* Effect.flatMap(input(name), (given) => BuildBackend.build(given))
      for (const job of yield* jobs) {
        assert.strictEqual(variable(job, "HTTPS_PROXY"), "http://proxy:3128")
        assert.strictEqual(variable(job, "NO_PROXY"), ".svc")
      }
      const asked = (yield* fake.requests).filter(({ resource }) => resource.startsWith("proxies"))
      assert.lengthOf(asked, 1)
    }).pipe(Effect.provide(onOpenShift)))

  it.effect("the proxies of the cluster: are left out when they have a password, with a warning that does not tell it", () => {
    const said: Array<string> = []
    const logger = Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ message }) => {
        said.push(String(message))
      })
    )
    return Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.seed(proxy({ httpsProxy: "http://user:hunter2@proxy:3128" }))
      yield* Effect.flatMap(input(), (given) => BuildBackend.build(given))
      const [job] = yield* jobs
      assert.isUndefined(variable(job, "HTTPS_PROXY"))
      assert.isTrue(said.some((line) => line.includes("contains a password")))
      assert.notInclude(JSON.stringify([said, yield* fake.objects({ kind: "Job" })]), "hunter2")
    }).pipe(Effect.provide(Layer.provideMerge(onOpenShift, logger)))
  })

  it.effect("the proxies of the cluster: that we may not read are none", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* Effect.asVoid(fake.fail(
        { verb: "get", resource: "proxies.config.openshift.io" },
        FakeCluster.status(403, "Forbidden", "proxies are not for you")
      ))
      yield* Effect.flatMap(input(), (given) => BuildBackend.build(given))
      assert.lengthOf(yield* jobs, 1)
    }).pipe(Effect.provide(onOpenShift)))

  it.effect("the proxies of the cluster: that cannot be asked for keep a build from beginning, and the next one completes it", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      const lift = yield* fake.fail(
        { verb: "get", resource: "proxies.config.openshift.io" },
        FakeCluster.internalError()
      )
      const given = yield* input()
      const building = yield* Effect.fork(Effect.flip(BuildBackend.build(given)))
      for (let i = 0; i < 10; i++) yield* Effect.zipRight(TestClock.adjust("10 seconds"), settle)
      assert.strictEqual((yield* Fiber.join(building))._tag, "BackendError")
      yield* lift
      assert.isTrue((yield* BuildBackend.build(given)).adopted)
      assert.lengthOf(yield* jobs, 1)
    }).pipe(Effect.provide(onOpenShift)))
})

describe.sequential("a single node", () => {
  it.effect("a single node: runs one build at a time, and waiting for it is no part of the pending timeout", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      const cluster = yield* Cluster.Cluster
      yield* cluster.create(Resources.Namespace, { metadata: { name: "other" } })
      yield* fake.outcome(FakeCluster.succeeds({ after: "30 minutes" }), { finalImage: "registry.example.com/first:1" })
      const first = yield* Effect.flatMap(input("first", { timeout: "1 hour" }), (given) => BuildBackend.build(given))
      yield* settle
      const second = yield* Effect.flatMap(
        input("second"),
        (given) => BuildBackend.build(given, { namespace: "other" })
      )
      const one = yield* watch(first.ref)
      const two = yield* watch(second.ref)
      yield* TestClock.adjust("20 minutes")
      yield* settle
      assert.strictEqual(one.seen.at(-1)?._tag, "Running")
      assert.strictEqual(blockedOf(two.seen.at(-1) ?? new BuildStatus.Pending({}))?.reason, "Queued")
      for (let i = 0; i < 10; i++) yield* Effect.zipRight(TestClock.adjust("2 minutes"), settle)
      assert.strictEqual((yield* one.end)?._tag, "Succeeded")
      assert.strictEqual((yield* two.end)?._tag, "Succeeded")
    }).pipe(Effect.provide(singleNode())))

  it.effect("a single node: is waited for while its API server is away", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      const given = yield* input()
      yield* fake.outage("4 minutes")
      const building = yield* Effect.fork(BuildBackend.build(given))
      for (let i = 0; i < 30; i++) yield* Effect.zipRight(TestClock.adjust("10 seconds"), settle)
      const { ref } = yield* Fiber.join(building)
      assert.strictEqual((yield* (yield* watch(ref)).end)?._tag, "Succeeded")
    }).pipe(Effect.provide(singleNode())))

  it.effect("a single node: is not waited for longer than it is said to", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.outage("1 hour")
      const building = yield* Effect.fork(Effect.flip(Effect.flatMap(input(), (given) => BuildBackend.build(given))))
      for (let i = 0; i < 30; i++) yield* Effect.zipRight(TestClock.adjust("10 seconds"), settle)
      const error = yield* Fiber.join(building)
      assert(error._tag === "BackendError")
      assert.strictEqual(error.reason, "Unreachable")
    }).pipe(Effect.provide(singleNode({ outageTimeout: "1 minute" }))))

  it.effect("a single node: asks for little, and more when the input does", () =>
    Effect.gen(function*() {
      yield* Effect.flatMap(input("a"), (given) => BuildBackend.build(given))
      yield* Effect.flatMap(input("b", { resources: { memory: "8Gi" } }), (given) => BuildBackend.build(given))
      const requests = (yield* jobs).map((job) =>
        Json.object(job, "spec", "template", "spec", "initContainers", 0, "resources", "requests")
      )
      assert.deepStrictEqual(requests, [
        { cpu: "100m", memory: "512Mi", "ephemeral-storage": "10Gi" },
        { cpu: "100m", memory: "8Gi", "ephemeral-storage": "10Gi" }
      ])
    }).pipe(Effect.provide(singleNode())))
})

describe("a context from Git", () => {
  const git = { url: "git@git.example.com:acme/os.git", ref: "main", subPath: "os", secretName: "deploy-key" }

  it.effect("a context from Git: its commit is found by a Job of its own, recorded, and fetched by a container of its own", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.seed({ apiVersion: "v1", kind: "Secret", metadata: { name: "deploy-key" } })
      const given = yield* input("os", { context: { git } })
      const { ref } = yield* BuildBackend.build(given)
      const all = yield* jobs
      assert.strictEqual(all.length, 1, "the Job that found the commit is removed")
      const record = (yield* fake.objects({ kind: "ConfigMap" })).find((one) =>
        Json.text(one, "metadata", "name") === ref.name
      )
      const stored = Json.text(record, "data", "input.json") ?? ""
      const commit = /"commit":"([0-9a-f]{40})"/.exec(stored)?.[1]
      assert.isString(commit, stored)
      const labels = Object.entries(Json.object(record, "data") ?? {}).filter(([key]) => key.startsWith("label."))
      assert.includeMembers(labels.map(([, value]) => value), ["org.opencontainers.image.revision", commit])
      const containers = Json.objects(all[0], "spec", "template", "spec", "initContainers")
      assert.deepStrictEqual(containers.map(({ name }) => name), ["context", "build"])
      const holding = ["initContainers", "containers"].flatMap((key) =>
        Json.objects(all[0], "spec", "template", "spec", key)
      ).filter((one) => Json.objects(one, "volumeMounts").some(({ name }) => name === "git-secret"))
      assert.deepStrictEqual(holding.map(({ name }) => name), ["context"])
      const resolved = yield* input("os", { context: { git: { ...git, commit: String(commit) } } })
      assert.include(ref.name, BuildInput.fingerprint(resolved))
      assert.notInclude(ref.name, BuildInput.fingerprint(given))
      assert.strictEqual((yield* BuildBackend.build(resolved)).adopted, true)
      const image = yield* BuildBackend.result(ref)
      assert.isString(image.digest)
    }).pipe(Effect.provide(custom())))

  it.effect("a context from Git: a commit that is not found in 3 minutes names what to look at, and leaves no Job", () =>
    Effect.gen(function*() {
      // Without its Secret the pod waits.
      const given = yield* input("os", { context: { git } })
      const building = yield* Effect.fork(Effect.flip(BuildBackend.build(given)))
      yield* settle
      assert.strictEqual((yield* jobs).length, 1)
      yield* TestClock.adjust("3 minutes")
      const error = yield* Fiber.join(building)
      assert(error._tag === "BackendError")
      assert.strictEqual(error.reason, "Timeout")
      assert.include(error.message, "find main of git@git.example.com:acme/os.git")
      assert.include(error.message, "its pod did not end within 3m; look at the events of its namespace")
      assert.deepStrictEqual(yield* jobs, [])
    }).pipe(Effect.provide(custom())))

  it.effect("a context from Git: a commit is looked up nowhere", () =>
    Effect.gen(function*() {
      const fake = yield* FakeCluster.FakeCluster
      yield* fake.seed({ apiVersion: "v1", kind: "Secret", metadata: { name: "deploy-key" } })
      const before = (yield* fake.requests).length
      const given = yield* input("os", { context: { git: { ...git, ref: "1f".repeat(20) } } })
      const { ref } = yield* BuildBackend.build(given)
      assert.include(ref.name, BuildInput.fingerprint(given))
      const created = verbs((yield* fake.requests).slice(before)).filter((request) => request.startsWith("create"))
      assert.deepStrictEqual(created, ["create configmaps", "create jobs.batch"])
    }).pipe(Effect.provide(custom())))
})
