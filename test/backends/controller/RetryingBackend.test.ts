import { assert, describe, it } from "@effect/vitest"
import { Effect, Stream } from "effect"
import { BuildInput, Cluster, ClusterError, SingleNodeBuildBackend } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Json from "../../../src/fake/Json.js"
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

  it("build again: one more build of a branch whose Job is made, but nobody hears of it, once", () =>
    inTime(Effect.gen(function*() {
      const { cluster } = yield* FakeCluster.make({ openShift: { topology: "SingleReplica" } })
      // The Jobs that find the commit have other names.
      let isLost = false
      const losing: Cluster.Service = {
        ...cluster,
        create: (resource, object, options) =>
          Effect.tap(cluster.create(resource, object, options), () => {
            const name = Json.text(object, "metadata", "name") ?? ""
            if (isLost || !/^os-build-[a-z2-7]+-2-/.test(name)) return Effect.void
            isLost = true
            return new ClusterError.ClusterError({ verb: "create", resource: "jobs.batch", reason: "Unreachable" })
          })
      }
      const backend = yield* Effect.provideService(SingleNodeBuildBackend.make(), Cluster.Cluster, losing)
      const given = input({ context: { git: { url: "https://git.example.com/acme/os.git", ref: "main" } } })
      yield* backend.build(given)
      yield* Effect.sleep("1 minute")
      yield* backend.build(given, { again: true })
      yield* Effect.sleep("1 minute")
      assert.isTrue(isLost)
      assert.deepStrictEqual((yield* backend.list()).map(({ status }) => status._tag), ["Succeeded", "Succeeded"])
    })))

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
