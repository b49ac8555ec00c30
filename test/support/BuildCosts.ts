/**
 * What the calls of a backend cost an application that is far from its API server: how many requests they send, and how many
 * round trips in turn they wait for. Both are exact: every answer takes 100 milliseconds of virtual time, and nothing else any.
 */
import { Clock, Context, Effect, Layer, type Scope } from "effect"
import {
  BackendSelection,
  BuildBackend,
  type BuildError,
  BuildInput,
  Cluster,
  CustomBuildBackend,
  OpenShiftBuildBackend,
  SingleNodeBuildBackend
} from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { type Operation, operationNames } from "./BuildOperations.js"
import { inTime } from "./VirtualTime.js"

const roundTrip = 100

export interface Cost {
  /** Verb and resource of each, in the order in which they were sent. */
  readonly requests: ReadonlyArray<string>
  readonly roundTrips: number
}

const topologies = {
  "custom": { options: {}, make: CustomBuildBackend.make() },
  "single-node": { options: { openShift: { topology: "SingleReplica" } }, make: SingleNodeBuildBackend.make() },
  "openshift": { options: { openShift: {} }, make: OpenShiftBuildBackend.make() }
} as const

export type Name = keyof typeof topologies

export const names: ReadonlyArray<Name> = ["custom", "single-node", "openshift"]

const input = (tag: string) =>
  Effect.orDie(BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nRUN true\n",
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: `registry.example.com/os:${tag}` }
  }))

const selection = (cluster: Cluster.Service) =>
  Layer.build(BackendSelection.layer).pipe(
    Effect.map(Context.get(BuildBackend.BuildBackend)),
    Effect.provideService(Cluster.Cluster, cluster)
  )

type Failure = BuildError.BuildError | Layer.Layer.Error<typeof BackendSelection.layer>

/** Each on a cluster of its own, by a process that has done nothing before but what is said. */
const measurements = (name: Name): Readonly<Record<Operation, Effect.Effect<Cost, Failure, Scope.Scope>>> => {
  const { make, options } = topologies[name]
  const world = Effect.gen(function*() {
    const { cluster, control } = yield* FakeCluster.make(options)
    yield* control.outcome(FakeCluster.held)
    /** Caches of a process belong to its client. */
    const process = Effect.sync((): Cluster.Service => ({ ...cluster }))
    const backend = Effect.flatMap(process, (own) => Effect.provideService(make, Cluster.Cluster, own))
    const measured = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      Effect.gen(function*() {
        const before = (yield* control.requests).length
        const lift = yield* control.fail({}, FakeCluster.latency(roundTrip))
        const start = yield* Clock.currentTimeMillis
        yield* effect
        const end = yield* Clock.currentTimeMillis
        yield* lift
        const sent = (yield* control.requests).slice(before).map(({ resource, verb }) => `${verb} ${resource}`)
        return { requests: sent, roundTrips: (end - start) / roundTrip }
      })
    const begun = (tag: string) =>
      Effect.gen(function*() {
        const { ref } = yield* Effect.flatMap(backend, (one) => Effect.flatMap(input(tag), one.build))
        yield* Effect.sleep("5 seconds")
        return ref
      })
    const ended = (tag: string) =>
      Effect.gen(function*() {
        const ref = yield* begun(tag)
        yield* control.release(ref, FakeCluster.succeeds())
        yield* Effect.flatMap(backend, (one) => one.result(ref))
        return ref
      })
    return { control, process, backend, measured, begun, ended }
  })
  const tags = Array.from({ length: 10 }, (_, index) => String(index))
  return {
    selection: Effect.flatMap(world, ({ measured, process }) => measured(Effect.flatMap(process, selection))),
    first: Effect.gen(function*() {
      const { backend, measured } = yield* world
      const one = yield* backend
      return yield* measured(Effect.flatMap(input("1"), one.build))
    }),
    new: Effect.gen(function*() {
      const { measured, process } = yield* world
      const one = yield* Effect.flatMap(process, selection)
      return yield* measured(Effect.flatMap(input("1"), one.build))
    }),
    again: Effect.gen(function*() {
      const { backend, begun, measured } = yield* world
      yield* begun("1")
      const one = yield* backend
      yield* Effect.flatMap(input("2"), one.build)
      const given = yield* input("1")
      return yield* measured(one.build(given, { again: true }))
    }),
    running: Effect.gen(function*() {
      const { backend, begun, measured } = yield* world
      yield* begun("1")
      const one = yield* backend
      return yield* measured(Effect.flatMap(input("1"), one.build))
    }),
    selected: Effect.gen(function*() {
      const { begun, measured, process } = yield* world
      yield* begun("1")
      const one = yield* Effect.flatMap(process, selection)
      return yield* measured(Effect.flatMap(input("1"), one.build))
    }),
    ended: Effect.gen(function*() {
      const { backend, ended, measured } = yield* world
      yield* ended("1")
      const one = yield* backend
      return yield* measured(Effect.flatMap(input("1"), one.build))
    }),
    status: Effect.gen(function*() {
      const { backend, begun, measured } = yield* world
      const ref = yield* begun("1")
      const one = yield* backend
      return yield* measured(one.status(ref))
    }),
    outcome: Effect.gen(function*() {
      const { backend, ended, measured } = yield* world
      const ref = yield* ended("1")
      const one = yield* backend
      return yield* measured(one.status(ref))
    }),
    list: Effect.gen(function*() {
      const { backend, begun, measured } = yield* world
      yield* Effect.forEach(tags, begun)
      const one = yield* backend
      return yield* measured(one.list())
    }),
    cancel: Effect.gen(function*() {
      const { backend, begun, measured } = yield* world
      const ref = yield* begun("1")
      const one = yield* backend
      return yield* measured(one.cancel(ref))
    }),
    remove: Effect.gen(function*() {
      const { backend, begun, measured } = yield* world
      const ref = yield* begun("1")
      const one = yield* backend
      return yield* measured(one.remove(ref))
    }),
    prune: Effect.gen(function*() {
      const { backend, ended, measured } = yield* world
      yield* Effect.forEach(tags, ended)
      const one = yield* backend
      return yield* measured(one.prune({ olderThan: 0 }))
    }),
    run: Effect.gen(function*() {
      const { control, measured, process } = yield* world
      yield* control.outcome(FakeCluster.succeeds())
      const given = yield* input("1")
      return yield* measured(
        Effect.scoped(Effect.flatMap(Effect.flatMap(process, selection), (one) => one.run(given)))
      )
    })
  }
}

/** What an operation costs on the cluster that a backend is for. */
export const of = (name: Name, operation: Operation): Cost => inTime(measurements(name)[operation])

/** What each of them costs. */
export const all = (name: Name): ReadonlyArray<readonly [Operation, Cost]> =>
  operationNames.map((operation) => [operation, of(name, operation)])
