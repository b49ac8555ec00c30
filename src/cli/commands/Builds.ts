/**
 * The commands about existing builds: `status`, `logs`, `cancel`, `remove`, `list`, `prune`.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Option from "effect/Option"
import * as ParseResult from "effect/ParseResult"
import * as Schema from "effect/Schema"
import * as Stream from "effect/Stream"
import * as BuildBackend from "../../core/BuildBackend.js"
import * as BuildRef from "../../core/BuildRef.js"
import * as DurationText from "../../core/DurationText.js"
import * as Backends from "../Backends.js"
import * as BackendSettings from "../BackendSettings.js"
import { type CliError, UsageError } from "../CliError.js"
import * as JsonLine from "../JsonLine.js"
import type { NodeServices } from "../NodeServices.js"
import { Output } from "../Output.js"
import * as Render from "../Render.js"

type Command = Effect.Effect<void, CliError | ConfigError, Backends.Backends | NodeServices | Output>

/**
 * @since 0.1.0
 * @category models
 */
export interface OneBuild {
  readonly json: boolean
  readonly ref: string
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ManyBuilds {
  readonly json: boolean
  readonly backend: string
  readonly namespace: string | undefined
}

const using = <A, E>(
  { backend, namespace }: Pick<ManyBuilds, "backend" | "namespace">,
  effect: Effect.Effect<A, E, BuildBackend.BuildBackend | Output>
) =>
  Effect.flatMap(Backends.find(backend), ({ layer }) =>
    // Existing builds keep the settings that they were submitted with.
    Effect.provide(effect, layer({ ...BackendSettings.none, namespace })))

const withBuild = <A, E>(
  text: string,
  use: (ref: BuildRef.BuildRef) => Effect.Effect<A, E, BuildBackend.BuildBackend | Output>
) =>
  Schema.decodeEither(BuildRef.FromString)(text).pipe(
    Either.mapLeft((error) => {
      const why = ParseResult.ArrayFormatter.formatErrorSync(error).map(({ message }) => message).join("; ")
      return new UsageError({ problems: [`${JSON.stringify(text)} is not the ref of a build: ${why}`] })
    }),
    Effect.flatMap((ref) => using(ref, use(ref)))
  )

const print = (json: boolean, line: JsonLine.JsonLine, words: ReadonlyArray<string>) =>
  Effect.flatMap(Output, (output) => output.write(`${json ? JsonLine.encode(line) : words.join("\n")}\n`))

/**
 * @since 0.1.0
 * @category commands
 */
export const status = ({ json, ref }: OneBuild): Command =>
  withBuild(ref, (ref) =>
    Effect.flatMap(
      BuildBackend.status(ref),
      (status) => print(json, { type: "status", ref, status }, Render.statusInFull(status))
    ))

/**
 * @since 0.1.0
 * @category commands
 */
export const logs = (
  { follow, json, ref, tail }: OneBuild & { readonly follow: boolean; readonly tail: number | undefined }
): Command =>
  withBuild(ref, (ref) =>
    Stream.runForEach(
      BuildBackend.logs(ref, { follow, tailLines: tail }),
      (line) => print(json, { type: "log", line }, [line])
    ))

/**
 * Cancels the build and prints its status: it may have ended before.
 *
 * @since 0.1.0
 * @category commands
 */
export const cancel = ({ json, ref }: OneBuild): Command =>
  withBuild(ref, (ref) =>
    BuildBackend.cancel(ref).pipe(
      Effect.zipRight(Effect.option(BuildBackend.status(ref))),
      Effect.flatMap(Option.match({
        onNone: () => print(json, { type: "removed", ref }, [`${ref} does not exist`]),
        onSome: (status) => print(json, { type: "status", ref, status }, [`${ref}: ${Render.status(status)}`])
      }))
    ))

/**
 * @since 0.1.0
 * @category commands
 */
export const remove = ({ json, ref }: OneBuild): Command =>
  withBuild(ref, (ref) => Effect.zipRight(BuildBackend.remove(ref), removed(json, ref)))

const removed = (json: boolean, ref: BuildRef.BuildRef) => print(json, { type: "removed", ref }, [`Removed ${ref}`])

/**
 * @since 0.1.0
 * @category commands
 */
export const list = ({ backend, json, namespace, watch }: ManyBuilds & { readonly watch: boolean }): Command =>
  using(
    { backend, namespace },
    watch
      ? Stream.runForEach(BuildBackend.watch({ namespace }), (summary) =>
        print(json, { type: "build", ...summary }, [`${summary.ref}: ${Render.status(summary.status)}`]))
      : Effect.flatMap(BuildBackend.list({ namespace }), (summaries) =>
        json
          ? Effect.forEach(summaries, (summary) =>
            print(true, { type: "build", ...summary }, []), { discard: true })
          : Effect.flatMap(Output, (output) => output.write(`${Render.table(summaries).join("\n")}\n`)))
  )

/**
 * @since 0.1.0
 * @category commands
 */
export const prune = (
  options: ManyBuilds & { readonly olderThan: string; readonly keep: number | undefined }
): Command => {
  const olderThan = DurationText.parse(options.olderThan)
  if (Option.isNone(olderThan)) {
    const problem = `--older-than: invalid duration ${JSON.stringify(options.olderThan)}; use for example 90s or 7d`
    return new UsageError({ command: "prune", problems: [problem] })
  }
  return using(
    options,
    BuildBackend.prune({ olderThan: olderThan.value, keep: options.keep, namespace: options.namespace }).pipe(
      Effect.flatMap(Effect.forEach((ref) => removed(options.json, ref), { discard: true }))
    )
  )
}
