/**
 * Hostile statuses of Jobs, Builds and pods: none causes a defect, and every outcome can be stored.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, DateTime, Effect, Either, FastCheck as fc, Option, Schema, Stream } from "effect"
import { BuildInput, BuildRef, BuildStatus, type BuildStatus as Status, OpenShiftBuildBackend } from "effect-os-builder"
import { evaluate } from "../../src/backends/controller/BuildState.js"
import * as ClusterBackend from "../../src/backends/controller/ClusterBackend.js"
import * as JobDefinition from "../../src/backends/job/JobDefinition.js"
import * as BuildNames from "../../src/backends/record/BuildNames.js"
import type * as BuildRecord from "../../src/backends/record/BuildRecord.js"
import * as RecordMetadata from "../../src/backends/record/RecordMetadata.js"
import * as TerminationMessage from "../../src/backends/script/TerminationMessage.js"
import type * as Cluster from "../../src/kubernetes/Cluster.js"
import type * as Resource from "../../src/kubernetes/Resource.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { Craft, definition, input, world } from "../support/ControllerWorld.js"
import { profile } from "../support/Jobs.js"

// --- the meaning of anything ---

const exit = "exit status 99999999999999999999"

const texts = fc.constantFrom(
  "",
  "\0",
  "\ud800",
  "__proto__",
  "constructor",
  "toString",
  exit,
  `error: build error: building at step "RUN x": ${exit}`,
  "exceeded quota",
  "x".repeat(5_000),
  `sha256:${"0a".repeat(32)}`,
  "{\"digest\":{},\"verb\":1}",
  "{\"verb\":\"build\",\"code\":11,\"exitCode\":1e300,\"text\":\"\"}",
  "Container build for pod ns/pod-0 failed with exit code 99999999999999999999 matching FailJob rule",
  TerminationMessage.format({ verb: "push", code: 0, digest: `sha256:${"0a".repeat(32)}`, text: "\ud800" }),
  TerminationMessage.format({ verb: "build", code: 11, exitCode: -1, text: "\0" })
)
const words = fc.oneof(
  texts,
  fc.constantFrom("New", "Pending", "Running", "Complete", "Succeeded", "Failed", "Error", "Cancelled", "Unknown"),
  fc.constantFrom("DockerBuildFailed", "GenericBuildFailed", "PushImageToRegistryFailed", "BuildPodEvicted"),
  fc.constantFrom("Evicted", "OOMKilled", "DeadlineExceeded", "NodeLost", "ImagePullBackOff", "Unschedulable", "True")
)
const times = fc.constantFrom(
  "",
  "never",
  "0000-00-00T00:00:00Z",
  "2026-01-01T00:00:00Z",
  "9999-12-31T23:59:59Z",
  "+275760-09-13T00:00:00.000Z",
  "-271821-04-20T00:00:00.000Z"
)
const numbers = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(0, 1, 2, 3, 11, 137, -1, Number.MAX_SAFE_INTEGER) },
  { weight: 1, arbitrary: fc.constantFrom(0.5, 2 ** 53, 1e300, Number.POSITIVE_INFINITY) }
)

const some = <T>(fields: { [K in keyof T]: fc.Arbitrary<T[K]> }) => fc.record(fields, { requiredKeys: [] })
const few = <T>(of: fc.Arbitrary<T>) => fc.array(of, { maxLength: 3 })

const condition = some({
  type: fc.oneof(words, fc.constantFrom("PodScheduled", "DisruptionTarget", "Complete", "Failed")),
  status: fc.oneof(words, fc.constantFrom("True", "False")),
  reason: words,
  message: texts,
  lastTransitionTime: times
})

const container = some({
  name: fc.constantFrom("build", "push", "docker-build", "istio-proxy", "__proto__"),
  restartCount: numbers,
  state: some({
    waiting: some({ reason: words, message: texts }),
    running: some({ startedAt: times }),
    terminated: some({
      exitCode: numbers,
      signal: numbers,
      reason: words,
      message: texts,
      startedAt: times,
      finishedAt: times
    })
  })
})

const podStatus = some({
  phase: words,
  reason: words,
  message: texts,
  startTime: times,
  conditions: few(condition),
  initContainerStatuses: few(container),
  containerStatuses: few(container)
})

const buildStatus = some({
  phase: words,
  reason: words,
  message: texts,
  startTimestamp: times,
  completionTimestamp: times,
  logSnippet: texts,
  output: some({ to: some({ imageDigest: texts }) }),
  conditions: few(condition)
})

const event = some({
  type: words,
  reason: fc.oneof(words, fc.constantFrom("FailedScheduling", "FailedMount", "FailedCreate")),
  message: texts,
  involvedObject: some({ uid: fc.constantFrom("child", "pod", "") }),
  lastTimestamp: times
})

const attempts = fc.constantFrom(undefined, "1", "2", "0", "-1", "0.5", "x", "", "1e99", "9".repeat(60))

const metadata = fc.record({ attempt: attempts, creationTimestamp: times }).map(({ attempt, creationTimestamp }) => ({
  name: `os-build-${"a".repeat(26)}-1-12345678`,
  namespace: "ns",
  uid: "child",
  resourceVersion: "1",
  creationTimestamp,
  labels: attempt === undefined ? {} : { "effect-os-builder/attempt": attempt },
  ownerReferences: [{ apiVersion: "v1", kind: "ConfigMap", name: "r", uid: "record" }]
}))

const decode = <A>(resource: Resource.Resource<A>, fields: object): ReadonlyArray<A> =>
  Either.match(resource.decode(fields), { onLeft: () => [], onRight: (object) => [object] })

const record: BuildRecord.BuildRecord = {
  ref: new BuildRef.BuildRef({ backend: "any", namespace: "ns", name: `os-build-${"a".repeat(26)}-1`, uid: "record" }),
  number: 1,
  fingerprint: "a".repeat(26),
  finalImage: "registry.example.com/os:1",
  createdAt: DateTime.unsafeMake(0),
  resourceVersion: "1",
  stop: Option.none(),
  callerMetadata: {},
  outcome: Option.none(),
  input: Effect.runSync(input("1")),
  parts: []
}

const stored = Schema.parseJson(BuildStatus.BuildStatus)

/** Every interpretation is a status that can be stored. */
const isTotal = <Child extends Resource.Metadata>(
  of: ClusterBackend.Definition<Child>,
  status: fc.Arbitrary<object>
): void => {
  it(`${of.name}: every status is interpreted`, () => {
    let read = 0
    fc.assert(
      fc.property(
        metadata,
        few(status),
        few(podStatus),
        few(event),
        times,
        (meta, statuses, podStatuses, events, now) => {
          const children = statuses.flatMap((status, index) =>
            decode(of.child, { metadata: { ...meta, name: `${meta.name}-${index}` }, spec: {}, status })
          )
          const pods = podStatuses.flatMap((status, index) =>
            decode(Resources.Pod, {
              metadata: {
                ...meta,
                name: `pod-${index}`,
                uid: "pod",
                ownerReferences: [{ ...meta.ownerReferences[0], uid: "child" }]
              },
              status
            })
          )
          read += children.length
          const snapshot = {
            record,
            children,
            attemptSeen: 1,
            pods,
            lostPods: pods,
            events: events.flatMap((fields) => decode(Resources.Event, { metadata: meta, ...fields }))
          }
          const at = Option.getOrElse(DateTime.make(now), () => DateTime.unsafeMake(0))
          const assessment = evaluate(of, snapshot, at)
          if ("status" in assessment) {
            const text = Schema.encodeSync(stored)(assessment.status)
            assert.isTrue(BuildStatus.equivalence(Schema.decodeSync(stored)(text), assessment.status))
          }
          for (const child of children) {
            of.logs({ record, child, earlier: [], pods, lostPods: pods, events: snapshot.events })
          }
        }
      ),
      { numRuns: 3_000 }
    )
    assert.isAbove(read, 1_000, "most of it has to be read at all")
  })
}

