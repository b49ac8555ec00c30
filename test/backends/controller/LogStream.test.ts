/**
 * Logs that a node or a connection keeps from ending or from being read.
 */
import { assert, describe, it } from "@effect/vitest"
import { Chunk, Effect, Fiber, Option, Stream, TestClock } from "effect"
import { type BuildError, type ClusterError } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Access from "../../../src/fake/apiserver/Access.js"
import * as FakeDriver from "../../../src/fake/apiserver/FakeDriver.js"
import type { ApiRequest } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Driver } from "../../../src/kubernetes/client/Driver.js"
import * as Cluster from "../../../src/kubernetes/Cluster.js"
import { settle } from "../../support/Quiescence.js"
import { input } from "../../support/Records.js"
import { backends } from "../../support/Worlds.js"

const admin: Access.User = { name: "admin", rules: [Access.everything] }

type Lines = Stream.Stream<string, ClusterError.ClusterError>

/** A backend on a fake cluster whose logs are changed on their way. */
const world = (
  { make, options }: (typeof backends)[number],
  changed: (request: ApiRequest, lines: Lines) => Lines = (_, lines) => lines
) =>
  Effect.gen(function*() {
    const { control, plane } = yield* FakeCluster.make(options)
    const driver = FakeDriver.make((request) => plane.gateway.handle(request, admin), "default")
    const lines: Driver["lines"] = (request, subject) => changed(request, driver.lines(request, subject))
    const cluster = yield* Cluster.make({ ...driver, lines })
    return { control, backend: yield* Effect.provideService(make, Cluster.Cluster, cluster) }
  })

const collect = (lines: Stream.Stream<string, BuildError.BuildNotFound | BuildError.BackendError>) =>
  Effect.map(Stream.runCollect(lines), Chunk.toReadonlyArray)

const isFollowed = ({ query }: ApiRequest) => query["follow"] === "true"

/** The connection of a followed log stays open after the end of its container. */
const halfOpen = (request: ApiRequest, lines: Lines): Lines =>
  isFollowed(request) ? Stream.concat(lines, Stream.never) : lines

for (const backend of backends) {
  describe(backend.name, () => {
    it.scoped("logs: a followed log whose connection stays open ends 5 seconds after its container", () =>
      Effect.gen(function*() {
        const { backend: builds, control } = yield* world(backend, halfOpen)
        yield* control.outcome(FakeCluster.held)
        const { ref } = yield* builds.build(input())
        const following = yield* Effect.fork(collect(builds.logs(ref, { follow: true })))
        const events = yield* Effect.fork(Stream.runCollect(builds.eventsOf(ref)))
        yield* settle
        yield* control.release(ref, FakeCluster.succeeds())
        yield* settle
        yield* TestClock.adjust("4 seconds")
        yield* settle
        assert.isTrue(Option.isNone(yield* Fiber.poll(following)))
        // A build in a pod of two containers has two logs.
        for (let second = 0; second < 10; second++) yield* Effect.zipRight(TestClock.adjust("1 second"), settle)
        assert.deepStrictEqual(yield* Fiber.join(following), yield* collect(builds.logs(ref)))
        assert.isAbove((yield* Fiber.join(events)).length, 3)
      }))

    it.scoped("logTail: the kubelet's text in place of a lost log is dropped; the kept end of the log is the tail", () =>
      Effect.gen(function*() {
        const { backend: builds, control } = yield* world(backend)
        yield* control.outcome(FakeCluster.evicted({ times: 9 }))
        const { ref } = yield* builds.build(input({ retries: 0 }))
        yield* settle
        const status = yield* builds.status(ref)
        assert(status._tag === "Errored")
        assert.strictEqual(status.reason, "Evicted")
        // The script says that it was stopped; of OpenShift's builder, the kubelet keeps the end of the log.
        const tail = status.logTail
        assert.deepStrictEqual(
          tail.filter((line) => line.startsWith("STEP 2")),
          backend.name === "openshift" ? ["STEP 2/4: RUN true"] : []
        )
        assert.isFalse(tail.some((line) => line.includes("unable to retrieve")))
        const log = yield* collect(builds.logs(ref))
        assert.match(log[0] ?? "", /^\[os-builder\] the log of \S+( but for its end)? is not available any more$/)
        assert.deepStrictEqual(log.slice(1), tail)
      }))
  })
}
