/**
 * A cluster at a server that does what a test says, and the judgement that whatever it did came to a typed error.
 */
import { assert } from "@effect/vitest"
import { Cause, Effect, Exit, Option, Random } from "effect"
import { ClusterError } from "effect-os-builder"
import * as KubernetesCluster from "../../src/kubernetes/KubernetesCluster.js"
import * as TestServer from "./TestServer.js"

export const token = "a-secret-token"

/** A cluster at a server, known there by a token; what is to be repeated is repeated without a pause. */
export const connect = (url: string, options?: KubernetesCluster.Options & { readonly token?: string }) =>
  Effect.gen(function*() {
    const { ca } = yield* TestServer.TestAuthority
    return yield* KubernetesCluster.fromKubeConfig(
      TestServer.config(url, (applied) => {
        applied["ca"] = ca
        applied["headers"] = { Authorization: `Bearer ${options?.token ?? token}` }
      }),
      options
    )
  })

/** A cluster at a server of its own. */
export const clusterAt = (handler: TestServer.Handler, options?: KubernetesCluster.Options) =>
  Effect.gen(function*() {
    const server = yield* TestServer.serve(handler)
    return { server, cluster: yield* connect(server.url, options) }
  })

/** The error in which an effect ends: a typed one, never a defect, and short enough to be logged. */
export const errorOf = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<ClusterError.ClusterError> =>
  Effect.map(Effect.exit(effect), (exit) => {
    assert(Exit.isFailure(exit), "a failure was expected")
    const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
    assert(error instanceof ClusterError.ClusterError, Cause.pretty(exit.cause).slice(0, 2000))
    assert.isBelow(error.message.length, 8_000)
    return error
  })

export const impatiently = Effect.withRandom(Random.fixed([0]))

export const pod = (more?: object) => ({
  metadata: { name: "a", namespace: "ns", uid: "u", resourceVersion: "1", ...more }
})

/** JSON of a text or list in a list in a list … */
export const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels)
