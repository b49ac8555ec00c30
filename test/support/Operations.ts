/**
 * Every operation of a backend on a cluster, with an observable result: how it fails under other permissions and during
 * faults, and what its requests are for.
 */
import { Cause, Chunk, Effect, Exit, Fiber, Option, Stream } from "effect"
import { BuildBackend, type BuildError, BuildInput, type BuildRef, type BuildStatus } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Json from "../../src/fake/Json.js"

type Operation = Effect.Effect<unknown, BuildError.BuildError, BuildBackend.BuildBackend | FakeCluster.FakeCluster>

const input = (more: Partial<BuildInput.Options> = {}) =>
  BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN true",
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: "registry.example.com/os:1" },
    ...more
  })

/** What does not change from one run to the next. */
const told = (status: BuildStatus.BuildStatus): ReadonlyArray<unknown> => [
  status._tag,
  ..."reason" in status ? [status.reason, status.message, status.logTail] : [],
  ..."blocked" in status ? [status.blocked?.reason, status.blocked?.message] : [],
  ..."attempt" in status ? [status.attempt] : [],
  ..."image" in status ? [status.image.pullspec] : []
]

const changes = (ref: BuildRef.BuildRef) =>
  Effect.map(Stream.runCollect(BuildBackend.changes(ref)), (all) => Chunk.toReadonlyArray(all))

const reached = (ref: BuildRef.BuildRef, is: (status: BuildStatus.BuildStatus) => boolean) =>
  Effect.map(Stream.runHead(Stream.filter(BuildBackend.changes(ref), is)), Option.map(told))

const lines = (ref: BuildRef.BuildRef, options: BuildBackend.LogsOptions = {}) =>
  Effect.map(Stream.runCollect(BuildBackend.logs(ref, options)), (all) => Chunk.toReadonlyArray(all))

const left = Effect.flatMap(
  FakeCluster.FakeCluster,
  (fake) =>
    Effect.forEach(["ConfigMap", "Build", "Job", "Pod"], (kind) =>
      Effect.map(
        fake.objects({ kind }),
        (objects) => objects.filter((object) => Json.text(object, "metadata", "name")?.startsWith("os-build")).length
      ))
)

const after = (outcome: FakeCluster.Outcome, more: Partial<BuildInput.Options> = {}) =>
  Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.outcome(outcome)
    return (yield* BuildBackend.build(yield* input(more))).ref
  })

const isRunning = (status: BuildStatus.BuildStatus) => status._tag === "Running"
const isBlocked = (status: BuildStatus.BuildStatus) => "blocked" in status && status.blocked !== undefined

