/**
 * What attaching to a container does, on each cluster whose pods run programs: the fake, the fake behind HTTPS, and a real API server
 * in front of the fake's kubelet.
 */
import { assert } from "@effect/vitest"
import { Chunk, Effect, Fiber, Option, type Scope, Stream } from "effect"
import type { Cluster, ClusterError } from "effect-os-builder"
import { createHash } from "node:crypto"
import type { PodProgram } from "../../src/fake/kubelet/Program.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { refusal } from "../support/ClusterCase.js"

/** The container `sum` logs the SHA-256 of its standard input; `silent` reads nothing. */
export const program: PodProgram = (container, { stdin }) => ({
  steps: container === "silent"
    ? Stream.never
    : Stream.unwrap(Effect.map(
      Stream.runFold(stdin, createHash("sha256"), (hash, bytes) => hash.update(bytes)),
      (hash) => Stream.make({ _tag: "Log" as const, line: `sum ${hash.digest("hex")}` })
    ))
})

export interface Place {
  readonly cluster: Cluster.Service
  /** May get `pods/attach`, and not create it. */
  readonly reader: Cluster.Service
  /** Waits a little. */
  readonly pass: Effect.Effect<void>
}

type Case = (place: Place) => Effect.Effect<void, ClusterError.ClusterError, Scope.Scope>

const run = ({ cluster, pass }: Place, name: string, containers: ReadonlyArray<string>) =>
  Effect.gen(function*() {
    yield* cluster.create(Resources.Pod, {
      metadata: { name },
      spec: {
        restartPolicy: "Never",
        containers: containers.map((name) => ({ name, image: "localhost/none", stdin: true, stdinOnce: true }))
      }
    })
    yield* Effect.repeat(Effect.zipRight(pass, cluster.get(Resources.Pod, name)), {
      until: ({ status }) => status?.phase === "Running"
    })
  })

const text = (output: Chunk.Chunk<Cluster.AttachOutput>) =>
  Buffer.concat(Chunk.toReadonlyArray(output).map(({ bytes }) => bytes)).toString()

const parts = Array.from({ length: 50 }, (_, index) => Buffer.alloc(100_000, index))

const sum = (bytes: ReadonlyArray<Uint8Array>) =>
  `sum ${createHash("sha256").update(Buffer.concat(bytes)).digest("hex")}`

/** The log of a pod that has ended. */
const logOf = ({ cluster, pass }: Place, name: string) =>
  Effect.zipRight(
    Effect.repeat(Effect.zipRight(pass, cluster.get(Resources.Pod, name)), {
      until: ({ status }) => status?.phase === "Succeeded"
    }),
    Effect.map(Stream.runCollect(cluster.logs(Resources.Pod, name)), Chunk.join("\n"))
  )

export const cases: Readonly<Record<string, Case>> = {
  "sends standard input and its end, and emits the output": (place) =>
    Effect.gen(function*() {
      yield* run(place, "whole", ["sum"])
      const output = yield* Stream.runCollect(
        place.cluster.attach(Resources.Pod, "whole", { stdin: Stream.fromIterable(parts) })
      )
      assert.strictEqual(text(output).trim(), sum(parts))
      assert.strictEqual(yield* logOf(place, "whole"), sum(parts))
    }),

  "standard input that fails ends the attachment, and the container reads its end": (place) =>
    Effect.gen(function*() {
      yield* run(place, "cut", ["sum"])
      const stdin = Stream.concat(Stream.fromIterable(parts.slice(0, 3)), Stream.fail("the folder is gone" as const))
      const error = yield* place.cluster.attach(Resources.Pod, "cut", { stdin }).pipe(
        Stream.runDrain,
        Effect.catchIf((error) => error === "the folder is gone", (error) => Effect.succeed(error))
      )
      assert.strictEqual(error, "the folder is gone")
      assert.match(yield* logOf(place, "cut"), /^sum /)
    }),

  "a client that is interrupted ends the standard input of its container": (place) =>
    Effect.gen(function*() {
      yield* run(place, "left", ["sum"])
      const sent = yield* Effect.makeLatch(false)
      const stdin = Stream.concat(
        Stream.make(new Uint8Array([1, 2, 3])),
        Stream.fromEffect(Effect.zipRight(sent.open, Effect.never))
      )
      const attached = yield* Effect.fork(Stream.runDrain(place.cluster.attach(Resources.Pod, "left", { stdin })))
      yield* sent.await
      yield* place.pass
      yield* Fiber.interrupt(attached)
      assert.strictEqual(yield* logOf(place, "left"), sum([new Uint8Array([1, 2, 3])]))
    }),

  "a container that reads nothing holds the sender back": (place) =>
    Effect.gen(function*() {
      yield* run(place, "held", ["silent"])
      let sent = 0
      const stdin = Stream.repeatEffect(Effect.sync(() => {
        sent += 1_000_000
        return new Uint8Array(1_000_000)
      })).pipe(Stream.take(400))
      const attached = yield* Effect.fork(Stream.runDrain(place.cluster.attach(Resources.Pod, "held", { stdin })))
      yield* Effect.repeat(place.pass, { times: 15 })
      assert.isAtLeast(sent, 1_000_000)
      assert.isBelow(sent, 60_000_000)
      assert.isTrue(Option.isNone(yield* Fiber.poll(attached)))
      yield* Fiber.interrupt(attached)
    }),

  "of several containers one has to be named": (place) =>
    Effect.gen(function*() {
      yield* run(place, "two", ["silent", "sum"])
      const unnamed = yield* refusal(Stream.runDrain(place.cluster.attach(Resources.Pod, "two")))
      assert.strictEqual(unnamed.reason, "Invalid")
      assert.match(unnamed.message, /^Cannot create pods\/attach .*a container name must be specified for pod two/)
      const unknown = yield* refusal(Stream.runDrain(place.cluster.attach(Resources.Pod, "two", { container: "x" })))
      assert.match(unknown.message, /container x is not valid for pod two/)
      const output = yield* Stream.runCollect(
        place.cluster.attach(Resources.Pod, "two", { container: "sum", stdin: Stream.make(new Uint8Array([7])) })
      )
      assert.strictEqual(text(output).trim(), sum([new Uint8Array([7])]))
    }),

  "a container that has ended cannot be attached to": (place) =>
    Effect.gen(function*() {
      yield* run(place, "over", ["sum"])
      yield* Stream.runDrain(place.cluster.attach(Resources.Pod, "over", { stdin: Stream.empty }))
      yield* logOf(place, "over")
      const error = yield* refusal(Stream.runDrain(place.cluster.attach(Resources.Pod, "over")))
      assert.strictEqual(error.code, 500)
    }),

  "a pod that does not exist is NotFound": ({ cluster }) =>
    Effect.gen(function*() {
      const error = yield* refusal(Stream.runDrain(cluster.attach(Resources.Pod, "none")))
      assert.strictEqual(error.reason, "NotFound")
    }),

  "the permission to get pods/attach is not enough": (place) =>
    Effect.gen(function*() {
      yield* run(place, "guarded", ["silent"])
      const error = yield* refusal(Stream.runDrain(place.reader.attach(Resources.Pod, "guarded")))
      assert.strictEqual(error.reason, "Forbidden")
      assert.match(error.message, /pods "guarded" is forbidden: $/)
    })
}
