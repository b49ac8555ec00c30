/**
 * What few requests show of a build, and what another client does between two of them.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, TestClock } from "effect"
import * as ClusterBackend from "../../../src/backends/controller/ClusterBackend.js"
import * as JobOutcome from "../../../src/backends/job/JobOutcome.js"
import * as BuildNames from "../../../src/backends/record/BuildNames.js"
import * as Faults from "../../../src/fake/apiserver/Faults.js"
import type * as Resources from "../../../src/kubernetes/Resources.js"
import { Pod } from "../../../src/kubernetes/Resources.js"
import { type Craft, Craft as CraftKind, definition, input, settle, world } from "../../support/ControllerWorld.js"

describe("a build that one list shows to run", () => {
  const podOf = (record: string, child: string, uid = "1") => ({
    metadata: {
      name: child,
      labels: {
        "app.kubernetes.io/managed-by": "effect-os-builder",
        "effect-os-builder/backend": "craft",
        "effect-os-builder/record": record
      },
      ownerReferences: [{ apiVersion: "example.com/v1", kind: "Craft", name: child, uid, controller: true }]
    },
    spec: { containers: [{ name: "build", image: "registry.example.com/builder:1" }] }
  })

  it.scoped("a pod: of an earlier record with this name does not show it, and one of its own child does", () =>
    Effect.gen(function*() {
      const { cluster, move, requests } = yield* world
      const backend = yield* ClusterBackend.make(
        { ...definition, labelsPods: true, runs: { by: "pod", test: () => true, ended: () => false } },
        { cluster, namespace: "default" }
      )
      const wanted = yield* input("1", { retries: 0 })
      const first = yield* backend.build(wanted)
      yield* move(first.ref, "Evicted")
      yield* cluster.create(Pod, podOf(first.ref.name, `${first.ref.name}-00000000`))
      const second = yield* backend.build(wanted)
      assert.isFalse(second.adopted)
      yield* move(second.ref, "Evicted")
      yield* cluster.create(Pod, podOf(second.ref.name, BuildNames.child(second.ref)))
      const [third, made] = yield* requests(backend.build(wanted))
      assert.deepStrictEqual(third, { ref: second.ref, adopted: true })
      assert.deepStrictEqual(made, ["list configmaps", "list pods"])
    }))

  it.scoped("a child: shows it while it runs, and the pods of any other are read", () =>
    Effect.gen(function*() {
      const { cluster, move, requests } = yield* world
      const backend = yield* ClusterBackend.make(
        { ...definition, runs: { by: "child", test: ({ status }: Craft) => status?.phase === "Running" } },
        { cluster, namespace: "default" }
      )
      const wanted = yield* input("1")
      const { ref } = yield* backend.build(wanted)
      const [pending, first] = yield* requests(backend.build(wanted))
      assert.deepStrictEqual(pending, { ref, adopted: true })
      assert.deepStrictEqual(first, ["list configmaps", "list crafts.example.com", "list pods"])
      yield* move(ref, "Running")
      const [running, second] = yield* requests(backend.build(wanted))
      assert.deepStrictEqual(running, { ref, adopted: true })
      assert.deepStrictEqual(second, ["list configmaps", "list crafts.example.com"])
    }))

  it.scoped("a pod: a cancellation reads no child of it, and deletes the owner of the pod", () =>
    Effect.gen(function*() {
      const { cluster, crafts, requests } = yield* world
      const backend = yield* ClusterBackend.make(
        { ...definition, labelsPods: true, runs: { by: "pod", test: () => true, ended: () => false } },
        { cluster, namespace: "default" }
      )
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      const [child] = (yield* cluster.list(CraftKind)).items
      assert(child !== undefined)
      yield* cluster.create(Pod, podOf(ref.name, BuildNames.child(ref), child.metadata.uid))
      const [, made] = yield* requests(backend.cancel(ref))
      const patch = "patch configmaps"
      assert.deepStrictEqual(made, [patch, "list pods", "delete crafts.example.com", patch])
      assert.deepStrictEqual(yield* crafts, [])
      assert.strictEqual((yield* backend.status(ref))._tag, "Cancelled")
    }))

  it.scoped("a pod: where none runs and the child has ended, a cancellation reads the pods after it", () =>
    Effect.gen(function*() {
      const { cluster, move, requests } = yield* world
      const backend = yield* ClusterBackend.make(
        {
          ...definition,
          labelsPods: true,
          runs: { by: "pod", test: () => false, ended: ({ status }: Craft) => status?.phase === "Complete" }
        },
        { cluster, namespace: "default" }
      )
      const reads = (requests: ReadonlyArray<string>) => requests.filter((request) => request.startsWith("list"))
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Complete")
      const [, made] = yield* requests(backend.cancel(ref))
      const children = "list crafts.example.com"
      assert.deepStrictEqual(reads(made), ["list pods", children, children, "list pods"])
      assert.strictEqual((yield* backend.status(ref))._tag, "Succeeded")
      const pending = yield* Effect.flatMap(input("2"), backend.build)
      const [, fewer] = yield* requests(backend.cancel(pending.ref))
      assert.deepStrictEqual(reads(fewer), ["list pods", children])
    }))

  const running = { running: { startedAt: "2026-11-30T10:00:00Z" } }
  const ended = (exitCode: number) => ({ terminated: { exitCode, reason: "Completed" } })
  const job = (
    status: Resources.Pod["status"],
    metadata: Partial<Resources.Pod["metadata"]> = {}
  ): Resources.Pod => ({ metadata: { name: "a", uid: "1", resourceVersion: "1", ...metadata }, status })
  const containers = (build: object, push: object = {}, other: object = {}) => ({
    phase: "Running",
    initContainerStatuses: [{ name: "build", state: build }],
    containerStatuses: [{ name: "push", state: push }, { name: "istio-proxy", state: other }]
  })
  const cases: ReadonlyArray<readonly [string, Resources.Pod, boolean]> = [
    ["it builds", job(containers(running)), true],
    ["it pushes", job(containers(ended(0), running)), true],
    ["nothing of it has begun", job(containers({}, {}, running)), false],
    ["it has pushed", job(containers(ended(0), ended(0), running)), false],
    ["it has failed, and something runs", job(containers(ended(3), running)), false],
    ["it is over", job({ ...containers(ended(0), running), phase: "Failed" }), false],
    ["it is deleted", job(containers(running), { deletionTimestamp: "2026-11-30T10:00:00Z" }), false],
    [
      "it is evicted",
      job({ ...containers(running), conditions: [{ type: "DisruptionTarget", status: "True" }] }),
      false
    ]
  ]
  for (const [what, pod, runs] of cases) {
    it(`a pod of a Job: ${what}: ${runs ? "it runs" : "nothing is known"}`, () =>
      assert.strictEqual(JobOutcome.isRunning(pod), runs))
  }
})

describe("a build that is stopped between two requests of a reader", () => {
  const slowly = (faults: Faults.Faults) =>
    faults.add({ verb: "list", resource: "crafts.example.com" }, Faults.latency("10 seconds"), 1)

  it.scoped("status: Cancelled, and not one without a child", () =>
    Effect.gen(function*() {
      const { backend, client, plane } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      slowly(plane.faults)
      const reading = yield* Effect.fork(backend.status(ref))
      yield* settle
      yield* (yield* client).cancel(ref)
      yield* TestClock.adjust("10 seconds")
      assert.strictEqual((yield* Fiber.join(reading))._tag, "Cancelled")
    }))

  it.scoped("build: another one, and the stopped one gets no child", () =>
    Effect.gen(function*() {
      const { backend, client, crafts, plane } = yield* world
      const wanted = yield* input("1")
      const { ref } = yield* backend.build(wanted)
      slowly(plane.faults)
      const building = yield* Effect.fork(backend.build(wanted))
      yield* settle
      yield* (yield* client).cancel(ref)
      yield* TestClock.adjust("10 seconds")
      const { adopted, ref: next } = yield* Fiber.join(building)
      assert.isFalse(adopted)
      assert.deepStrictEqual(yield* crafts, [BuildNames.child(next)])
    }))
})