const jobStatus = some({
  active: numbers,
  ready: numbers,
  terminating: numbers,
  succeeded: numbers,
  failed: numbers,
  startTime: times,
  completionTime: times,
  conditions: few(condition)
})

describe.sequential("interpret", () => {
  isTotal(OpenShiftBuildBackend.definition(), buildStatus)
  isTotal(
    JobDefinition.make(
      profile(),
      Effect.succeed({})
    ),
    jobStatus
  )
})

// --- ends ---

const ending = (status: Status.Terminal): ClusterBackend.Definition<Craft> => ({
  ...definition,
  interpret: () => ({ status })
})

const outcomeOf = (cluster: Cluster.Service, ref: BuildRef.BuildRef) =>
  Effect.map(
    cluster.get(RecordMetadata.resource, ref.name),
    (metadata) => metadata.metadata.annotations?.[RecordMetadata.annotation.outcome] ?? ""
  )

describe.sequential("outcome", () => {
  for (const [what, text] of [["letters", "x"], ["NUL", "\0"], ["漢", "漢"], ["halves of pairs", "\ud800"]] as const) {
    it.scoped(`outcome: is stored with megabytes of ${what}`, () =>
      Effect.gen(function*() {
        const { cluster } = yield* world
        const long = text.repeat(2_000_000)
        const status = BuildStatus.errored("Unknown", {
          message: long,
          upstreamReason: long,
          logTail: Array.from({ length: 50 }, () => long),
          pod: new BuildStatus.PodReference({ namespace: "default", name: "pod", uid: "uid" })
        })
        const backend = yield* ClusterBackend.make(ending(status), { cluster, namespace: "default" })
        const { ref } = yield* Effect.flatMap(input("1"), backend.build)
        const said = yield* backend.status(ref)
        assert(said._tag === "Errored")
        assert.match(said.message, /^.{1000,9000}$/su)
        const kept = yield* outcomeOf(cluster, ref)
        assert.isNotEmpty(kept)
        assert.isBelow(Buffer.byteLength(kept), 200 * 1024)
        assert.isTrue(BuildStatus.equivalence(yield* backend.status(ref), said))
      }))
  }

  it.scoped("outcome: is stored for a stop with a hostile blocked reason", () =>
    Effect.gen(function*() {
      const { cluster } = yield* world
      const waits: ClusterBackend.Definition<Craft> = {
        ...definition,
        interpret: () => ({
          status: new BuildStatus.Pending({
            blocked: new BuildStatus.Blocked({ reason: "Unknown", message: "x".repeat(3_000_000) })
          }),
          waitingSince: DateTime.unsafeMake(-1e12)
        })
      }
      const backend = yield* ClusterBackend.make(waits, { cluster, namespace: "default" })
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      const said = yield* backend.status(ref)
      assert(said._tag === "Errored")
      assert.strictEqual(said.reason, "PendingTimeout")
    }))
})

