/**
 * What a new build costs: requests to the API server, and hashes of its input.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Context, Effect, Layer } from "effect"
import { BackendSelection, BuildBackend, BuildInput, Cluster } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import crypto, { type BinaryLike, type Hash } from "node:crypto"
import { syncBuiltinESMExports } from "node:module"
import * as ClusterBackend from "../../src/backends/controller/ClusterBackend.js"
import { definition, world } from "../support/ControllerWorld.js"
import { backends } from "../support/Worlds.js"

const real = crypto.createHash
let hashed = 0
let started: Hash | undefined

// The named export of a built-in module is read-only: its object is not, and the exports follow.
beforeAll(() => {
  crypto.createHash = (algorithm, options) => {
    const hash = real(algorithm, options)
    const update = hash.update.bind(hash)
    // A fingerprint is the only hash here of a text that begins like this.
    hash.update = (data: BinaryLike) => {
      if (typeof data === "string" && data.startsWith("{") && started !== hash) {
        started = hash
        hashed += 1
      }
      return update(data)
    }
    return hash
  }
  syncBuiltinESMExports()
})
afterAll(() => {
  crypto.createHash = real
  syncBuiltinESMExports()
})

const input = (tag: string, line = "RUN true") =>
  Effect.orDie(BuildInput.make({
    dockerfile: `ARG BASE_IMAGE\nFROM $BASE_IMAGE\n${line}\n`,
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: `registry.example.com/os:${tag}` }
  }))

/** The verb and resource of each request that building this input takes, and how often it is hashed. */
const costOf = (backend: BuildBackend.Service, control: FakeCluster.Service, tag: string, line = "RUN true") =>
  Effect.gen(function*() {
    const given = yield* input(tag, line)
    const before = (yield* control.requests).length
    const hashedBefore = hashed
    const { adopted, ref } = yield* backend.build(given)
    assert.isFalse(adopted)
    const made = (yield* control.requests).slice(before)
    return {
      backend: ref.backend,
      hashes: hashed - hashedBefore,
      requests: made.map(({ resource, verb }) => `${verb} ${resource}`)
    }
  })

const children: Readonly<Record<string, string>> = {
  openshift: "builds.build.openshift.io",
  custom: "jobs.batch",
  "single-node": "jobs.batch"
}

const four = (backend: string) => [
  "list configmaps",
  "create configmaps",
  "list configmaps",
  `create ${children[backend]}`
]

const selection = (cluster: Cluster.Service) =>
  Layer.build(BackendSelection.layer).pipe(
    Effect.map(Context.get(BuildBackend.BuildBackend)),
    Effect.provideService(Cluster.Cluster, cluster)
  )

describe.sequential("a new build", () => {
  for (const { make, name, options } of backends) {
    it.scoped(`${name}: four requests once the cluster's proxy is known, and one hash`, () =>
      Effect.gen(function*() {
        const { cluster, control } = yield* FakeCluster.make(options)
        const backend = yield* Effect.provideService(make, Cluster.Cluster, cluster)
        const first = yield* costOf(backend, control, "first")
        assert.deepStrictEqual(first.requests.filter((request) => !request.startsWith("get proxies")), four(name))
        assert.strictEqual(first.requests.length, name === "openshift" ? 4 : 5)
        assert.strictEqual(first.hashes, 1)
        const second = yield* costOf(backend, control, "second")
        assert.deepStrictEqual(second, { backend: name, hashes: 1, requests: four(name) })
      }))

    it.scoped(`${name} through the selection: four requests, and one hash`, () =>
      Effect.gen(function*() {
        const { cluster, control } = yield* FakeCluster.make(options)
        const backend = yield* selection(cluster)
        for (const tag of ["first", "second"]) {
          const cost = yield* costOf(backend, control, tag)
          assert.deepStrictEqual(cost, { backend: name, hashes: 1, requests: four(name) })
        }
      }))
  }

  it.scoped("selection: the API groups are requested once for all probes", () =>
    Effect.gen(function*() {
      const { cluster, control } = yield* FakeCluster.make({ openShift: {} })
      yield* selection(cluster)
      const documents = (yield* control.requests).filter(({ resource }) => resource === "/api" || resource === "/apis")
      assert.sameMembers(documents.map(({ resource }) => resource), ["/api", "/apis"])
    }))

  it.scoped("an input that the preferred backend cannot honour: four requests, and one hash", () =>
    Effect.gen(function*() {
      const { cluster, control } = yield* FakeCluster.make({ openShift: {} })
      const cost = yield* costOf(yield* selection(cluster), control, "heredoc", "RUN <<EOF\ntrue\nEOF")
      assert.deepStrictEqual(cost, { backend: "custom", hashes: 1, requests: four("custom") })
    }))

  it.scoped("a new build: the context is packed once, and the record is not decoded", () =>
    Effect.gen(function*() {
      const { cluster } = yield* world
      let packed = 0
      const created: Array<boolean> = []
      const counting = yield* ClusterBackend.make(
        { ...definition, contents: (given) => (packed += 1, definition.contents(given)) },
        {
          namespace: "default",
          cluster: {
            ...cluster,
            create: (resource, object, options) => {
              if (resource.kind === "ConfigMap") created.push(resource.metadataOnly)
              return cluster.create(resource, object, options)
            }
          }
        }
      )
      yield* Effect.flatMap(input("1"), counting.build)
      assert.strictEqual(packed, 1)
      assert.deepStrictEqual(created, [true])
    }))
})
