import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Stream, TestClock } from "effect"
import { type BuildBackend, BuildError, type BuildRef, BuildStatus } from "effect-os-builder"
import * as ClusterBackend from "../../../src/backends/controller/ClusterBackend.js"
import * as RecordMetadata from "../../../src/backends/record/RecordMetadata.js"
import * as Faults from "../../../src/fake/apiserver/Faults.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import { Craft, definition, input, settle, world, writes } from "../../support/ControllerWorld.js"

const tags = (statuses: Iterable<BuildStatus.BuildStatus>) => Array.from(statuses, (status) => status._tag)

/** Follows a build in the background; its statuses when it ends. */
const watch = (backend: BuildBackend.Service, ref: BuildRef.BuildRef) =>
  Effect.tap(
    Effect.fork(Effect.map(Stream.runCollect(backend.changes(ref)), Chunk.toReadonlyArray)),
    () => settle
  )

const lastOf = (statuses: ReadonlyArray<BuildStatus.BuildStatus>): BuildStatus.BuildStatus => {
  const last = statuses.at(-1)
  assert(last !== undefined)
  return last
}

describe("build", () => {
  it.scoped("requests: two writes, one for the outcome, none while it runs", () =>
    Effect.gen(function*() {
      const { backend, move, requests } = yield* world
      const [{ adopted, ref }, creating] = yield* requests(Effect.flatMap(input("1"), backend.build))
      assert.isFalse(adopted)
      assert.deepStrictEqual(writes(creating), ["create configmaps", "create crafts.example.com"])

      const [watching, starting] = yield* requests(watch(backend, ref))
      assert.strictEqual(starting.filter((request) => request.startsWith("watch ")).length, 3)
      const [, waiting] = yield* requests(settle)
      assert.deepStrictEqual(waiting, [])

      const [, running] = yield* requests(Effect.zipRight(move(ref, "Running"), settle))
      assert.deepStrictEqual(
        running,
        ["list crafts.example.com", "patch crafts.example.com"],
        "only the requests of this test"
      )
      const [seen, ending] = yield* requests(Effect.zipRight(move(ref, "Complete"), Fiber.join(watching)))
      assert.deepStrictEqual(tags(seen), ["Pending", "Running", "Succeeded"])
      assert.deepStrictEqual(writes(ending), ["patch crafts.example.com", "patch configmaps"])
    }))

  it.scoped("status: read from the record after the end, without child or pod", () =>
    Effect.gen(function*() {
      const { backend, client, cluster, crafts, move } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Broken")
      const status = yield* backend.status(ref)
      assert(status._tag === "Failed")
      for (const name of yield* crafts) yield* cluster.delete(Craft, name)
      assert.isTrue(BuildStatus.equivalence(yield* (yield* client).status(ref), status))
      assert.isTrue(BuildStatus.equivalence(lastOf(yield* Fiber.join(yield* watch(yield* client, ref))), status))
    }))

  it.scoped("build: another process continues it with the ref alone", () =>
    Effect.gen(function*() {
      const { client, move } = yield* world
      const { ref } = yield* Effect.scoped(
        Effect.flatMap(client, (first) => Effect.flatMap(input("1"), first.build))
      )
      const second = yield* client
      const watching = yield* watch(second, ref)
      yield* move(ref, "Complete")
      assert.deepStrictEqual(tags(yield* Fiber.join(watching)), ["Pending", "Succeeded"])
    }))

  it.scoped("build: its record owns everything else", () =>
    Effect.gen(function*() {
      const { backend, cluster, crafts } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      const [name = ""] = yield* crafts
      const { metadata } = yield* cluster.get(Craft, name)
      assert.deepStrictEqual(metadata.ownerReferences, [
        { apiVersion: "v1", kind: "ConfigMap", name: ref.name, uid: ref.uid, blockOwnerDeletion: false }
      ])
      const record = yield* cluster.get(Resources.ConfigMap, ref.name)
      assert.isTrue(record.immutable)
      assert.strictEqual(record.data?.["containerfile"], "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nRUN true")
    }))
})

