/**
 * How many connections the live client opens.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Layer } from "effect"
import { BuildBackend, BuildInput, Cluster, Resources } from "effect-os-builder"
import * as diagnostics from "node:diagnostics_channel"
import { backends, behindHttps } from "../support/Worlds.js"

const received = "http.server.request.start"

const isReceived = (message: unknown): message is { readonly socket: object } =>
  typeof message === "object" && message !== null && "socket" in message

/** Over how many connections the served clusters of this process receive the requests of an effect. */
const used = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<number, E, R> =>
  Effect.suspend(() => {
    const sockets = new Set<unknown>()
    const count = (message: unknown) => {
      if (isReceived(message)) sockets.add(message.socket)
    }
    diagnostics.subscribe(received, count)
    return Effect.ensuring(effect, Effect.sync(() => diagnostics.unsubscribe(received, count))).pipe(
      Effect.map(() => sockets.size)
    )
  })

const input = Effect.orDie(BuildInput.make({
  dockerfile: "ARG BASE_IMAGE\nFROM $BASE_IMAGE\nRUN true\n",
  baseImage: { pullspec: "registry.example.com/base:1" },
  finalImage: { pullspec: "registry.example.com/os:1" }
}))

describe.sequential("connections", () => {
  for (const backend of backends) {
    it.scopedLive(`connections: ${backend.name} takes few for a build`, () =>
      Effect.gen(function*() {
        const world = yield* Layer.build(behindHttps(backend))
        const connections = yield* used(Effect.provide(Effect.flatMap(input, BuildBackend.run), world))
        // One for each watch, and one for everything else.
        assert.isAtLeast(connections, 1)
        assert.isAtMost(connections, 4)
      }))
  }

  for (const backend of backends.slice(0, 1)) {
    it.scopedLive("connections: a hundred requests in turn take one", () =>
      Effect.gen(function*() {
        const world = yield* Layer.build(behindHttps(backend))
        const lists = Effect.repeat(Cluster.list(Resources.Pod), { times: 99 })
        assert.strictEqual(yield* used(Effect.provide(lists, world)), 1)
      }))
  }
})
