/**
 * `os-builder rbac`: the permissions that a backend needs, as manifests for `kubectl`; reaches no cluster.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
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
  readonly upload: boolean
  readonly git: boolean
}

/**
 * @since 0.1.0
 * @category commands
 */
export const rbac = (
  { backend, git, json, namespace = "default", upload }: Options
): Effect.Effect<void, CliError | ConfigError, Output> =>
  Effect.gen(function*() {
    const output = yield* Output
    const ClusterBackends = yield* Effect.promise(() => import("../ClusterBackends.js"))
    const needs = yield* ClusterBackends.needs(backend, { git, upload })
    if (Option.isNone(needs)) {
      return yield* wrong(`--backend must be one of auto, ${ClusterBackends.names.join(", ")}, which run on a cluster`)
    }
    const objects = Rbac.objects(needs.value, { backend, namespace })
    yield* output.write(
      json
        ? objects.map((object) => `${JsonLine.encode({ type: "object", object })}\n`).join("")
        : heading(backend, namespace) + Yaml.format(objects)
    )
  })

const wrong = (problem: string) => new UsageError({ command: "rbac", problems: [problem] })

const heading = (backend: string, namespace: string): string =>
  [
    `# Permissions of \`os-builder --backend ${backend}\` in namespace ${namespace} (-n NAMESPACE for another one).`,
    "# To grant them to people, bind the roles to users instead of the service account os-builder."
  ].map((line) => `${line}\n`).join("")
