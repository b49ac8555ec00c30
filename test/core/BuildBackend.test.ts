import { assert, describe, it } from "@effect/vitest"
import { Cause, DateTime, Deferred, Effect, Exit, Fiber, Layer, Ref, Stream, TestClock } from "effect"
import { BuildBackend, BuildError, BuildEvent, BuildInput, BuildRef, BuildStatus } from "effect-os-builder"

const inputFor = (tag: string, repository = "registry.example.com/os") =>
  Effect.orDie(BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nRUN true",
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: `${repository}:${tag}` }
  }))

const ref = new BuildRef.BuildRef({ backend: "mock", namespace: "default", name: "os-build-a-1", uid: "u1" })

describe("run", () => {
  it.effect("run: cancels what was being created when it is interrupted, once that is known", () =>
    Effect.gen(function*() {
      const creating = yield* Deferred.make<void>()
      const created = yield* Deferred.make<void>()
      const cancelled = yield* Ref.make<ReadonlyArray<string>>([])
      const fiber = yield* BuildBackend.run(yield* inputFor("1")).pipe(
        Effect.provide(BuildBackend.layerMock({
          build: () =>
            Deferred.succeed(creating, undefined).pipe(
              Effect.zipRight(Deferred.await(created)),
              Effect.as({ ref, adopted: false })
            ),
          cancel: (ref) => Ref.update(cancelled, (all) => [...all, String(ref)])
        })),
        Effect.fork
      )
      yield* Deferred.await(creating)
      const interrupting = yield* Effect.fork(Fiber.interrupt(fiber))
      // The interruption comes first.
      yield* Effect.yieldNow()
      yield* Deferred.succeed(created, undefined)
      yield* Fiber.join(interrupting)
      assert.deepStrictEqual(yield* Ref.get(cancelled), [String(ref)])
    }))

  it.effect("run: does not wait for a cancellation that hangs for longer than ten seconds", () =>
    Effect.gen(function*() {
      const watched = yield* Deferred.make<void>()
      const fiber = yield* BuildBackend.run(yield* inputFor("1")).pipe(
        Effect.provide(BuildBackend.layerMock({
          build: () => Effect.succeed({ ref, adopted: false }),
          changes: () => Stream.fromEffect(Effect.zipRight(Deferred.succeed(watched, undefined), Effect.never)),
          cancel: () => Effect.never
        })),
        Effect.fork
      )
      yield* Deferred.await(watched)
      const interrupting = yield* Effect.fork(Fiber.interrupt(fiber))
      yield* TestClock.adjust("10 seconds")
      yield* Fiber.join(interrupting)
      assert.isTrue((yield* Fiber.await(fiber))._tag === "Failure")
    }))

  it.effect("run: leaves the build alone when the backend fails while it waits", () =>
    Effect.gen(function*() {
      const error = new BuildError.BackendError({ backend: "mock", reason: "Unreachable", operation: "watch" })
      const failure = yield* BuildBackend.run(yield* inputFor("1")).pipe(
        Effect.provide(BuildBackend.layerMock({
          build: () => Effect.succeed({ ref, adopted: false }),
          changes: () => Stream.fail(error),
          cancel: () => Effect.die("must not be cancelled")
        })),
        Effect.flip
      )
      assert.strictEqual(failure, error)
    }))

  it.effect("run: says that a build was removed under it", () =>
    Effect.gen(function*() {
      const failure = yield* BuildBackend.run(yield* inputFor("1")).pipe(
        Effect.provide(BuildBackend.layerMock({
          build: () => Effect.succeed({ ref, adopted: true }),
          changes: () => Stream.fail(new BuildError.BuildNotFound({ ref }))
        })),
        Effect.flip
      )
      assert(failure._tag === "BackendError")
      assert.include(failure.message, "removed while waiting for it")
    }))
})