describe("crash", () => {
  it.scoped("between the record and the child: completed by the next build", () =>
    Effect.gen(function*() {
      const { backend, client, crafts, plane } = yield* world
      plane.faults.add({ verb: "create", resource: "crafts.example.com" }, Faults.internalError(), 1)
      const wanted = yield* input("1")
      assert.strictEqual((yield* Effect.flip(backend.build(wanted)))._tag, "BackendError")
      assert.deepStrictEqual(yield* crafts, [])
      const { adopted } = yield* (yield* client).build(wanted)
      assert.isTrue(adopted)
      assert.lengthOf(yield* crafts, 1)
    }))

  for (const [what, resource] of [["record", "configmaps"], ["child", "crafts.example.com"]] as const) {
    it.scoped(`connection cut under the create of the ${what}: repeated, one build that is not adopted`, () =>
      Effect.gen(function*() {
        const { backend, crafts, plane } = yield* world
        plane.faults.add({ verb: "create", resource }, Faults.loseResponse, 1)
        const wanted = yield* input("1")
        assert.isFalse((yield* backend.build(wanted)).adopted)
        assert.isTrue((yield* backend.build(wanted)).adopted)
        assert.lengthOf(yield* crafts, 1)
        assert.lengthOf(yield* backend.list(), 1)
      }))
  }

  it.scoped("connection cut under the create of the record: another ConfigMap of that name is not taken for it", () =>
    Effect.gen(function*() {
      const { backend, cluster, plane } = yield* world
      const wanted = yield* input("1")
      const { ref } = yield* backend.build(wanted)
      yield* backend.remove(ref)
      yield* settle
      yield* cluster.create(Resources.ConfigMap, { metadata: { name: ref.name }, data: { other: "content" } })
      plane.faults.add({ verb: "create", resource: "configmaps" }, Faults.loseResponse, 1)
      const error = yield* Effect.flip(backend.build(wanted))
      assert(error._tag === "BackendError")
      assert.include(error.message, "taken by a ConfigMap that is not a record")
    }))
})

describe("equal inputs", () => {
  it.scoped("many clients at the same time: one build", () =>
    Effect.gen(function*() {
      const { client, crafts } = yield* world
      const clients = yield* Effect.replicateEffect(client, 5)
      const wanted = yield* input("1")
      const submissions = yield* Effect.forEach(clients, (one) => one.build(wanted), { concurrency: "unbounded" })
      assert.lengthOf(new Set(submissions.map(({ ref }) => String(ref))), 1)
      assert.lengthOf(submissions.filter(({ adopted }) => !adopted), 1)
      assert.lengthOf(yield* crafts, 1)
    }))

  it.scoped("after an error, or an unfinished stop: a new number", () =>
    Effect.gen(function*() {
      const { backend, cluster, move } = yield* world
      const wanted = yield* input("1", { retries: 0 })
      const first = yield* backend.build(wanted)
      yield* move(first.ref, "Evicted")
      const second = yield* backend.build(wanted)
      assert.isFalse(second.adopted)
      assert.match(second.ref.name, /-2$/)
      // A client that marked it and crashed.
      const mark = JSON.stringify({ status: { _tag: "Cancelled" } })
      yield* cluster.patch(Resources.ConfigMap, second.ref.name, {
        merge: { metadata: { annotations: { [RecordMetadata.annotation.stop]: mark } } }
      })
      const third = yield* backend.build(wanted)
      assert.match(third.ref.name, /-3$/)
      assert.strictEqual((yield* backend.status(second.ref))._tag, "Cancelled")
    }))

  it.scoped("of another backend: own numbers, not adopted", () =>
    Effect.gen(function*() {
      const { backend, cluster } = yield* world
      const wanted = yield* input("1")
      const first = yield* backend.build(wanted)
      const other = yield* ClusterBackend.make({ ...definition, name: "other" }, { cluster, namespace: "default" })
      const second = yield* other.build(wanted)
      assert.isFalse(second.adopted)
      assert.notStrictEqual(second.ref.name, first.ref.name)
      assert.isTrue((yield* backend.build(wanted)).adopted)
    }))

  it.scoped("name taken by another object: Conflict", () =>
    Effect.gen(function*() {
      const { backend, cluster } = yield* world
      const wanted = yield* input("1")
      const { ref } = yield* backend.build(wanted)
      yield* backend.remove(ref)
      yield* cluster.create(Resources.ConfigMap, { metadata: { name: ref.name } })
      const failure = yield* Effect.flip(backend.build(wanted))
      assert(failure._tag === "BackendError")
      assert.strictEqual(failure.reason, "Conflict")
    }))

  it.scoped("after a removal: built again under another uid", () =>
    Effect.gen(function*() {
      const { backend } = yield* world
      const wanted = yield* input("1")
      const first = yield* backend.build(wanted)
      yield* backend.remove(first.ref)
      const second = yield* backend.build(wanted)
      assert.strictEqual(second.ref.name, first.ref.name)
      assert.strictEqual((yield* Effect.flip(backend.status(first.ref)))._tag, "BuildNotFound")
      assert.strictEqual((yield* backend.status(second.ref))._tag, "Pending")
      yield* backend.cancel(first.ref)
      assert.strictEqual((yield* backend.status(second.ref))._tag, "Pending", "a ref is about its own uid alone")
    }))
})

