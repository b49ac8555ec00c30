import { Config, type ConfigError, Effect, type Layer, Layer as L } from "effect"
import { BackendSelection, BuildBackend, type Capability, type Cluster } from "effect-os-builder"
import { expect, test } from "tstyche"

interface A {
  readonly _: "A"
}
interface B {
  readonly _: "B"
}
declare class ErrorA extends Error {
  readonly _tag: "ErrorA"
}
declare class ErrorB extends Error {
  readonly _tag: "ErrorB"
}

declare const a: BackendSelection.Candidate<ErrorA, A>
declare const b: BackendSelection.Candidate<ErrorB, B>
declare const c: BackendSelection.Candidate<never, never>
type Chosen = BuildBackend.BuildBackend | BackendSelection.Selection
type Failure = BackendSelection.NoBackendAvailable | BackendSelection.ProbeError

test("BackendSelection: errors and needs of candidates that have nothing in common add up", () => {
  expect(BackendSelection.layerFrom([a, b, c])).type.toBe<Layer.Layer<Chosen, ErrorA | ErrorB | Failure, A | B>>()
  expect(BackendSelection.layerFrom([a])).type.toBe<Layer.Layer<Chosen, ErrorA | Failure, A>>()
  expect(BackendSelection.layerFrom([c])).type.toBe<Layer.Layer<Chosen, Failure>>()
})

test("BackendSelection: so they do for a list that was made elsewhere", () => {
  const candidates = [a, b] as const
  expect(BackendSelection.layerFrom(candidates)).type.toBe<Layer.Layer<Chosen, ErrorA | ErrorB | Failure, A | B>>()
})

test("BackendSelection: a choice takes at least one candidate", () => {
  expect(BackendSelection.layerFrom).type.not.toBeCallableWith([])
  expect(BackendSelection.layerFrom).type.not.toBeCallableWith([a, "custom"])
})

test("BackendSelection: a probe never fails, and needs what its candidates need", () => {
  expect(BackendSelection.probe([a, b, c])).type.toBe<Effect.Effect<BackendSelection.Report, never, A | B>>()
  expect(BackendSelection.probe([])).type.toBe<Effect.Effect<BackendSelection.Report>>()
})

test("BackendSelection: the parts of a candidate", () => {
  type All = typeof a | typeof b | typeof c
  expect<BackendSelection.Candidate.Error<All>>().type.toBe<ErrorA | ErrorB>()
  expect<BackendSelection.Candidate.Context<All>>().type.toBe<A | B>()
  expect<All>().type.toBeAssignableTo<BackendSelection.Candidate.Any>()
})

test("BackendSelection: a candidate needs what its probe and its layer need", () => {
  const mine = BackendSelection.candidate({
    name: "mine",
    probe: {} as Effect.Effect<Capability.Verdict, Capability.ProbeError, Cluster.Cluster>,
    layer: {} as Layer.Layer<BuildBackend.BuildBackend | BuildBackend.MemoryBackend, ErrorA, A>
  })
  expect(mine).type.toBe<BackendSelection.Candidate<ErrorA, Cluster.Cluster | A>>()
})

test("BackendSelection: what is needed can be given", () => {
  const given = L.provide(BackendSelection.layerFrom([a, c]), {} as Layer.Layer<A>)
  expect(given).type.toBe<Layer.Layer<Chosen, ErrorA | Failure>>()
  expect(Effect.provide(BuildBackend.list(), given)).type.toBeAssignableTo<
    Effect.Effect<unknown, unknown>
  >()
})

test("BackendSelection: the backends of this library need a cluster and nothing else", () => {
  type Ready = BackendSelection.Candidate<never, Cluster.Cluster>
  expect(BackendSelection.singleNode()).type.toBe<Ready>()
  expect(BackendSelection.openShift()).type.toBe<Ready>()
  expect(BackendSelection.custom()).type.toBe<Ready>()
  expect(BackendSelection.singleNode).type.toBeCallableWith({ deliverToNode: true })
  expect(BackendSelection.custom).type.not.toBeCallableWith({ deliverToNode: true })
  expect(BackendSelection.openShift).type.toBeCallableWith({ namespace: "builds", serviceAccount: "builder" })
  expect(BackendSelection.openShift).type.not.toBeCallableWith({ nameSpace: "builds" })
  expect(BackendSelection.layer).type.toBe<Layer.Layer<Chosen, Failure, Cluster.Cluster>>()
  expect(BackendSelection.layerFrom([BackendSelection.openShift(), a])).type.toBe<
    Layer.Layer<Chosen, ErrorA | Failure, A | Cluster.Cluster>
  >()
})

test("BackendSelection: settings name a backend that there is, and may come from the environment", () => {
  type Configured = Layer.Layer<Chosen, ConfigError.ConfigError | Failure, Cluster.Cluster>
  expect(BackendSelection.layerWith({ backend: "auto" })).type.toBe<typeof BackendSelection.layer>()
  expect(BackendSelection.layerWith).type.not.toBeCallableWith({ backend: "local" })
  expect(BackendSelection.layerFromEnv).type.toBe<Configured>()
  expect(BackendSelection.layerConfig({ namespace: Config.string("NAMESPACE") })).type.toBe<Configured>()
})