/** By what they show; first those that need most. */
export const operations = {
  "a build that waits for too long": Effect.gen(function*() {
    const ref = yield* after(FakeCluster.imagePullBackOff, { pendingTimeout: "1 minute" })
    return [(yield* changes(ref)).slice(-1).map(told), yield* left]
  }),
  "the proxy of the cluster": Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    yield* fake.seed({
      apiVersion: "config.openshift.io/v1",
      kind: "Proxy",
      metadata: { name: "cluster" },
      status: { httpProxy: "http://proxy.example.com:3128" }
    })
    yield* after(FakeCluster.succeeds())
    return JSON.stringify(yield* fake.objects({ kind: "Job" })).includes("http://proxy.example.com:3128")
  }),
  "a removed build": Effect.gen(function*() {
    const ref = yield* after(FakeCluster.held)
    yield* reached(ref, isRunning)
    yield* BuildBackend.remove(ref)
    return yield* left
  }),
  "a build that two make at once": Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    for (const resource of ["jobs.batch", "builds.build.openshift.io"]) {
      yield* Effect.asVoid(fake.fail({ verb: "create", resource }, FakeCluster.latency("1 second")))
    }
    const submissions = yield* Effect.all([
      BuildBackend.build(yield* input()),
      Effect.zipRight(Effect.sleep("500 millis"), BuildBackend.build(yield* input()))
    ], { concurrency: "unbounded" })
    return submissions.map(({ adopted }) => adopted)
  }),
  "a context of several ConfigMaps": Effect.gen(function*() {
    const content = "x".repeat(700_000)
    const ref = yield* after(FakeCluster.succeeds(), { context: { "one.txt": content, "two.txt": `${content}.` } })
    yield* changes(ref)
    const before = yield* left
    yield* BuildBackend.remove(ref)
    return [before, yield* left]
  }),
  "a build whose pod waits for what only an event tells": Effect.gen(function*() {
    const fake = yield* FakeCluster.FakeCluster
    const ref = yield* after(FakeCluster.held)
    yield* Effect.sleep("1 milli")
    const objects = yield* fake.objects({ namespace: ref.namespace })
    const pod = objects.find(({ kind }) => kind === "Pod")
    const build = objects.find(({ kind }) => kind === "Build")
    if (build !== undefined) yield* fake.seed({ ...build, status: { phase: "Pending" } })
    yield* fake.seed({ ...pod, status: { phase: "Pending" } }, {
      apiVersion: "v1",
      kind: "Event",
      metadata: { name: "waits", namespace: ref.namespace },
      type: "Warning",
      reason: "FailedMount",
      message: "MountVolume.SetUp failed for volume \"cache\"",
      involvedObject: {
        kind: "Pod",
        namespace: ref.namespace,
        uid: Json.text(pod ?? {}, "metadata", "uid") ?? ""
      },
      lastTimestamp: "1970-01-01T00:00:00Z"
    })
    return yield* reached(ref, isBlocked)
  }),
  "a build, followed to its end": Effect.gen(function*() {
    const ref = yield* after(FakeCluster.succeeds())
    const seen = yield* changes(ref)
    const last = seen.at(-1)
    return [
      last === undefined ? [] : told(last),
      (yield* BuildBackend.result(ref)).digest,
      yield* lines(ref),
      told(yield* BuildBackend.status(ref)),
      (yield* BuildBackend.list()).map(({ status }) => told(status)),
      (yield* BuildBackend.build(yield* input())).adopted,
      (yield* BuildBackend.build(yield* input(), { again: true })).adopted
    ]
  }),
  "a log, followed": Effect.gen(function*() {
    const ref = yield* after(FakeCluster.held)
    const following = yield* Effect.fork(lines(ref, { follow: true }))
    yield* reached(ref, isRunning)
    yield* (yield* FakeCluster.FakeCluster).release(ref, FakeCluster.succeeds())
    return yield* Fiber.join(following)
  }),
  "a build that fails": Effect.gen(function*() {
    const ref = yield* after(FakeCluster.containerfileFails())
    return (yield* changes(ref)).slice(-1).map(told)
  }),
  "a build that is tried again": Effect.gen(function*() {
    const ref = yield* after(FakeCluster.evicted())
    return (yield* changes(ref)).slice(-1).map(told)
  }),
  "a cancelled build": Effect.gen(function*() {
    const ref = yield* after(FakeCluster.held)
    yield* reached(ref, isRunning)
    yield* BuildBackend.cancel(ref)
    return [told(yield* BuildBackend.status(ref)), yield* left]
  }),
  "a build that waits, and why": Effect.gen(function*() {
    const ref = yield* after(FakeCluster.neverScheduled)
    return yield* reached(ref, isBlocked)
  })
} satisfies Readonly<Record<string, Operation>>

/** The outcome of an operation, to be run in virtual time; `waits without limit` if it has none after three hours. */
export const observe = <E, R>(operation: Effect.Effect<unknown, E, R>): Effect.Effect<string, never, R> =>
  Effect.map(
    Effect.exit(Effect.timeoutOption(operation, "3 hours")),
    Exit.match({
      onSuccess: Option.match({
        onNone: () => "waits without limit",
        onSome: (seen) => JSON.stringify(seen)
      }),
      onFailure: (cause) => String(Cause.squash(cause)).split("\n")[0] ?? ""
    })
  )
