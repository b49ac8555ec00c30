/**
 * Contexts from elsewhere in an OpenShift Build: what its builder clones or copies, and what finds the commit of a branch.
 */
import { assert, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Layer, Stream, TestClock } from "effect"
import { BuildBackend, BuildInput, OpenShiftBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Json from "../../../src/fake/Json.js"
import type { RbacRule } from "../../../src/kubernetes/RbacRule.js"
import { settle } from "../../support/Quiescence.js"
import { hasEnded } from "../../support/Quiescence.js"

const git = { url: "git@git.example.com:acme/os.git", ref: "main", subPath: "os", secretName: "deploy-key" }
const commit = "1f".repeat(20)

const inputOf = (context: BuildInput.Options["context"]) =>
  BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY etc /etc/",
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: "registry.example.com/os:1" },
    context
  })

const world = (permissions?: ReadonlyArray<RbacRule>) =>
  Layer.provideMerge(
    OpenShiftBuildBackend.layerWith({ gitImage: "registry.example.com/git:2" }),
    FakeCluster.layer({
      openShift: {},
      permissions: permissions?.map(({ apiGroups, resourceNames, resources, verbs }) => ({
        apiGroups,
        resources,
        verbs,
        ...(resourceNames === undefined ? {} : { resourceNames })
      }))
    })
  )

const seeded = Effect.gen(function*() {
  const fake = yield* FakeCluster.FakeCluster
  yield* fake.seed({ apiVersion: "v1", kind: "Secret", metadata: { name: "deploy-key" } })
  return fake
})

/** Lets time pass until the effect ends. */
const inTime = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(effect)
    for (let second = 0; second < 200 && !hasEnded(fiber); second++) {
      yield* settle
      yield* TestClock.adjust("1 second")
    }
    return yield* Fiber.join(fiber)
  })

it.effect("context.git: OpenShift's builder clones the commit, and alone has the secret", () =>
  Effect.gen(function*() {
    const fake = yield* seeded
    const { ref } = yield* BuildBackend.build(yield* inputOf({ git: { ...git, ref: commit } }))
    const image = yield* inTime(BuildBackend.result(ref))
    assert.isString(image.digest)
    const [build] = yield* fake.objects({ kind: "Build" })
    assert.deepStrictEqual(Json.at(build, "spec", "revision"), { type: "Git", git: { commit } })
    const [pod] = yield* fake.objects({ kind: "Pod" })
    const holding = ["initContainers", "containers"].flatMap((key) => Json.objects(pod, "spec", key)).filter((one) =>
      Json.objects(one, "volumeMounts").some((mount) =>
        Json.text(mount, "mountPath") === "/var/run/secrets/openshift.io/source"
      )
    )
    assert.deepStrictEqual(holding.map(({ name }) => name), ["git-clone"])
    assert.deepStrictEqual(yield* fake.objects({ kind: "Job" }), [])
  }).pipe(Effect.provide(world(OpenShiftBuildBackend.rules))))

it.effect("context.git: a build whose Secret does not exist waits for it", () =>
  Effect.gen(function*() {
    const { ref } = yield* BuildBackend.build(yield* inputOf({ git: { ...git, ref: commit } }))
    yield* settle
    yield* TestClock.adjust("30 seconds")
    yield* settle
    const status = yield* BuildBackend.status(ref)
    assert(status._tag === "Pending", status._tag)
    assert.strictEqual(status.blocked?.reason, "MissingReference", JSON.stringify(status))
    assert.include(status.blocked?.message, "deploy-key")
    yield* seeded
    assert.isString((yield* inTime(BuildBackend.result(ref))).digest)
  }).pipe(Effect.provide(world(OpenShiftBuildBackend.rules))))

it.effect("context.git: the log has the clone before the steps, and its tail is that of the whole", () =>
  Effect.gen(function*() {
    yield* seeded
    const { ref } = yield* BuildBackend.build(yield* inputOf({ git: { ...git, ref: commit } }))
    yield* inTime(BuildBackend.result(ref))
    const lines = (options: BuildBackend.LogsOptions) =>
      Effect.map(Stream.runCollect(BuildBackend.logs(ref, options)), Chunk.toReadonlyArray)
    const all = yield* lines({})
    assert.deepStrictEqual(all.slice(0, 2), [
      `Cloning ${JSON.stringify(git.url)} ...`,
      `\tCommit:\t${commit} (a commit of the fake cluster)`
    ])
    assert.isAbove(all.length, 5)
    assert.deepStrictEqual(yield* lines({ tailLines: 3 }), all.slice(-3))
  }).pipe(Effect.provide(world(OpenShiftBuildBackend.rules))))

