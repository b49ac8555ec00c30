/**
 * `os-builder rbac`: the least that a backend has to be allowed, to be applied with `kubectl`; asks no cluster.
 *
 * @since 0.1.0
 */
import * as Effect from "effect/Effect"
import { type CliError, UsageError } from "../CliError.js"
import * as JsonLine from "../JsonLine.js"
import { Output } from "../Output.js"
import * as Rbac from "../Rbac.js"
import * as Yaml from "../Yaml.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly json: boolean
  readonly backend: string
  readonly namespace: string | undefined
}

/**
 * @since 0.1.0
 * @category commands
 */
export const rbac = ({ backend, json, namespace = "default" }: Options): Effect.Effect<void, CliError, Output> =>
  Effect.gen(function*() {
    const output = yield* Output
    const ClusterBackends = yield* Effect.promise(() => import("../ClusterBackends.js"))
    const needs = ClusterBackends.needs(backend)
    if (needs === undefined) {
      return yield* new UsageError({
        command: "rbac",
        problem: `--backend must be one of auto, ${ClusterBackends.names.join(", ")}: those that are on a cluster.`
      })
    }
    const objects = Rbac.objects(needs, namespace)
    yield* output.write(
      json
        ? objects.map((object) => `${JsonLine.encode({ type: "object", object })}\n`).join("")
        : heading(backend, namespace) + Yaml.format(objects)
    )
  })

const heading = (backend: string, namespace: string): string =>
  `# What os-builder needs for --backend ${backend} in namespace ${namespace}; another one: -n NAMESPACE\n`