describe("stopping", () => {
  it.scoped("stopping: marks the record, deletes the child as it was seen, stores the outcome", () =>
    Effect.gen(function*() {
      const { backend, cluster, crafts, move, requests } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Running")
      const watching = yield* watch(backend, ref)
      const [, made] = yield* requests(backend.cancel(ref))
      assert.deepStrictEqual(writes(made), ["patch configmaps", "delete crafts.example.com", "patch configmaps"])
      assert.deepStrictEqual(yield* crafts, [])
      assert.strictEqual(lastOf(yield* Fiber.join(watching))._tag, "Cancelled")
      const records = Effect.map(cluster.list(Resources.ConfigMap), ({ items }) => items)
      const before = yield* records
      yield* backend.cancel(ref)
      assert.deepStrictEqual(yield* records, before)
    }))

  it.scoped("stopping: a mark of another client stays, and one that cannot be read is written again", () =>
    Effect.gen(function*() {
      const { backend, cluster, move } = yield* world
      const stop = RecordMetadata.annotation.stop
      const mark = (text: string) =>
        Effect.gen(function*() {
          const { ref } = yield* Effect.flatMap(input("1"), backend.build)
          yield* move(ref, "Running")
          yield* cluster.patch(Resources.ConfigMap, ref.name, {
            merge: { metadata: { annotations: { [stop]: text } } }
          })
          yield* backend.cancel(ref)
          const status = yield* backend.status(ref)
          yield* backend.remove(ref)
          return status
        })
      const timeout = BuildStatus.errored("PendingTimeout", { message: "it waits" })
      const other = yield* mark(RecordMetadata.stopMarkText(new RecordMetadata.StopMark({ status: timeout })))
      assert.deepStrictEqual(other, timeout)
      assert.strictEqual((yield* mark("?"))._tag, "Cancelled")
    }))

  it.scoped("removal: a build that a list shows to have ended takes one request", () =>
    Effect.gen(function*() {
      const { backend, cluster, move, requests } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Complete")
      yield* backend.status(ref)
      const [listed] = yield* backend.list()
      assert(listed !== undefined)
      const [, made] = yield* requests(backend.remove(listed.ref))
      assert.deepStrictEqual(made, ["delete configmaps"])
      assert.lengthOf((yield* cluster.list(Resources.ConfigMap)).items, 0)
    }))

  it.scoped("interrupted after the mark: finished by the next reader", () =>
    Effect.gen(function*() {
      const { backend, client, crafts, move, plane } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Running")
      const lift = plane.faults.add({ verb: "delete" }, Faults.status(403, "Forbidden", "not now"))
      yield* Effect.flip(backend.cancel(ref))
      assert.lengthOf(yield* crafts, 1)
      lift()
      assert.strictEqual((yield* (yield* client).status(ref))._tag, "Cancelled")
      assert.deepStrictEqual(yield* crafts, [])
    }))

  it.scoped("after the child completed: Succeeded", () =>
    Effect.gen(function*() {
      const { backend, move } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Complete")
      yield* backend.cancel(ref)
      assert.strictEqual((yield* backend.status(ref))._tag, "Succeeded")
    }))

  it.scoped("child completes between the read and the deletion: Succeeded", () =>
    Effect.gen(function*() {
      const { backend, move, plane } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Running")
      plane.faults.add({ verb: "delete", resource: "crafts.example.com" }, Faults.latency("1 second"), 1)
      const cancelling = yield* Effect.fork(backend.cancel(ref))
      yield* settle
      yield* move(ref, "Complete")
      yield* TestClock.adjust("1 second")
      yield* Fiber.join(cancelling)
      assert.strictEqual((yield* backend.status(ref))._tag, "Succeeded")
    }))

  it.scoped("pendingTimeout: Errored, and the child is deleted", () =>
    Effect.gen(function*() {
      const { backend, crafts } = yield* world
      const { ref } = yield* Effect.flatMap(input("1", { pendingTimeout: "5 minutes" }), backend.build)
      const watching = yield* watch(backend, ref)
      yield* TestClock.adjust("299 seconds")
      assert.lengthOf(yield* crafts, 1)
      yield* TestClock.adjust("1 seconds")
      const last = lastOf(yield* Fiber.join(watching))
      assert(last._tag === "Errored")
      assert.strictEqual(last.reason, "PendingTimeout")
      assert.deepStrictEqual(yield* crafts, [])
    }))
})