it.effect("context.git: the commit of a branch is found by a Job that the SCC restricted-v2 admits", () =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    const given = yield* inputOf({ git })
    // Without its Secret the pod waits.
    const building = yield* Effect.fork(BuildBackend.build(given))
    yield* settle
    const [job] = yield* fake.objects({ kind: "Job" })
    const spec = Json.object(job, "spec", "template", "spec")
    assert.deepStrictEqual(Json.object(spec, "securityContext"), {
      runAsNonRoot: true,
      seccompProfile: { type: "RuntimeDefault" }
    })
    const [container] = Json.objects(spec, "containers")
    assert.deepStrictEqual(Json.object(container, "securityContext"), {
      allowPrivilegeEscalation: false,
      capabilities: { drop: ["ALL"] }
    })
    assert.strictEqual(Json.text(container, "image"), "registry.example.com/git:2")
    assert.strictEqual(Json.text(spec, "serviceAccountName"), "builder")
    assert.strictEqual(Json.at(spec, "automountServiceAccountToken"), false)
    yield* seeded
    const { ref } = yield* inTime(Fiber.join(building))
    assert.deepStrictEqual(yield* fake.objects({ kind: "Job" }), [], "the Job is deleted")
    const [build] = yield* fake.objects({ kind: "Build" })
    const found = Json.text(build, "spec", "source", "git", "ref") ?? ""
    assert.match(found, /^[0-9a-f]{40}$/)
    assert.include(ref.name, BuildInput.fingerprint(yield* inputOf({ git: { ...git, commit: found } })))
  }).pipe(Effect.provide(world([...OpenShiftBuildBackend.rules, ...OpenShiftBuildBackend.gitRules]))))

it.effect("context.git: a branch without the permission to create Jobs is refused before anything is recorded", () =>
  Effect.gen(function*() {
    yield* seeded
    const error = yield* Effect.flip(inTime(BuildBackend.build(yield* inputOf({ git }))))
    assert(error._tag === "BuildRejected")
    assert.strictEqual(error.reason, "Denied")
    assert.deepStrictEqual(error.issues.map(({ path }) => path), ["context.git.ref"])
    assert.match(
      error.message,
      /create and delete jobs\.batch .* `os-builder rbac --backend openshift --git`.* full commit/
    )
    assert.deepStrictEqual(yield* BuildBackend.list(), [])
  }).pipe(Effect.provide(world(OpenShiftBuildBackend.rules))))

it.effect("context.git: the Job is left to the cluster without the permission to delete it", () =>
  Effect.gen(function*() {
    const fake = yield* seeded
    yield* inTime(BuildBackend.build(yield* inputOf({ git })))
    assert.lengthOf(yield* fake.objects({ kind: "Job" }), 1)
  }).pipe(Effect.provide(world([
    ...OpenShiftBuildBackend.rules,
    ...OpenShiftBuildBackend.gitRules.map((rule) => ({ ...rule, verbs: ["create"] }))
  ]))))

it.effect("context.image: OpenShift's builder copies the files by the secret of the image", () =>
  Effect.gen(function*() {
    const fake = yield* seeded
    const pullspec = `registry.example.com/files@sha256:${"1f".repeat(32)}`
    const { ref } = yield* BuildBackend.build(yield* inputOf({ image: { pullspec, secretName: "deploy-key" } }))
    assert.isString((yield* inTime(BuildBackend.result(ref))).digest)
    const [pod] = yield* fake.objects({ kind: "Pod" })
    const containers = Json.objects(pod, "spec", "initContainers")
    assert.deepStrictEqual(containers.map(({ name }) => name), ["extract-image-content", "manage-dockerfile"])
    const mounts = Json.objects(containers[0], "volumeMounts").map((mount) => Json.text(mount, "mountPath"))
    assert.include(mounts, "/var/run/secrets/openshift.io/source-image/0")
  }).pipe(Effect.provide(world(OpenShiftBuildBackend.rules))))
