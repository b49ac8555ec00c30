/**
 * `os-builder rbac`: the permissions that a backend needs, as manifests for `kubectl`; reaches no cluster.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import type { Name } from "../../selection/BuiltInCandidates.js"
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
  readonly backend: "auto" | Name | undefined
  readonly namespace: string | undefined
  readonly upload: boolean
  readonly git: boolean
}

/**
 * @since 0.1.0
 * @category commands
 */
export const rbac = (
  { backend = "auto", git, json, namespace = "default", upload }: Options
): Effect.Effect<void, ConfigError, Output> =>
  Effect.gen(function*() {
    const output = yield* Output
    const ClusterBackends = yield* Effect.promise(() => import("../ClusterBackends.js"))
    const needs = yield* ClusterBackends.needs(backend, { git, upload })
    const objects = Rbac.objects(needs, { backend, namespace })
    yield* output.write(
      json
        ? objects.map((object) => `${JsonLine.encode({ type: "object", object })}\n`).join("")
        : heading(backend, namespace) + Yaml.format(objects)
    )
  })

const heading = (backend: string, namespace: string): string =>
  [
    `# Permissions of \`os-builder --backend ${backend}\` in namespace ${namespace} (-n NAMESPACE for another one).`,
    "# To grant them to people, bind the roles to users instead of the service account os-builder."
  ].map((line) => `${line}\n`).join("")