describe("deleted by another client", () => {
  it.scoped("the record, while it is followed: Errored, not Cancelled", () =>
    Effect.gen(function*() {
      const { backend, cluster, move } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Running")
      const watching = yield* watch(backend, ref)
      yield* cluster.delete(Resources.ConfigMap, ref.name)
      const last = lastOf(yield* Fiber.join(watching))
      assert(last._tag === "Errored")
      assert.strictEqual(last.reason, "Deleted")
      assert.strictEqual((yield* Effect.flip(backend.status(ref)))._tag, "BuildNotFound")
    }))

  it.scoped("the child, while it is followed: Errored", () =>
    Effect.gen(function*() {
      const { backend, cluster, crafts, move } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Running")
      const watching = yield* watch(backend, ref)
      for (const name of yield* crafts) yield* cluster.delete(Craft, name)
      yield* TestClock.adjust("2 seconds")
      const last = lastOf(yield* Fiber.join(watching))
      assert(last._tag === "Errored", JSON.stringify(last))
      assert.strictEqual(last.reason, "Deleted")
      assert.strictEqual((yield* backend.status(ref))._tag, "Errored", "and it stays one")
    }))

  it.scoped("a child that was never seen: Errored after pendingTimeout", () =>
    Effect.gen(function*() {
      const { backend, cluster, crafts } = yield* world
      const { ref } = yield* Effect.flatMap(input("1", { pendingTimeout: "5 minutes" }), backend.build)
      for (const name of yield* crafts) yield* cluster.delete(Craft, name)
      assert.strictEqual((yield* backend.status(ref))._tag, "Pending")
      yield* TestClock.adjust("5 minutes")
      const status = yield* backend.status(ref)
      assert(status._tag === "Errored")
      assert.strictEqual(status.reason, "Deleted")
    }))
})

describe("retries", () => {
  it.scoped("retries: made by the client that follows the build, as often as the input permits", () =>
    Effect.gen(function*() {
      const { backend, crafts, move } = yield* world
      const { ref } = yield* Effect.flatMap(input("1", { retries: 1 }), backend.build)
      const watching = yield* watch(backend, ref)
      yield* move(ref, "Running")
      yield* settle
      yield* move(ref, "Evicted")
      yield* settle
      assert.lengthOf(yield* crafts, 2)
      yield* move(ref, "Evicted")
      const seen = yield* Fiber.join(watching)
      assert.deepStrictEqual(tags(seen), ["Pending", "Running", "Running", "Errored"])
      assert.deepStrictEqual(seen.flatMap((status) => status._tag === "Running" ? [status.attempt] : []), [1, 2])
    }))

  it.scoped("retries: never after Failed", () =>
    Effect.gen(function*() {
      const { backend, crafts, move } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      const watching = yield* watch(backend, ref)
      yield* move(ref, "Broken")
      assert.strictEqual(lastOf(yield* Fiber.join(watching))._tag, "Failed")
      assert.lengthOf(yield* crafts, 1)
    }))
})

