/**
 * A client that dies at any request of a build, a cancellation, a removal: just before the request is carried out, or just
 * after, when no client receives the response. The next client finds a consistent state: its call completes it, and `prune` cleans it.
 */
import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, type Scope } from "effect"
import { BuildBackend, type BuildError, BuildInput, type BuildRef, BuildStatus, Cluster } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { setImmediate } from "node:timers/promises"
import * as Access from "../../src/fake/apiserver/Access.js"
import * as FakeDriver from "../../src/fake/apiserver/FakeDriver.js"
import * as Json from "../../src/fake/Json.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import { inTime } from "../support/VirtualTime.js"
import { type Backend, backends } from "../support/Worlds.js"

const admin: Access.User = { name: "admin", rules: [Access.everything] }

interface Death {
  /** Counted from 1. */
  readonly request: number
  readonly when: "before" | "after"
}

/** A process with a backend of its own, which may be mortal: from its death on, nothing of it reaches the server. */
const client = ({ make }: Backend, { plane }: FakeCluster.Made, death?: Death) =>
  Effect.gen(function*() {
    const died = yield* Deferred.make<void>()
    let requests = 0
    const dies = Effect.zipRight(Deferred.succeed(died, void 0), Effect.never)
    const driver = FakeDriver.make((request) =>
      Effect.suspend(() => {
        requests += 1
        const handled = plane.gateway.handle(request, admin)
        if (death === undefined || requests < death.request) return handled
        return requests > death.request || death.when === "before"
          ? dies
          : Effect.zipRight(Effect.exit(handled), dies)
      }), "default")
    const backend = yield* Effect.provideService(make, Cluster.Cluster, yield* Cluster.make(driver))
    return { backend, requests: () => requests, died: Deferred.await(died) }
  })

/** What there is of builds. */
const remains = ({ control }: FakeCluster.Made) =>
  Effect.map(control.objects({ namespace: "default" }), (objects) =>
    objects.filter((object) => {
      const kind = Json.text(object, "kind") ?? ""
      return ["Job", "Build", "Pod"].includes(kind) ||
        (kind === "ConfigMap" && Metadata.labels(object)["effect-os-builder/record"] !== undefined)
    }).map((object) => `${Json.text(object, "kind")} ${Metadata.name(object)}`))

/** Lets the cluster do what is to do. */
const settle = Effect.sleep("1 second")

const input = (context: BuildInput.Options["context"]) =>
  Effect.orDie(BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nCOPY --chmod=644 a b/a /\nRUN true",
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: "registry.example.com/os:1" },
    context
  }))

interface World {
  readonly made: FakeCluster.Made
  readonly given: BuildInput.BuildInput
  /** The build that there was before, if the act is about one. */
  readonly ref: BuildRef.BuildRef | undefined
}

interface Act {
  readonly name: string
  /** What is there before: how builds go, and perhaps one. */
  readonly before: (
    backend: Backend,
    made: FakeCluster.Made
  ) => Effect.Effect<World, BuildError.BuildError, Scope.Scope>
  readonly act: (backend: BuildBackend.Service, world: World) => Effect.Effect<unknown, BuildError.BuildError>
  /** What the next client does, if it is not just the same. */
  readonly next?: Act["act"]
  /** What holds then. */
  readonly completed: (backend: BuildBackend.Service, world: World) => Effect.Effect<void, BuildError.BuildError>
}

const refOf = ({ ref }: World): BuildRef.BuildRef => {
  assert(ref !== undefined)
  return ref
}

const small = { a: "a", "b/a": "b" }

/** It takes more ConfigMaps than the record, whatever the backend. */
const large = { a: "a".repeat(600_000), "b/a": "b".repeat(600_000) }

const empty: Act["before"] = ({ name }, made) =>
  Effect.map(input(name === "openshift" ? small : large), (given) => ({ made, given, ref: undefined }))

const started = (outcome: FakeCluster.Outcome): Act["before"] => (backend, made) =>
  Effect.gen(function*() {
    yield* made.control.outcome(outcome)
    const given = yield* input(small)
    const { backend: first } = yield* client(backend, made)
    const { ref } = yield* first.build(given)
    yield* settle
    return { made, given, ref }
  })

/** One build of the input, which succeeds. */
const oneSucceeds: Act["completed"] = (backend, { given, made }) =>
  Effect.gen(function*() {
    yield* settle
    const builds = yield* backend.list({ fingerprint: BuildInput.fingerprint(given) })
    assert.deepStrictEqual(builds.map(({ status }) => status._tag), ["Succeeded"])
    const children = (yield* remains(made)).filter((name) => /^(Job|Build) /.test(name))
    assert.lengthOf(children, 1)
  })

