import { assert, it } from "@effect/vitest"
import { Effect, Fiber, Layer, TestClock } from "effect"
import { BuildBackend, BuildInput, ContextUpload, CustomBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { hasEnded } from "../support/Quiescence.js"

/** The rules of a user, in the namespace of the test. */
const userRules = (rules: typeof CustomBuildBackend.rules) =>
  rules.map(({ apiGroups, resources, verbs }) => ({ apiGroups, resources, verbs }))

const folder = Effect.acquireRelease(
  Effect.sync(() => {
    const path = mkdtempSync(join(tmpdir(), "uploads-"))
    writeFileSync(join(path, "a"), "hello")
    return path
  }),
  (path) => Effect.sync(() => rmSync(path, { recursive: true }))
)

const inputOf = (directory: string, options: Partial<BuildInput.Options> = {}) =>
  Effect.flatMap(ContextUpload.read(directory), (context) =>
    BuildInput.make({
      dockerfile: "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nCOPY a /\n",
      baseImage: { pullspec: "registry.example.com/base:1" },
      finalImage: { pullspec: "registry.example.com/os:1" },
      context,
      ...options
    }))

const world = (options: FakeCluster.Options = {}) =>
  CustomBuildBackend.layer.pipe(Layer.provideMerge(FakeCluster.layer({ ...options, openShift: false })))

/** Lets time pass, in real time too: files are read. */
const pass = Effect.zipRight(
  Effect.promise(() => new Promise((resolve) => setTimeout(resolve, 5))),
  TestClock.adjust("1 second")
)

const whilePassing = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
  Effect.gen(function*() {
    const fiber = yield* Effect.fork(effect)
    yield* Effect.repeat(pass, { until: () => hasEnded(fiber), times: 4_000 })
    return yield* Fiber.join(fiber)
  })

const attaches = Effect.flatMap(
  FakeCluster.FakeCluster,
  ({ requests }) => Effect.map(requests, (all) => all.filter(({ resource }) => resource === "pods/attach"))
)

it.scoped("upload: run uploads the folder, and the image is built", () =>
  Effect.gen(function*() {
    const image = yield* whilePassing(BuildBackend.run(yield* inputOf(yield* folder)))
    assert.strictEqual(image.tag, "registry.example.com/os:1")
    const [attach, ...others] = yield* attaches
    assert.deepStrictEqual(others, [])
    assert.strictEqual(attach?.query["container"], "upload")
  }).pipe(Effect.provide(world())))

it.scoped("upload: build returns when the pod has the context", () =>
  Effect.gen(function*() {
    const { ref } = yield* whilePassing(BuildBackend.build(yield* inputOf(yield* folder)))
    assert.strictEqual((yield* attaches).length, 1)
    assert.strictEqual((yield* whilePassing(BuildBackend.result(ref))).tag, "registry.example.com/os:1")
  }).pipe(Effect.provide(world())))

it.scoped("upload: a folder that has changed is rejected, and its build is stopped", () =>
  Effect.gen(function*() {
    const directory = yield* folder
    const input = yield* inputOf(directory)
    writeFileSync(join(directory, "a"), "other")
    const error = yield* Effect.flip(whilePassing(BuildBackend.build(input)))
    assert.strictEqual(error._tag, "BuildRejected")
    assert.match(error.message, /has changed since its digest was computed/)
    const [build] = yield* BuildBackend.list()
    assert.strictEqual(build?.status._tag === "Errored" ? build.status.reason : "", "UploadFailed")
  }).pipe(Effect.provide(world())))

it.scoped("upload: one that is cut ends the attempt, and the next attempt gets the whole", () =>
  Effect.gen(function*() {
    const { fail } = yield* FakeCluster.FakeCluster
    yield* Effect.asVoid(fail({ resource: "pods/attach" }, FakeCluster.drop, { times: 1 }))
    const input = yield* inputOf(yield* folder, { pendingTimeout: "1 minute" })
    const image = yield* whilePassing(BuildBackend.run(input))
    assert.strictEqual(image.tag, "registry.example.com/os:1")
    assert.strictEqual((yield* attaches).length, 2)
  }).pipe(Effect.provide(world())))

it.scoped("upload: of two clients one uploads, and both get the image", () =>
  Effect.gen(function*() {
    const input = yield* inputOf(yield* folder)
    const images = yield* whilePassing(
      Effect.all([BuildBackend.run(input), BuildBackend.run(input)], { concurrency: 2 })
    )
    assert.deepStrictEqual(images[0], images[1])
    assert.strictEqual((yield* attaches).length, 1)
  }).pipe(Effect.provide(world())))

it.scoped("upload: without a client the build is UploadFailed, and retryable", () =>
  Effect.gen(function*() {
    const { fail } = yield* FakeCluster.FakeCluster
    yield* Effect.asVoid(fail({ resource: "pods/attach" }, FakeCluster.drop))
    const input = yield* inputOf(yield* folder, { pendingTimeout: "1 minute", retries: 0 })
    const error = yield* Effect.flip(whilePassing(BuildBackend.run(input)))
    assert.strictEqual(error._tag, "BuildErrored")
    assert.match(error.message, /UploadFailed/)
    assert.isTrue(error._tag === "BuildErrored" && error.retryable)
  }).pipe(Effect.provide(world())))

it.scoped("upload: without the permission to attach nothing is built", () =>
  Effect.gen(function*() {
    const error = yield* Effect.flip(whilePassing(BuildBackend.build(yield* inputOf(yield* folder))))
    assert.strictEqual(error._tag === "BuildRejected" ? error.reason : "", "Denied")
    assert.match(error.message, /pods\/attach .* `os-builder rbac --upload`/)
    assert.deepStrictEqual(yield* BuildBackend.list(), [])
  }).pipe(Effect.provide(world({ permissions: userRules(CustomBuildBackend.rules) }))))

it.scoped("upload: the rules of the backend and those for uploads are enough", () =>
  Effect.gen(function*() {
    yield* whilePassing(BuildBackend.run(yield* inputOf(yield* folder)))
  }).pipe(
    Effect.provide(world({ permissions: userRules([...CustomBuildBackend.rules, ...CustomBuildBackend.uploadRules]) }))
  ))
