import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { BuildInput, Cluster, SingleNodeBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { input } from "../../support/Records.js"
import { inTime } from "../../support/VirtualTime.js"

const faults = {
  "whose record is made, but nobody hears of it": [
    { verb: "create", resource: "configmaps" },
    FakeCluster.loseResponse,
    1
  ],
  "whose record meets a server that is away": [{ verb: "create", resource: "configmaps" }, FakeCluster.drop, 8],
  "whose Job is made, but nobody hears of it": [
    { verb: "create", resource: "jobs.batch" },
    FakeCluster.loseResponse,
    1
  ],
  "whose Job meets a server that is away": [{ verb: "create", resource: "jobs.batch" }, FakeCluster.drop, 8]
} as const

describe.sequential("a backend that waits out outages", () => {
  for (const [what, [match, fault, times]] of Object.entries(faults)) {
    it(`build again: one more build ${what}, once`, () =>
      inTime(Effect.gen(function*() {
        const { cluster, control } = yield* FakeCluster.make({ openShift: { topology: "SingleReplica" } })
        const backend = yield* Effect.provideService(SingleNodeBuildBackend.make(), Cluster.Cluster, cluster)
        const given = input()
        yield* backend.build(given)
        yield* Effect.sleep("1 minute")
        yield* Effect.asVoid(control.fail(match, fault, { times }))
        const { ref } = yield* backend.build(given, { again: true })
        yield* Effect.sleep("1 minute")
        const builds = yield* backend.list({ fingerprint: BuildInput.fingerprint(given) })
        assert.deepStrictEqual(builds.map(({ status }) => status._tag), ["Succeeded", "Succeeded"])
        assert.deepStrictEqual(builds[0]?.ref, ref)
      })))
  }

  it("logs: the first line is waited for while the server is away", () =>
    inTime(Effect.gen(function*() {
      const { cluster, control } = yield* FakeCluster.make({ openShift: { topology: "SingleReplica" } })
      const backend = yield* Effect.provideService(SingleNodeBuildBackend.make(), Cluster.Cluster, cluster)
      const { ref } = yield* backend.build(input())
      yield* Effect.sleep("1 minute")
      yield* control.outage("5 minutes")
      assert.isAbove((yield* Stream.runCollect(backend.logs(ref))).length, 0)
    })))
})
