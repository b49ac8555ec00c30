/**
 * Prints how many bytes each of many `changes` streams keeps while it waits, with the record of its request in the fake. Run with
 * `--expose-gc`, in a process of its own.
 */
import { Effect, Layer, Stream } from "effect"
import * as CustomBuildBackend from "../../src/backends/CustomBuildBackend.js"
import * as BuildBackend from "../../src/core/BuildBackend.js"
import * as BuildInput from "../../src/core/BuildInput.js"
import * as FakeCluster from "../../src/testing/FakeCluster.js"
import { alive } from "../support/HeapUsed.js"

const builds = 50

/** Of each build. */
const streams = 6

const program = Effect.gen(function*() {
  const backend = yield* BuildBackend.BuildBackend
  const refs = yield* Effect.forEach(
    Array.from({ length: builds }, (_, index) => index),
    (index) =>
      Effect.gen(function*() {
        const input = yield* BuildInput.make({
          dockerfile: "FROM scratch\n",
          baseImage: { pullspec: "registry.example.com/base:1" },
          finalImage: { pullspec: `registry.example.com/os-${index}:1` }
        })
        const { ref } = yield* backend.build(input)
        return ref
      })
  )
  let statuses = 0
  const follow = (each: typeof refs) =>
    Effect.forEach(
      each,
      (ref) => Effect.forkScoped(Stream.runForEach(backend.changes(ref), () => Effect.sync(() => statuses++))),
      {
        discard: true
      }
    )
  // The first stream brings the informers with it, and the second of a build has nothing of the build itself.
  yield* follow(refs)
  yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => statuses >= builds })
  const before = yield* alive
  for (let stream = 0; stream < streams; stream++) yield* follow(refs)
  yield* Effect.repeat(Effect.sleep("20 millis"), { until: () => statuses >= builds * (streams + 1) })
  return { streams: builds * streams, kept: ((yield* alive) - before) / (builds * streams) }
})

const layer = Layer.provideMerge(CustomBuildBackend.layer, FakeCluster.layer({ outcome: FakeCluster.held }))

process.stdout.write(JSON.stringify(await Effect.runPromise(Effect.scoped(Effect.provide(program, layer)))))
process.exit()
