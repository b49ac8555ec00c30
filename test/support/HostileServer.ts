/**
 * A cluster service for a hostile server, and the assertion that its responses cause typed errors.
 */
import { assert } from "@effect/vitest"
import { Cause, Effect, Exit, Option, Random } from "effect"
import { ClusterError } from "effect-os-builder"
import * as KubernetesCluster from "../../src/kubernetes/KubernetesCluster.js"
import { type Manifest, manifest, type ObjectMeta, type Pod } from "./Manifest.js"
import * as TestServer from "./TestServer.js"

export const token = "a-secret-token"

/** A cluster service for a server, with a bearer token. */
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

/** A cluster service for a new server with this handler. */
export const clusterAt = (handler: TestServer.Handler, options?: KubernetesCluster.Options) =>
  Effect.gen(function*() {
    const server = yield* TestServer.serve(handler)
    return { server, cluster: yield* connect(server.url, options) }
  })

/** The typed error of an effect that has to fail; asserts that it is not a defect and short enough for logs. */
export const errorOf = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<ClusterError.ClusterError> =>
  Effect.map(Effect.exit(effect), (exit) => {
    assert(Exit.isFailure(exit), "expected a failure")
    const error = Option.getOrUndefined(Cause.failureOption(exit.cause))
    assert(error instanceof ClusterError.ClusterError, Cause.pretty(exit.cause).slice(0, 2000))
    assert.isBelow(error.message.length, 8_000)
    return error
  })

export const impatiently = Effect.withRandom(Random.fixed([0]))

export const pod = (more: Manifest<ObjectMeta> = {}) =>
  manifest<Pod>({ metadata: { name: "a", namespace: "ns", uid: "u", resourceVersion: "1", ...more } })

/** JSON of nested lists. */
export const deep = (levels: number): string => "[".repeat(levels) + "]".repeat(levels)
