/**
 * `os-builder probe`: prints which backends the cluster supports, and which would be chosen. Builds nothing.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import type { BackendSettings } from "../BackendSettings.js"
import { type CliError, NothingAvailable } from "../CliError.js"
import * as JsonLine from "../JsonLine.js"
import { ClusterAccess } from "../NodeServices.js"
import { Output } from "../Output.js"
import * as Render from "../Render.js"

/**
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly json: boolean
  /** Whether the builds are of uploaded contexts. */
  readonly upload: boolean
  readonly settings: BackendSettings
}

/** Short, since a user waits for the result and can run the command again. */
export const timeout = Duration.seconds(10)

/**
 * @since 0.1.0
 * @category commands
 */
export const probe = (
  { json, settings, upload }: Options
): Effect.Effect<void, CliError | ConfigError, ClusterAccess | Output> =>
  Effect.gen(function*() {
    const output = yield* Output
    const ClusterBackends = yield* Effect.promise(() => import("../ClusterBackends.js"))
    const cluster = { ...settings.cluster, requestTimeout: settings.cluster.requestTimeout ?? timeout }
    const report = yield* Effect.provide(
      ClusterBackends.probe({ ...settings, cluster }, { upload }),
      (yield* ClusterAccess)(settings.cluster)
    )
    const lines = json
      ? JsonLine.probes(report).map(JsonLine.encode)
      : Render.probes(report, output.live ? yield* output.columns : Number.POSITIVE_INFINITY)
    yield* output.write(lines.map((line) => `${line}\n`).join(""))
    if (report.first?.verdict._tag !== "Available") return yield* new NothingAvailable()
  })