// --- records ---

describe("hostile record", () => {
  const fingerprintOf = Effect.map(input("1"), BuildInput.fingerprint)
  const forged = (name: string, fingerprint: string, data: object, annotations: object = {}) => ({
    metadata: {
      name,
      labels: {
        "app.kubernetes.io/managed-by": "effect-os-builder",
        "effect-os-builder/backend": "craft",
        "effect-os-builder/fingerprint": fingerprint,
        "effect-os-builder/record": name
      },
      annotations: { ...annotations }
    },
    data: { ...data }
  })
  const deep = `${"[".repeat(50_000)}${"]".repeat(50_000)}`

  for (
    const [what, data] of [
      ["empty", {}],
      ["no JSON", { "input.json": "{" }],
      ["of a version to come", { "input.json": "{\"version\":2}", containerfile: "FROM scratch" }],
      ["deep", {
        "input.json": `{"version":1,"input":{"buildArgs":${deep}},"parts":[]}`,
        containerfile: "FROM scratch"
      }],
      ["a prototype", {
        "input.json": "{\"__proto__\":{\"version\":1,\"input\":{},\"parts\":[]}}",
        containerfile: "FROM scratch"
      }]
    ] as const
  ) {
    it.scoped(`${what}: fails typed without affecting other builds`, () =>
      Effect.gen(function*() {
        const { backend, cluster } = yield* world
        const fingerprint = yield* fingerprintOf
        yield* cluster.create(Resources.ConfigMap, forged(`os-build-${fingerprint}-1`, fingerprint, data))
        const error = yield* Effect.flip(Effect.flatMap(input("1"), backend.build))
        assert(error._tag === "BackendError")
        assert.strictEqual(error.reason, "Unexpected")
        assert.isBelow(error.message.length, 8_000)
        const other = yield* Effect.flatMap(input("2"), backend.build)
        assert.deepStrictEqual((yield* backend.list()).map(({ ref }) => ref.name), [other.ref.name])
      }))
  }

  it.scoped("hostile record: with invalid annotations is read without them", () =>
    Effect.gen(function*() {
      const { backend, cluster, move } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      for (const text of ["", "{", "null", "{\"status\":{\"_tag\":\"constructor\"}}", deep, "{\"__proto__\":1}"]) {
        yield* cluster.patch(RecordMetadata.resource, ref.name, {
          merge: {
            metadata: {
              annotations: { [RecordMetadata.annotation.stop]: text, [RecordMetadata.annotation.outcome]: text }
            }
          }
        })
        assert.strictEqual((yield* backend.status(ref))._tag, "Pending")
      }
      yield* move(ref, "Complete")
      assert.strictEqual((yield* backend.status(ref))._tag, "Succeeded")
    }))

  it.scoped("hostile record: with an infinite number is ignored", () =>
    Effect.gen(function*() {
      const { backend, cluster } = yield* world
      const fingerprint = yield* fingerprintOf
      for (const number of ["9".repeat(100), String(Number.MAX_SAFE_INTEGER)]) {
        assert.strictEqual(BuildNames.numberOf(`os-build-${fingerprint}-${number}`), 0)
        const name = `os-build-${fingerprint}-${number}`
        yield* cluster.create(Resources.ConfigMap, {
          metadata: {
            ...forged(name, fingerprint, {}).metadata,
            labels: { ...forged("x", fingerprint, {}).metadata.labels }
          }
        })
      }
      const { adopted, ref } = yield* Effect.flatMap(input("1"), backend.build)
      assert.isFalse(adopted)
      assert.match(ref.name, /-1$/)
    }))
})