describe("API server", () => {
  it.scoped("outage of minutes: changes stays open and resumes", () =>
    Effect.gen(function*() {
      const { backend, cluster, crafts, move, plane } = yield* world
      const { ref } = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(ref, "Running")
      const watching = yield* watch(backend, ref)
      const [name = ""] = yield* crafts
      yield* cluster.patch(Craft, name, { merge: { status: { phase: "Complete" } } })
      plane.faults.outage(10 * 60_000)
      yield* TestClock.adjust("9 minutes")
      yield* TestClock.adjust("2 minutes")
      assert.strictEqual(lastOf(yield* Fiber.join(watching))._tag, "Succeeded")
    }))

  it.scoped("rejects the child: BuildRejected with the reason, and no record is left", () =>
    Effect.gen(function*() {
      const { backend, cluster, plane } = yield* world
      const refusals: ReadonlyArray<readonly [Faults.Fault, string]> = [
        [
          Faults.status(403, "Forbidden", "pods \"x\" is forbidden: exceeded quota: q, requested: pods=1"),
          "QuotaExceeded"
        ],
        [Faults.status(403, "Forbidden", "violates PodSecurity \"restricted:latest\": runAsNonRoot"), "Denied"],
        [Faults.status(403, "Forbidden", "admission webhook \"x.y\" denied the request: no"), "Denied"],
        [Faults.status(422, "Invalid", "Craft \"x\" is invalid"), "Unsupported"],
        [Faults.status(404, "NotFound", "namespaces \"x\" not found"), "MissingReference"]
      ]
      for (const [fault, reason] of refusals) {
        plane.faults.add({ verb: "create", resource: "crafts.example.com" }, fault, 1)
        const rejected = yield* Effect.flip(Effect.flatMap(input("1"), backend.build))
        assert(rejected._tag === "BuildRejected", String(rejected))
        assert.strictEqual(rejected.reason, reason)
        assert.lengthOf((yield* cluster.list(Resources.ConfigMap)).items, 0)
      }
    }))

  it.scoped("forbids the child: BackendError, and the next build completes it", () =>
    Effect.gen(function*() {
      const { backend, plane } = yield* world
      plane.faults.add(
        { verb: "create", resource: "crafts.example.com" },
        Faults.status(403, "Forbidden", "crafts is forbidden: User \"u\" cannot create"),
        1
      )
      const wanted = yield* input("1")
      const failure = yield* Effect.flip(backend.build(wanted))
      assert(failure._tag === "BackendError")
      assert.strictEqual(failure.reason, "Forbidden")
      assert.isTrue((yield* backend.build(wanted)).adopted)
    }))

  it.scoped("drops an unknown field: BuildRejected", () =>
    Effect.gen(function*() {
      const { cluster } = yield* world
      const strict = yield* ClusterBackend.make(
        {
          ...definition,
          verifyCreated: () => [new BuildError.Issue({ path: "security", message: "the server dropped hostUsers" })]
        },
        { cluster, namespace: "default" }
      )
      const rejected = yield* Effect.flip(Effect.flatMap(input("1"), strict.build))
      assert(rejected._tag === "BuildRejected")
      assert.strictEqual(rejected.reason, "Unsupported")
      assert.lengthOf((yield* cluster.list(Resources.ConfigMap)).items, 0)
    }))
})

describe("list", () => {
  it.scoped("list: every build of the backend, the newest first", () =>
    Effect.gen(function*() {
      const { backend, cluster, move } = yield* world
      const first = yield* Effect.flatMap(input("1"), backend.build)
      yield* move(first.ref, "Complete")
      yield* TestClock.adjust("1 minute")
      const second = yield* Effect.flatMap(input("2"), backend.build)
      const other = yield* ClusterBackend.make({ ...definition, name: "other" }, { cluster, namespace: "default" })
      yield* Effect.flatMap(input("1"), other.build)
      const all = yield* backend.list()
      assert.deepStrictEqual(all.map(({ finalImage, status }) => [finalImage, status._tag]), [
        ["registry.example.com/os:2", "Pending"],
        ["registry.example.com/os:1", "Succeeded"]
      ])
      const [, earlier] = all
      assert(earlier !== undefined)
      assert.deepStrictEqual(yield* backend.list({ fingerprint: earlier.fingerprint }), [earlier])
      assert.strictEqual(String(all[0]?.ref), String(second.ref))
    }))
})
