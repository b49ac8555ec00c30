import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber, Stream, TestClock } from "effect"
import * as BuildController from "../../../src/fake/controllers/BuildController.js"
import * as ControlPlane from "../../../src/fake/ControlPlane.js"
import * as Json from "../../../src/fake/Json.js"
import * as OpenShiftKinds from "../../../src/fake/kinds/OpenShiftKinds.js"
import * as OpenShiftBuilder from "../../../src/fake/kubelet/OpenShiftBuilder.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import { type Api, api, bare, plane, pod, pods, refused, settle, started } from "../../support/FakeApi.js"
import { manifest, type Secret } from "../../support/Manifest.js"
import { VirtualTime } from "../../support/VirtualTime.js"

const builds = "/apis/build.openshift.io/v1/namespaces/ns/builds"

const build = (more: JsonObject = {}): JsonObject => ({
  metadata: { name: "b" },
  spec: {
    source: { dockerfile: "FROM base\nRUN true" },
    strategy: { dockerStrategy: {} },
    output: { to: { kind: "DockerImage", name: "registry/image:1" } },
    ...more
  }
})

const digest = `sha256:${"a".repeat(64)}`

const cluster = (
  steps: Stream.Stream<Program.Step>,
  end: OpenShiftBuilder.End | undefined,
  options: ControlPlane.Options = {}
) =>
  plane({
    kinds: OpenShiftKinds.buildKinds,
    accounts: ["builder", "default"],
    pods: ({ registry }) => ({
      programs: (pod) =>
        Effect.succeed((container) => ({
          steps: container !== "docker-build"
            ? Stream.empty
            : end === undefined
            ? steps
            : OpenShiftBuilder.steps(registry, pod, steps, end)
        }))
    }),
    ...options
  })

const status = (client: Api) => Effect.map(client.get(`${builds}/b`), (made) => Json.object(made, "status"))

const failed = (reason: string): OpenShiftBuilder.End => ({ _tag: "Failed", reason, message: "words" })

describe.sequential("the pod of an OpenShift Build", () => {
  it.scoped("the pod of an OpenShift Build: has the modes, environment and privileges that the controller gives it", () =>
    Effect.gen(function*() {
      const client = api(yield* cluster(Stream.never, undefined))
      yield* client.post("/api/v1/namespaces/ns/secrets", manifest<Secret>({ metadata: { name: "push" } }))
      yield* client.post(
        builds,
        build({ output: { to: { kind: "DockerImage", name: "registry/image:1" }, pushSecret: { name: "push" } } })
      )
      yield* settle
      const pod = yield* client.get(`${pods}/b-build`)
      const [manage] = Json.objects(pod, "spec", "initContainers")
      const [main] = Json.objects(pod, "spec", "containers")
      assert.deepInclude(
        Json.objects(pod, "spec", "volumes").find((volume) => volume["name"] === "push-push"),
        { secret: { secretName: "push", defaultMode: 0o600 } }
      )
      assert.deepStrictEqual(Json.at(main, "args"), ["openshift-docker-build", "--v=0"])
      const variables = Json.objects(main, "env").map(({ name }) => name)
      assert.includeMembers(variables, [
        "BUILD",
        "PUSH_DOCKERCFG_PATH",
        "BUILD_REGISTRIES_CONF_PATH",
        "BUILD_BLOBCACHE_DIR"
      ])
      assert.notInclude(variables, "PULL_DOCKERCFG_PATH")
      assert.deepInclude(Json.object(main, "securityContext"), {
        privileged: true,
        runAsGroup: 0,
        seccompProfile: { type: "Unconfined" }
      })
      assert.deepStrictEqual(Json.at(manage, "securityContext", "capabilities"), {
        add: ["CHOWN", "DAC_OVERRIDE"],
        drop: ["ALL"]
      })
      const map = yield* client.get("/api/v1/namespaces/ns/configmaps/b-ca")
      assert.deepStrictEqual(
        Json.objects(map, "metadata", "ownerReferences").map(({ controller, kind }) => [kind, controller]),
        [["Pod", undefined]]
      )
    }))
})