const acts: ReadonlyArray<Act> = [
  {
    name: "build",
    before: empty,
    act: (backend, { given }) => backend.build(given),
    completed: oneSucceeds
  },
  {
    name: "build again",
    before: started(FakeCluster.succeeds()),
    act: (backend, { given }) => backend.build(given, { again: true }),
    next: (backend, { given }) => backend.build(given),
    completed: (backend, { given }) =>
      Effect.gen(function*() {
        yield* settle
        const builds = yield* backend.list({ fingerprint: BuildInput.fingerprint(given) })
        assert.include([1, 2], builds.length)
        assert.isTrue(builds.every(({ status }) => status._tag === "Succeeded"), "a build is left unfinished")
      })
  },
  {
    name: "cancel",
    before: started(FakeCluster.held),
    act: (backend, world) => backend.cancel(refOf(world)),
    completed: (backend, world) =>
      Effect.gen(function*() {
        assert.strictEqual((yield* backend.status(refOf(world)))._tag, "Cancelled")
        yield* settle
        assert.deepStrictEqual((yield* remains(world.made)).filter((name) => !name.startsWith("ConfigMap")), [])
      })
  },
  {
    name: "remove",
    before: started(FakeCluster.held),
    act: (backend, world) => backend.remove(refOf(world)),
    completed: (_backend, { made }) =>
      Effect.gen(function*() {
        yield* settle
        assert.deepStrictEqual(yield* remains(made), [])
      })
  },
  {
    name: "the status of an end that nobody has seen",
    before: started(FakeCluster.containerfileFails({ exitCode: 3 })),
    act: (backend, world) => backend.status(refOf(world)),
    completed: (backend, world) =>
      Effect.gen(function*() {
        const status = yield* backend.status(refOf(world))
        assert(status._tag === "Failed")
        assert.isNotEmpty(status.logTail)
      })
  }
]

/** What the requests of an act are, if nobody dies. */
const requestsOf = (backend: Backend, { act, before }: Act) =>
  Effect.gen(function*() {
    const made = yield* FakeCluster.make(backend.options)
    const world = yield* before(backend, made)
    const seen = made.plane.gateway.requests.length
    const { backend: only } = yield* client(backend, made)
    yield* act(only, world)
    return made.plane.gateway.requests.slice(seen).map(({ resource, verb }) => `${verb} ${resource}`)
  })

/** A world in which a client has died in the act, and the client that comes next. */
const afterDeath = (backend: Backend, { act, before }: Act, death: Death) =>
  Effect.gen(function*() {
    const made = yield* FakeCluster.make(backend.options)
    const world = yield* before(backend, made)
    const { backend: mortal, died } = yield* client(backend, made, death)
    const outlived = Effect.zipRight(act(mortal, world), Effect.dieMessage("it did not die"))
    yield* Effect.raceFirst(Effect.disconnect(outlived), died)
    const { backend: next } = yield* client(backend, made)
    return { world, next }
  })

const prune = (backend: BuildBackend.Service) =>
  Effect.provideService(BuildBackend.prune({ olderThan: "10 minutes" }), BuildBackend.BuildBackend, backend)

const isThenCompleted = (one: Act, world: World, next: BuildBackend.Service) =>
  Effect.gen(function*() {
    yield* (one.next ?? one.act)(next, world)
    yield* one.completed(next, world)
    for (const { ref } of yield* next.list()) yield* next.remove(ref)
    yield* settle
    assert.deepStrictEqual(yield* remains(world.made), [])
  })

const isThenPruned = (world: World, next: BuildBackend.Service) =>
  Effect.gen(function*() {
    yield* world.made.control.outcome(FakeCluster.succeeds())
    for (const { ref, status } of yield* next.list()) {
      if (!BuildStatus.isTerminal(status)) yield* world.made.control.release(ref, FakeCluster.succeeds())
    }
    // What nobody has seen end ends when it is looked at, and is old a while later.
    for (let i = 0; i < 2; i++) {
      yield* Effect.sleep("15 minutes")
      yield* prune(next)
    }
    yield* settle
    assert.deepStrictEqual(yield* remains(world.made), [])
  })

for (const backend of backends) {
  describe.sequential(`a client of ${backend.name} that dies`, () => {
    for (const one of acts) {
      const requests = inTime(requestsOf(backend, one))
      for (const [index, request] of requests.entries()) {
        for (const when of ["before", "after"] as const) {
          const afterIt = afterDeath(backend, one, { request: index + 1, when })
          const where = `in ${one.name} ${when} its request ${index + 1}, ${request}`

          it(`${where}: the next client completes it`, async () => {
            await setImmediate()
            inTime(Effect.flatMap(afterIt, ({ next, world }) => isThenCompleted(one, world, next)))
          })

          it(`${where}: prune cleans it`, async () => {
            await setImmediate()
            inTime(Effect.flatMap(afterIt, ({ next, world }) => isThenPruned(world, next)))
          })
        }
      }
    }
  })
}