describe("result", () => {
  it.effect("result: refuses a stream of changes that ends before the build does", () =>
    Effect.gen(function*() {
      const startedAt = yield* DateTime.now
      const failure = yield* BuildBackend.result(ref).pipe(
        Effect.provide(
          BuildBackend.layerMock({ changes: () => Stream.make(new BuildStatus.Running({ startedAt, attempt: 1 })) })
        ),
        Effect.flip
      )
      assert(failure._tag === "BackendError")
      assert.strictEqual(failure.reason, "Unexpected")
    }))
})

describe("events", () => {
  it.effect("events: cancels a build of its own when it is read no further", () =>
    Effect.gen(function*() {
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Held" })
      const events = yield* Stream.runCollect(Stream.take(BuildBackend.events(yield* inputFor("1")), 1))
      const [first] = events
      assert(first?._tag === "Submitted")
      assert.strictEqual((yield* BuildBackend.status(first.ref))._tag, "Cancelled")
    }).pipe(Effect.provide(BuildBackend.layerMemory)))

  it.effect("events: goes on without the log when that is lost", () =>
    Effect.gen(function*() {
      const error = new BuildError.BackendError({ backend: "mock", reason: "Forbidden", operation: "read the log" })
      const events = yield* BuildBackend.events(yield* inputFor("1")).pipe(
        Stream.runCollect,
        Effect.provide(BuildBackend.layerMock({
          build: () => Effect.succeed({ ref, adopted: false }),
          changes: () => Stream.make(new BuildStatus.Cancelled({})),
          logs: () => Stream.concat(Stream.make("STEP 2/3: RUN true"), Stream.fail(error)),
          cancel: () => Effect.die("it has ended")
        }))
      )
      assert.sameMembers(Array.from(events, (event) => event._tag), [
        "Submitted",
        "StatusChanged",
        "LogLine",
        "Step",
        "LogLost"
      ])
    }))
})

describe("eventsOf", () => {
  const mock = BuildBackend.layerMock({
    changes: () => Stream.make(new BuildStatus.Cancelled({})),
    logs: () => Stream.make("a", "STEP 1/1: FROM b", "c"),
    cancel: () => Effect.die("it is not ours")
  })

  it.effect("fromLine: the lines from that number on, with their steps", () =>
    Effect.gen(function*() {
      const emitted = yield* BuildBackend.eventsOf(ref, { fromLine: 2 }).pipe(
        Stream.filter((event) => event._tag !== "StatusChanged"),
        Stream.runCollect,
        Effect.provide(mock)
      )
      assert.deepStrictEqual(Array.from(emitted), [
        new BuildEvent.LogLine({ line: "STEP 1/1: FROM b", number: 2 }),
        new BuildEvent.Step({ current: 1, total: 1, instruction: "FROM b" }),
        new BuildEvent.LogLine({ line: "c", number: 3 })
      ])
    }))

  it.effect("read to its first element alone: the build is not cancelled", () =>
    Stream.runHead(BuildBackend.eventsOf(ref)).pipe(Effect.provide(mock)))
})

describe("layerMock", () => {
  it.effect("a derived method that is given: used instead of the derived one", () =>
    Effect.gen(function*() {
      const backend = yield* BuildBackend.BuildBackend
      assert.deepStrictEqual(yield* backend.prune({ olderThan: "1 day" }), [ref])
    }).pipe(Effect.provide(BuildBackend.layerMock({ prune: () => Effect.succeed([ref]) }))))

  it.effect("a derived method without its methods: dies", () =>
    Effect.gen(function*() {
      const exit = yield* Effect.exit(BuildBackend.result(ref))
      assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause))
    }).pipe(Effect.provide(BuildBackend.layerMock({}))))
})

describe("derive", () => {
  it.effect("a method that is wrapped: used by what follows from it", () =>
    Effect.gen(function*() {
      const backend = yield* BuildBackend.BuildBackend
      const status = new BuildStatus.Cancelled({})
      const wrapped = BuildBackend.derive({ ...backend, changes: () => Stream.make(status) })
      assert.strictEqual((yield* Effect.flip(wrapped.result(ref)))._tag, "BuildCancelled")
      const copied = { ...backend, changes: () => Stream.make(status) }
      assert.strictEqual((yield* Effect.flip(copied.result(ref)))._tag, "BuildCancelled")
      const { result } = wrapped
      assert.strictEqual((yield* Effect.flip(result(ref)))._tag, "BuildCancelled")
    }).pipe(Effect.provide(BuildBackend.layerMock({ changes: () => Stream.empty }))))
})

