/**
 * How each outcome of the fake cluster looks through each backend: the same words for the same thing.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Stream } from "effect"
import { BuildBackend, BuildInput, BuildStatus } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { inTime } from "../support/VirtualTime.js"
import { type Backend, backends, inMemory } from "../support/Worlds.js"

const input = (name: string, more: Partial<BuildInput.Options> = {}) =>
  BuildInput.make({
    dockerfile: `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN ${name}`,
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: `registry.example.com/${name}:1` },
    ...more
  })

const told = (status: BuildStatus.BuildStatus): string => {
  switch (status._tag) {
    case "Failed":
      return `Failed ${status.reason} ${status.exitCode ?? ""}`.trim()
    case "Errored":
      return `Errored ${status.reason}`
    case "Running":
      return `Running ${status.attempt}`
    default:
      return status._tag
  }
}

const blockedOf = (status: BuildStatus.BuildStatus) => "blocked" in status ? status.blocked?.reason : undefined

/** All statuses of a build. */
const statuses = (given: BuildInput.BuildInput) =>
  Effect.gen(function*() {
    const { ref } = yield* BuildBackend.build(given)
    return { ref, seen: Chunk.toReadonlyArray(yield* Stream.runCollect(BuildBackend.changes(ref))) }
  })

const digest = `sha256:${"b".repeat(64)}`

interface Row {
  readonly outcome: FakeCluster.Outcome
  readonly ends: string
  /** How many pods it took. */
  readonly pods: number
  readonly blocked?: BuildStatus.Blocked["reason"]
}

const rows: Readonly<Record<string, Row>> = {
  "succeeds": { outcome: FakeCluster.succeeds(), ends: "Succeeded", pods: 1 },
  "succeeds after a while": { outcome: FakeCluster.succeeds({ after: "20 minutes" }), ends: "Succeeded", pods: 1 },
  "containerfileFails": {
    outcome: FakeCluster.containerfileFails({ exitCode: 3 }),
    ends: "Failed InstructionFailed 3",
    pods: 1
  },
  "pullFails": { outcome: FakeCluster.pullFails(), ends: "Errored ImagePullDenied", pods: 1 },
  "pullFails for now": {
    outcome: FakeCluster.pullFails({ transient: true }),
    ends: "Errored ImagePullFailed",
    pods: 3
  },
  "pushFails": { outcome: FakeCluster.pushFails(), ends: "Errored PushDenied", pods: 1 },
  "pushFails for now": { outcome: FakeCluster.pushFails({ transient: true }), ends: "Errored PushFailed", pods: 3 },
  "oomKilled": { outcome: FakeCluster.oomKilled, ends: "Errored OutOfMemory", pods: 1 },
  "evicted twice": { outcome: FakeCluster.evicted({ times: 2 }), ends: "Succeeded", pods: 3 },
  "evicted too often": { outcome: FakeCluster.evicted({ times: 5 }), ends: "Errored Evicted", pods: 3 },
  "storageExceeded": { outcome: FakeCluster.storageExceeded, ends: "Errored OutOfDisk", pods: 1 },
  "neverScheduled": {
    outcome: FakeCluster.neverScheduled,
    ends: "Errored PendingTimeout",
    pods: 1,
    blocked: "Unschedulable"
  },
  "imagePullBackOff": {
    outcome: FakeCluster.imagePullBackOff,
    ends: "Errored PendingTimeout",
    pods: 1,
    blocked: "ImagePull"
  },
  "deletedOutside": { outcome: FakeCluster.deletedOutside, ends: "Errored Deleted", pods: 1 },
  "hangs": { outcome: FakeCluster.hangs, ends: "Errored Timeout", pods: 1 }
}

const suite = (backend: Backend) =>
  describe(backend.name, () => {
    for (const [name, row] of Object.entries(rows)) {
      it(`${name}: ${row.ends}`, () =>
        inTime(
          Effect.gen(function*() {
            const fake = yield* FakeCluster.FakeCluster
            yield* fake.outcome(row.outcome)
            const { ref, seen } = yield* statuses(yield* input("os"))
            assert.strictEqual(told(seen.at(-1) ?? new BuildStatus.Pending({})), row.ends, seen.map(told).join(", "))
            if (row.blocked !== undefined) assert.include(seen.map(blockedOf), row.blocked)
            // What is stopped takes its pods along.
            const isStopped = row.blocked !== undefined || row.ends === "Errored Deleted" ||
              (row.ends === "Errored OutOfDisk" && backend.name !== "openshift")
            assert.lengthOf(yield* fake.objects({ kind: "Pod" }), isStopped ? 0 : row.pods)
            const attempts = seen.flatMap((status) => status._tag === "Running" ? [status.attempt] : [])
            assert.isAtMost(Math.max(0, ...attempts), row.pods)
            const last = seen.at(-1)
            if (last?._tag === "Failed") assert.isNotEmpty(last.logTail)
            assert.deepStrictEqual(yield* BuildBackend.status(ref), last)
          }).pipe(Effect.provide(inMemory(backend)))
        ))
    }

    it("outcomes: steers builds apart by what they are", () =>
      inTime(
        Effect.gen(function*() {
          const fake = yield* FakeCluster.FakeCluster
          const [good, bad, slow] = yield* Effect.all([input("good"), input("bad"), input("slow")])
          yield* fake.outcome(FakeCluster.containerfileFails(), { finalImage: bad.finalImage.pullspec })
          yield* fake.outcome(FakeCluster.held, { fingerprint: BuildInput.fingerprint(slow) })
          const fibers = yield* Effect.forEach(
            [good, bad, slow],
            (one) => Effect.fork(Effect.either(BuildBackend.run(one)))
          )
          yield* Effect.sleep("50 seconds")
          const [held] = yield* BuildBackend.list({ fingerprint: BuildInput.fingerprint(slow) })
          assert(held !== undefined)
          assert.isFalse(BuildStatus.isTerminal(held.status))
          yield* fake.release(held.ref, FakeCluster.succeeds({ digest }))
          const ends = yield* Effect.forEach(fibers, Fiber.join)
          assert.deepStrictEqual(
            ends.map((end) => end._tag === "Right" ? end.right.tag : end.left._tag),
            [
              good.finalImage.pullspec,
              "BuildFailed",
              slow.finalImage.pullspec
            ]
          )
          assert.deepStrictEqual(ends.map((end) => end._tag === "Right" && end.right.digest === digest), [
            false,
            false,
            true
          ])
        }).pipe(Effect.provide(inMemory(backend)))
      ))
  })

backends.forEach(suite)