describe.sequential("an OpenShift Build", () => {
  it.scoped("an OpenShift Build: runs in a pod and is Complete with the pushed digest", () =>
    Effect.gen(function*() {
      const moment = Stream.drain(Stream.fromEffect(Effect.yieldNow()))
      const steps = Stream.concat(moment, Program.log("STEP 1/2: FROM base"))
      const client = api(yield* cluster(steps, { _tag: "Pushed", digest }))
      const made = yield* client.post(builds, build())
      assert.strictEqual(Json.text(made, "status", "phase"), "New")
      assert.strictEqual(Json.text(made, "spec", "source", "type"), "Dockerfile")
      assert.strictEqual(Json.text(made, "spec", "strategy", "type"), "Docker")
      yield* settle
      const done = yield* status(client)
      assert.deepInclude(done, {
        phase: "Complete",
        outputDockerImageReference: "registry/image:1",
        output: { to: { imageDigest: digest } },
        startTimestamp: "1970-01-01T00:00:00Z",
        completionTimestamp: "1970-01-01T00:00:00Z",
        duration: 0
      })
      assert.deepStrictEqual(
        Json.objects(done, "conditions").map((one) => `${Json.text(one, "type")} ${Json.text(one, "status")}`),
        ["New False", "Pending False", "Running False", "Complete True"]
      )
      const pod = yield* client.get(`${pods}/b-build`)
      assert.strictEqual(Json.text(pod, "metadata", "labels", "openshift.io/build.name"), "b")
      assert.strictEqual(Json.number(pod, "spec", "activeDeadlineSeconds"), 604_800)
      const log = yield* Stream.runCollect(client.log(`${builds}/b/log`))
      assert.deepStrictEqual([...log], ["STEP 1/2: FROM base"])
    }))

  it.scoped("an OpenShift Build: fails with the builder's reason and log snippet", () =>
    Effect.gen(function*() {
      const log = Program.log("1", "2", "3", "4", "5", `${"x".repeat(100)}${"y".repeat(100)}`)
      const client = api(yield* cluster(log, failed("DockerBuildFailed")))
      yield* client.post(builds, build())
      yield* settle
      const done = yield* status(client)
      assert.deepInclude(done, { phase: "Failed", reason: "DockerBuildFailed", message: "words" })
      assert.strictEqual(Json.text(done, "logSnippet"), `2\n3\n4\n5\n${"x".repeat(58)}...${"y".repeat(59)}`)
      assert.isDefined(done["completionTimestamp"])
    }))

  it.scoped("fails with the pod's reason: out of memory, evicted, deadline exceeded", () =>
    Effect.gen(function*() {
      const ends = (steps: Stream.Stream<Program.Step>) =>
        Effect.gen(function*() {
          const client = api(yield* cluster(steps, undefined))
          yield* client.post(builds, build({ completionDeadlineSeconds: 60 }))
          yield* TestClock.adjust("1 minute")
          yield* settle
          const { phase, reason } = yield* status(client)
          return [phase, reason, Json.text(yield* client.get(`${pods}/b-build`), "status", "reason")]
        })
      assert.deepStrictEqual(yield* ends(Program.oomKilled), ["Failed", "OutOfMemoryKilled", undefined])
      assert.deepStrictEqual(yield* ends(Program.evicted), ["Failed", "BuildPodEvicted", "Evicted"])
      assert.deepStrictEqual(yield* ends(Stream.never), ["Failed", "GenericBuildFailed", "DeadlineExceeded"])
    }))

  it.scoped("an OpenShift Build: whose pod ends before the controller looks is never Pending and has no output reference", () =>
    Effect.gen(function*() {
      const ended = (podStatus: JsonObject) =>
        Effect.gen(function*() {
          const server = yield* bare({ kinds: OpenShiftKinds.buildKinds })
          const client = api(server)
          const made = yield* client.post(builds, build())
          yield* client.post(pods, {
            ...pod("b-build"),
            metadata: {
              name: "b-build",
              ownerReferences: [{
                apiVersion: "build.openshift.io/v1",
                kind: "Build",
                name: "b",
                uid: Json.text(made, "metadata", "uid") ?? "",
                controller: true
              }]
            }
          })
          yield* client.merge(`${pods}/b-build/status`, { status: podStatus })
          BuildController.make(server.registry).reconcile("ns/b", 0)
          const done = yield* status(client)
          assert.isUndefined(done["outputDockerImageReference"])
          const conditions = Json.objects(done, "conditions").map(({ type }) => type)
          assert.notIncludeMembers(conditions, ["Pending", "Running"])
          return [done["phase"], done["reason"]]
        })
      const exit = (exitCode: number) => ({
        containerStatuses: [{
          name: "main",
          image: "builder",
          imageID: "",
          ready: false,
          restartCount: 0,
          state: { terminated: { exitCode } }
        }]
      })
      assert.deepStrictEqual(yield* ended({ phase: "Failed", ...exit(1) }), ["Failed", "GenericBuildFailed"])
      assert.deepStrictEqual(yield* ended({ phase: "Succeeded", ...exit(0) }), ["Complete", undefined])
      assert.deepStrictEqual(yield* ended({ phase: "Succeeded", ...exit(1) }), ["Error", "FailedContainer"])
      assert.deepStrictEqual(yield* ended({ phase: "Succeeded" }), ["Error", "NoBuildContainerStatus"])
    }))

  it.scoped("an OpenShift Build: is cancelled by its status; its pod is deleted", () =>
    Effect.gen(function*() {
      const client = api(yield* cluster(Stream.never, undefined))
      yield* client.post(builds, build())
      yield* settle
      assert.deepInclude(yield* status(client), { phase: "Running" })
      yield* client.merge(`${builds}/b`, { status: { cancelled: true } })
      yield* settle
      assert.deepInclude(yield* status(client), { phase: "Cancelled", reason: "CancelledBuild" })
      assert.strictEqual((yield* refused(client.get(`${pods}/b-build`))).code, 404)
      const refusal = yield* refused(Stream.runDrain(client.log(`${builds}/b/log`)))
      assert.strictEqual(refusal.message, "build b was cancelled. No logs are available.")
    }))

  it.scoped("an OpenShift Build: is Error when its pod is deleted", () =>
    Effect.gen(function*() {
      const client = api(yield* cluster(Stream.never, undefined))
      yield* client.post(builds, build())
      yield* settle
      yield* client.delete(`${pods}/b-build`)
      yield* settle
      assert.deepInclude(yield* status(client), { phase: "Error", reason: "BuildPodDeleted" })
    }))

  const needsEntitlement = build({
    strategy: {
      dockerStrategy: {
        volumes: [{
          name: "v",
          source: { type: "Secret", secret: { secretName: "entitlement" } },
          mounts: [{ destinationPath: "/etc/pki/entitlement" }]
        }]
      }
    }
  })
  const entitlement = manifest<Secret>({ metadata: { name: "entitlement" } })

  it.scoped("an OpenShift Build: whose Secret comes late stays New until the controller's resync", () =>
    Effect.gen(function*() {
      const client = api(yield* cluster(Stream.empty, { _tag: "Pushed", digest }))
      yield* client.post(builds, needsEntitlement)
      yield* settle
      const blocked = {
        phase: "New",
        reason: "GenericBuildFailed",
        message: "These resources do not exist: Secrets [entitlement]"
      }
      assert.deepInclude(yield* status(client), blocked)
      yield* client.post("/api/v1/namespaces/ns/secrets", entitlement)
      yield* TestClock.adjust("599 seconds")
      yield* settle
      assert.deepInclude(yield* status(client), blocked)
      yield* TestClock.adjust("1 seconds")
      yield* settle
      const done = yield* status(client)
      assert.deepInclude(done, { phase: "Complete" })
      assert.isUndefined(done["reason"])
    }))

  it.scoped("an OpenShift Build: whose Secret comes late starts after any change of its metadata", () =>
    Effect.gen(function*() {
      const client = api(yield* cluster(Stream.empty, { _tag: "Pushed", digest }))
      yield* client.post(builds, needsEntitlement)
      yield* settle
      yield* client.post("/api/v1/namespaces/ns/secrets", entitlement)
      yield* settle
      assert.deepInclude(yield* status(client), { phase: "New" })
      yield* client.merge(`${builds}/b`, { metadata: { annotations: { look: "again" } } })
      yield* settle
      assert.deepInclude(yield* status(client), { phase: "Complete" })
    }))

  it("an OpenShift Build: the controller sleeps only while a Build is blocked", () => {
    const time = new VirtualTime(0)
    const sleepers = time.run(Effect.scoped(Effect.gen(function*() {
      const client = api(
        yield* ControlPlane.make({
          namespaces: ["ns"],
          accounts: ["builder", "default"],
          kinds: OpenShiftKinds.buildKinds
        })
      )
      const count = Effect.map(Effect.sleep("1 second"), () => time.sleepers)
      const before = yield* count
      yield* client.post(builds, needsEntitlement)
      const blocked = yield* count
      yield* client.post("/api/v1/namespaces/ns/secrets", entitlement)
      yield* client.merge(`${builds}/b`, { metadata: { annotations: { look: "again" } } })
      const complete = yield* count
      assert.deepInclude(yield* status(client), { phase: "Complete" })
      return [before, blocked, complete]
    })))
    assert.deepStrictEqual(sleepers, Exit.succeed([0, 1, 0]))
  })

  it.scoped("an OpenShift Build: waits as Pending for its push secret", () =>
    Effect.gen(function*() {
      const client = api(yield* cluster(Stream.empty, { _tag: "Pushed", digest }))
      const output = { to: { kind: "DockerImage", name: "registry/image:1" }, pushSecret: { name: "push" } }
      yield* client.post(builds, build({ output }))
      yield* settle
      assert.deepInclude(yield* status(client), { phase: "Pending", reason: "MissingPushSecret" })
    }))

  it.scoped("log: times out before it runs, or fails at once with nowait", () =>
    Effect.gen(function*() {
      const client = api(yield* cluster(Stream.empty, undefined, { nodes: [] }))
      yield* client.post(builds, build())
      yield* settle
      assert.deepStrictEqual([...(yield* Stream.runCollect(client.log(`${builds}/b/log`, { nowait: "true" })))], [])
      const fiber = yield* started(refused(Stream.runDrain(client.log(`${builds}/b/log`))))
      yield* TestClock.adjust("30 seconds")
      assert.deepInclude(yield* Fiber.join(fiber), {
        code: 504,
        message: "Timeout: timed out waiting for build b to start after 30s"
      })
    }))

  it.scoped("an OpenShift Build: needs a service account", () =>
    Effect.gen(function*() {
      const client = api(yield* cluster(Stream.empty, { _tag: "Pushed", digest }, { accounts: ["default"] }))
      yield* client.post(builds, build())
      yield* settle
      assert.deepInclude(yield* status(client), { phase: "New", reason: "CannotRetrieveServiceAccount" })
      yield* client.post("/api/v1/namespaces/ns/serviceaccounts", { metadata: { name: "builder" } })
      yield* settle
      assert.deepInclude(yield* status(client), { phase: "New" })
      yield* TestClock.adjust("3 minutes")
      yield* settle
      assert.deepInclude(yield* status(client), { phase: "Complete" })
    }))

  it.scoped("an OpenShift Build: is immutable, and is rejected when invalid", () =>
    Effect.gen(function*() {
      const made = yield* cluster(Stream.never, undefined)
      const client = api(made)
      const said = (spec: JsonObject) =>
        Effect.map(refused(client.post(builds, build(spec))), (refusal) => refusal.message)
      assert.strictEqual(
        yield* said({ source: { dockerfile: "x".repeat(60_001) } }),
        "Build.build.openshift.io \"b\" is invalid: spec.source.dockerfile: Invalid value: \"\": must be smaller than 60000 bytes"
      )
      assert.include(yield* said({ source: {} }), "must provide a value for at least one source input")
      assert.include(yield* said({ strategy: {} }), "must provide a value for exactly one of sourceStrategy")
      yield* client.post(builds, build())
      const changed = yield* refused(client.merge(`${builds}/b`, { spec: { mountTrustedCA: true } }))
      assert.include(changed.message, "spec is immutable")
      const mayNotDocker = api(made, {
        name: "jane",
        rules: [{ verbs: ["create"], apiGroups: ["build.openshift.io"], resources: ["builds"] }]
      })
      assert.deepInclude(yield* refused(mayNotDocker.post(builds, { ...build(), metadata: { name: "c" } })), {
        code: 403,
        message: "builds.build.openshift.io \"c\" is forbidden: build strategy Docker is not allowed"
      })
      const mayDocker = api(made, {
        name: "joe",
        rules: [{ verbs: ["create"], apiGroups: ["build.openshift.io"], resources: ["builds", "builds/docker"] }]
      })
      const optimized = build({ strategy: { dockerStrategy: { imageOptimizationPolicy: "SkipLayers" } } })
      assert.strictEqual(
        (yield* refused(mayDocker.post(builds, { ...optimized, metadata: { name: "d" } }))).message,
        "builds.build.openshift.io \"d\" is forbidden: build strategy Docker is not allowed"
      )
      yield* mayDocker.post(builds, { ...build(), metadata: { name: "d" } })
    }))

  it.scoped("an OpenShift Build: does not exist without the capability", () =>
    Effect.gen(function*() {
      const client = api(yield* plane())
      assert.strictEqual((yield* refused(client.get("/apis/build.openshift.io/v1"))).code, 404)
      assert.strictEqual((yield* refused(client.post(builds, build()))).code, 404)
    }))
})