describe("prune", () => {
  it.effect("prune: removes what ended long ago, and keeps the newest of each repository", () =>
    Effect.gen(function*() {
      const memory = yield* BuildBackend.MemoryBackend
      const build = (tag: string, repository?: string) =>
        Effect.flatMap(inputFor(tag, repository), (input) =>
          Effect.tapBoth(BuildBackend.run(input), {
            onFailure: () => Effect.void,
            onSuccess: () => TestClock.adjust("1 hour")
          }))
      yield* build("1")
      yield* build("2")
      yield* build("1", "registry.example.com/other")
      yield* TestClock.adjust("7 days")
      yield* build("3")
      yield* memory.outcome({ _tag: "Held" })
      const held = yield* BuildBackend.build(yield* inputFor("4"))
      const left = Effect.map(BuildBackend.list(), (all) => all.map((summary) => summary.finalImage))

      assert.lengthOf(yield* BuildBackend.prune({ olderThan: "30 days" }), 0)
      const removed = yield* BuildBackend.prune({ olderThan: "7 days", keep: 1 })
      assert.lengthOf(removed, 2)
      assert.deepStrictEqual(yield* left, [
        "registry.example.com/os:4",
        "registry.example.com/os:3",
        "registry.example.com/other:1"
      ])
      yield* BuildBackend.prune({ olderThan: 0 })
      assert.deepStrictEqual(yield* left, ["registry.example.com/os:4"], "an unfinished build is never pruned")
      yield* BuildBackend.cancel(held.ref)
    }).pipe(Effect.provide(BuildBackend.layerMemory)))
})

describe("layerMock", () => {
  it.effect("layerMock: dies in a method that the test did not give", () =>
    BuildBackend.list().pipe(
      Effect.provide(Layer.fresh(BuildBackend.layerMock({}))),
      Effect.exit,
      Effect.map((exit) => assert.isTrue(Exit.isFailure(exit) && Cause.isDie(exit.cause)))
    ))
})

describe("the range of a log", () => {
  const ref = new BuildRef.BuildRef({ backend: "memory", namespace: "default", name: "os-build-a-1", uid: "u" })
  const failure = (stream: Stream.Stream<unknown, BuildError.BuildNotFound | BuildError.BackendError>) =>
    Effect.map(Effect.flip(Stream.runDrain(stream)), (error) => error.message)

  it.effect("logs: tailLines that is not a whole number is a BackendError that names it", () =>
    Effect.gen(function*() {
      const backend = yield* BuildBackend.BuildBackend
      for (const tailLines of [Number.NaN, 1.5, -1, Number.POSITIVE_INFINITY]) {
        assert.include(
          yield* failure(backend.logs(ref, { tailLines })),
          `tailLines is ${tailLines}; use a whole number from 0`
        )
      }
      assert.include(yield* failure(backend.logs(ref, { tailLines: 0 })), "No build")
    }).pipe(Effect.provide(BuildBackend.layerMemory)))

  it.effect("eventsOf: fromLine that is not a whole number from 1 is a BackendError that names it", () =>
    Effect.gen(function*() {
      const backend = yield* BuildBackend.BuildBackend
      for (const fromLine of [Number.NaN, 1.5, -1, 0]) {
        assert.include(
          yield* failure(backend.eventsOf(ref, { fromLine })),
          `fromLine is ${fromLine}; use a whole number from 1`
        )
      }
      assert.include(yield* failure(backend.eventsOf(ref, { fromLine: 1 })), "No build")
    }).pipe(Effect.provide(BuildBackend.layerMemory)))
})
