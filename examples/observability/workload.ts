/**
 * Builds of every outcome, a refusal, an adoption and an error, so that each metric has a value.
 */
import { Effect, Fiber, Stream } from "effect"
import { BuildBackend, BuildInput } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"

const input = (name: string, more: Partial<BuildInput.Options> = {}) =>
  BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN true",
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: `registry.example.com/os/${name}:1` },
    metadata: { requester: name },
    ...more
  })

export const everyOutcome = Effect.gen(function*() {
  const fake = yield* FakeCluster.FakeCluster
  const of = (name: string, outcome: FakeCluster.Outcome) =>
    fake.outcome(outcome, { finalImage: `registry.example.com/os/${name}:1` })
  yield* of("fails", FakeCluster.containerfileFails())
  yield* of("errors", FakeCluster.pushFails())
  yield* of("held", FakeCluster.held)

  const watching = yield* Effect.fork(Stream.runDrain(BuildBackend.watch()))
  for (const name of ["succeeds", "fails", "errors"]) {
    yield* Effect.exit(BuildBackend.run(yield* input(name, { retries: 0 }), { again: true }))
  }
  yield* BuildBackend.build(yield* input("succeeds", { retries: 0 }))

  yield* Effect.exit(BuildBackend.build(yield* input("refused"), { namespace: "Not A Namespace" }))
  const { ref } = yield* BuildBackend.build(yield* input("held"), { again: true })
  // It runs, until it is cancelled.
  yield* fake.idle
  yield* Effect.asVoid(
    fake.fail({ verb: "list", resource: "configmaps" }, FakeCluster.status(403, "Forbidden", "you may not"), {
      times: 1
    })
  )
  yield* Effect.exit(BuildBackend.list())
  yield* BuildBackend.cancel(ref)
  yield* Effect.exit(BuildBackend.result(ref))
  yield* Fiber.interrupt(watching)
})
