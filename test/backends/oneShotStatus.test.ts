/**
 * Why a build waits, for a caller that asks once.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import {
  type BuildBackend,
  BuildInput,
  type BuildStatus,
  Cluster,
  Resources,
  SingleNodeBuildBackend
} from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { inTime } from "../support/VirtualTime.js"
import { backends } from "../support/Worlds.js"

const input = (tag: string, options: Partial<BuildInput.Options> = {}) =>
  Effect.orDie(BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nRUN true\n",
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: `registry.example.com/os:${tag}` },
    ...options
  }))

const blockedOf = (status: BuildStatus.BuildStatus | undefined) =>
  status?._tag === "Pending" || status?._tag === "Running" ? status.blocked : undefined

const make = (options: FakeCluster.Options, made: Effect.Effect<BuildBackend.Service, never, Cluster.Cluster>) =>
  Effect.gen(function*() {
    const { cluster, control } = yield* FakeCluster.make(options)
    return { cluster, control, backend: yield* Effect.provideService(made, Cluster.Cluster, cluster) }
  })

describe.sequential("status and list", () => {
  for (const { make: made, name, options } of backends) {
    it(`${name}: a build that waits for a ConfigMap says so`, () =>
      inTime(Effect.gen(function*() {
        const { backend } = yield* make(options, made)
        const mounts = [{ kind: "ConfigMap" as const, name: "absent", path: "/run/absent" }]
        const { ref } = yield* Effect.flatMap(input("1", { mounts }), backend.build)
        yield* Effect.sleep("5 seconds")
        const [listed] = yield* backend.list()
        for (const status of [yield* backend.status(ref), listed?.status]) {
          assert.strictEqual(blockedOf(status)?.reason, "MissingReference")
          assert.match(blockedOf(status)?.message ?? "", /absent/)
        }
      })))
  }

  const singleNode = { openShift: { topology: "SingleReplica" } } as const

  const queued = (permissions: FakeCluster.Options["permissions"]) =>
    Effect.gen(function*() {
      const { backend, cluster, control } = yield* make({ ...singleNode, permissions }, SingleNodeBuildBackend.make())
      yield* cluster.create(Resources.Namespace, { metadata: { name: "other" } })
      yield* control.outcome(FakeCluster.held)
      const first = yield* Effect.flatMap(input("first"), (given) => backend.build(given, { namespace: "other" }))
      yield* Effect.sleep("5 seconds")
      const second = yield* Effect.flatMap(input("second"), backend.build)
      yield* Effect.sleep("5 seconds")
      return { first, blocked: blockedOf(yield* backend.status(second.ref)) }
    })

  it("single-node: a build that waits for the slot names the build that holds it", () =>
    inTime(Effect.gen(function*() {
      const { blocked, first } = yield* queued(undefined)
      assert.strictEqual(blocked?.reason, "Queued")
      assert.match(blocked?.message ?? "", new RegExp(`; it waits for build ${first.ref.name} in namespace other$`))
    })))

  it("single-node: a build that waits for another namespace's is Queued, without the permission to see it", () =>
    inTime(Effect.gen(function*() {
      const all: FakeCluster.UserRule = {
        verbs: ["*"],
        apiGroups: ["*"],
        resources: ["*"],
        namespaces: ["default", "other", ""]
      }
      const { blocked } = yield* queued([
        { ...all, resources: ["configmaps", "jobs", "events", "namespaces", "proxies"] },
        { ...all, resources: ["pods"], namespaces: ["default", "other"] }
      ])
      assert.strictEqual(blocked?.reason, "Queued")
      assert.notMatch(blocked?.message ?? "", /it waits for/)
    })))
})