describe("logs", () => {
  it.scoped("logs: of a pod with a lone surrogate in its name are requested", () =>
    Effect.gen(function*() {
      const { cluster } = yield* world
      const logging: ClusterBackend.Definition<Craft> = {
        ...definition,
        logs: () => [{ key: "1", resource: Resources.Pod, name: "\ud800/../..", state: "closed" }]
      }
      const backend = yield* ClusterBackend.make(logging, { cluster, namespace: "default" })
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      const lines = Chunk.toReadonlyArray(yield* Stream.runCollect(backend.logs(ref)))
      assert.match(lines.join("\n"), /^\[os-builder\] the log of .* is not available any more$/)
    }))
})

// Gigabytes of text keep the processor busy for half a minute: the other tests have ended by then.
describe.sequential("outcome of a huge log", () => {
  it.scoped("outcome of a huge log: is stored with its tail", () =>
    Effect.gen(function*() {
      const { cluster } = yield* world
      const lines = 800
      let heap = 0
      const chatty: Cluster.Service = {
        ...cluster,
        logs: () =>
          Stream.range(1, lines).pipe(
            Stream.rechunk(1),
            Stream.map((n) => `${n} ${Buffer.alloc(2_000_000, "x").toString()}`),
            Stream.tap(() =>
              Effect.sync(() => {
                heap = Math.max(heap, process.memoryUsage().heapUsed)
              })
            )
          )
      }
      const logging: ClusterBackend.Definition<Craft> = {
        ...ending(BuildStatus.errored("Unknown", { message: "no" })),
        logs: () => [{ key: "1", resource: Craft, name: "a", state: "closed" }]
      }
      const before = process.memoryUsage().heapUsed
      const backend = yield* ClusterBackend.make(logging, { cluster: chatty, namespace: "default" })
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      const said = yield* backend.status(ref)
      assert(said._tag === "Errored")
      assert.deepStrictEqual(
        said.logTail.map((line) => [line.split(" ")[0], line.length]),
        Array.from({ length: 40 }, (_, index) => [String(lines - 39 + index), 400])
      )
      assert.isBelow(heap - before, 400 * 1024 * 1024)
    }), 120_000)
})
