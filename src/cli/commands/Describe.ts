/**
 * `os-builder describe`: everything that is known about one build: its status, its attempts, their pods and events.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Option from "effect/Option"
import * as BuildBackend from "../../core/BuildBackend.js"
import type { BuildRef } from "../../core/BuildRef.js"
import * as Backends from "../Backends.js"
import type { CliError } from "../CliError.js"
import * as Description from "../Description.js"
import * as JsonLine from "../JsonLine.js"
import type { NodeServices } from "../NodeServices.js"
import { Output } from "../Output.js"
import { bounded, type OneBuild } from "./Builds.js"

/**
 * @since 0.1.0
 * @category commands
 */
export const describe = (
  { json, ref, settings }: OneBuild
): Effect.Effect<void, CliError | ConfigError, Backends.Backends | NodeServices | Output> =>
  Effect.gen(function*() {
    const output = yield* Output
    const backend = yield* Backends.ofBuild(ref)
    const read = Effect.all({
      ref: Effect.succeed(ref),
      status: BuildBackend.status(ref),
      summary: summaryOf(ref),
      objects: backend.objects(ref, settings)
    })
    const description = yield* Effect.provide(
      bounded(settings, `describe ${ref}`, read),
      backend.layer({ ...settings, namespace: ref.namespace })
    )
    const lines = json
      ? [JsonLine.encode(JsonLine.description(description))]
      : Description.format(description, output.live ? yield* output.columns : Number.POSITIVE_INFINITY)
    yield* output.write(lines.map((line) => `${line}\n`).join(""))
  })

const summaryOf = (ref: BuildRef) => {
  // As records are named: a list by fingerprint is shorter than one of all builds.
  const [, fingerprint] = /^os-build-([a-z0-9]{26})-\d+$/.exec(ref.name) ?? []
  return Effect.map(
    BuildBackend.list({ namespace: ref.namespace, fingerprint }),
    (summaries) => Option.fromNullable(summaries.find((summary) => summary.ref.uid === ref.uid))
  )
}
