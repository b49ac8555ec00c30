/**
 * The commands about existing builds: `status`, `wait`, `logs`, `cancel`, `remove`, `list`, `prune`.
 *
 * @since 0.1.0
 */
import type { ConfigError } from "effect/ConfigError"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Predicate from "effect/Predicate"
import * as Stream from "effect/Stream"
import * as BuildBackend from "../../core/BuildBackend.js"
import { BackendError } from "../../core/BuildError.js"
import type { BuildRef } from "../../core/BuildRef.js"
import * as DurationText from "../../core/DurationText.js"
import * as RetryPolicy from "../../effect/RetryPolicy.js"
import * as Backends from "../Backends.js"
import type { BackendSettings } from "../BackendSettings.js"
import { type CliError, StillRunning } from "../CliError.js"
import type { JsonLine } from "../JsonLine.js"
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
  readonly ref: BuildRef
  readonly settings: BackendSettings
}

/**
 * @since 0.1.0
 * @category models
 */
export interface ManyBuilds {
  readonly json: boolean
  readonly backend: string
  readonly settings: BackendSettings
}

type Use = Effect.Effect<void, CliError, BuildBackend.BuildBackend | Output>

const using = (command: string, { backend, settings }: ManyBuilds, use: Use): Command =>
  Effect.flatMap(Backends.find(backend, command), ({ layer }) => Effect.provide(use, layer(settings)))

const withBuild = ({ ref, settings }: OneBuild, use: Use): Command =>
  Effect.flatMap(
    Backends.ofBuild(ref),
    ({ layer }) => Effect.provide(use, layer({ ...settings, namespace: ref.namespace }))
  )

/**
 * Fails an operation that takes longer than `--request-timeout`. Waiting for a build is not such an operation.
 *
 * @since 0.1.0
 * @category combinators
 */
export const bounded = <A, E, R>(
  { cluster: { requestTimeout } }: BackendSettings,
  operation: string,
  effect: Effect.Effect<A, E, R>
): Effect.Effect<A, E | BackendError, R | BuildBackend.BuildBackend> =>
  requestTimeout === undefined ?
    effect :
    Effect.flatMap(BuildBackend.BuildBackend, ({ name }) => {
      let last: unknown
      const observed = Effect.provideService(effect, RetryPolicy.Observer, (error) => {
        last = error
      })
      return Effect.timeoutFail(observed, {
        duration: requestTimeout,
        onTimeout: () =>
          new BackendError({
            backend: name,
            reason: "Timeout",
            operation,
            detail: `no response within ${DurationText.format(requestTimeout)}${
              Predicate.isError(last) ? `; the last attempt failed: ${last.message}` : ""
            }`,
            cause: last
          })
      })
    })

/** Prints the document or the lines of text; the schemas of documents are loaded only for the former. */
const printer = (json: boolean) =>
  Effect.flatMap(Output, ({ write }) =>
    json
      ? Effect.map(
        Effect.promise(() => import("../JsonLine.js")),
        ({ encode }) => (line: JsonLine, _words: ReadonlyArray<string>) => write(`${encode(line)}\n`)
      )
      : Effect.succeed((_document: JsonLine, lines: ReadonlyArray<string>) => write(`${lines.join("\n")}\n`)))

const print = (json: boolean, document: JsonLine, lines: ReadonlyArray<string>) =>
  Effect.flatMap(printer(json), (print) => print(document, lines))

/**
 * Prints the status, and succeeds whatever it is.
 *
 * @since 0.1.0
 * @category commands
 */
export const status = (options: OneBuild): Command => {
  const { json, ref, settings } = options
  return withBuild(
    options,
    Effect.flatMap(
      bounded(settings, `read the status of ${ref}`, BuildBackend.status(ref)),
      (status) => print(json, { type: "status", ref, status }, Render.statusInFull(status))
    )
  )
}

/**
 * Waits for the build to end, prints its image, and fails unless it succeeded.
 *
 * @since 0.1.0
 * @category commands
 */
export const wait = (options: OneBuild & { readonly timeout: Duration.Duration | undefined }): Command => {
  const { json, ref, timeout = Duration.infinity } = options
  return withBuild(
    options,
    BuildBackend.result(ref).pipe(
      Effect.timeoutFail({ duration: timeout, onTimeout: () => new StillRunning({ ref, timeout }) }),
      Effect.flatMap((image) => print(json, { type: "result", ref, image }, [image.pullspec]))
    )
  )
}

/**
 * Prints the log, and succeeds whatever the status is.
 *
 * @since 0.1.0
 * @category commands
 */
export const logs = (
  options: OneBuild & { readonly follow: boolean; readonly tail: number | undefined }
): Command =>
  withBuild(
    options,
    Effect.flatMap(printer(options.json), (print) =>
      Stream.runForEach(
        Stream.zipWithIndex(BuildBackend.logs(options.ref, { follow: options.follow, tailLines: options.tail })),
        ([line, index]) =>
          // The number of the first line of a tail is not known.
          print({ type: "log", line, ...(options.tail === undefined ? { number: index + 1 } : {}) }, [line])
      ))
  )

/**
 * Cancels the build and prints its status: it may have ended before.
 *
 * @since 0.1.0
 * @category commands
 */
export const cancel = (options: OneBuild): Command => {
  const { json, ref, settings } = options
  const cancelled = BuildBackend.status(ref).pipe(
    Effect.zipRight(BuildBackend.cancel(ref)),
    Effect.zipRight(BuildBackend.status(ref))
  )
  return withBuild(
    options,
    Effect.flatMap(
      bounded(settings, `cancel ${ref}`, cancelled),
      (status) => print(json, { type: "status", ref, status }, [`${ref}: ${Render.status(status)}`])
    )
  )
}

/**
 * Removes the build; `ignoreNotFound`: succeeds without a line if there is none, as `kubectl delete` does.
 *
 * @since 0.1.0
 * @category commands
 */
export const remove = (options: OneBuild & { readonly ignoreNotFound: boolean }): Command => {
  const { ignoreNotFound, json, ref, settings } = options
  const exists = BuildBackend.status(ref).pipe(
    Effect.as(true),
    // Other errors of the status do not matter: a record that cannot be read can still be removed.
    Effect.catchTag("BackendError", () => Effect.succeed(true)),
    Effect.catchTag("BuildNotFound", (notFound) => ignoreNotFound ? Effect.succeed(false) : notFound)
  )
  return withBuild(
    options,
    Effect.flatMap(
      bounded(settings, `remove ${ref}`, Effect.zipLeft(exists, BuildBackend.remove(ref))),
      (existed) => existed ? removed(json, ref) : Effect.void
    )
  )
}

const removed = (json: boolean, ref: BuildRef) => print(json, { type: "removed", ref }, [`Removed ${ref}`])

/**
 * @since 0.1.0
 * @category commands
 */
export const list = (
  options: ManyBuilds & {
    readonly metadata: Readonly<Record<string, string>>
    readonly quiet: boolean
    readonly watch: boolean
  }
): Command => {
  const { json, metadata, quiet, settings, watch } = options
  const only = { namespace: settings.namespace, metadata }
  const one = (summary: BuildBackend.BuildSummary) =>
    print(json, { type: "build", ...summary }, [
      quiet ? String(summary.ref) : `${summary.ref}: ${Render.status(summary.status)}`
    ])
  return using(
    "list",
    options,
    watch
      ? Stream.runForEach(BuildBackend.watch(only), one)
      : Effect.flatMap(
        bounded(settings, "list builds", BuildBackend.list(only)),
        (summaries) =>
          json || quiet
            ? Effect.forEach(summaries, one, { discard: true })
            : Effect.flatMap(Output, (output) => output.write(`${Render.table(summaries).join("\n")}\n`))
      )
  )
}

/**
 * @since 0.1.0
 * @category commands
 */
export const prune = (
  options: ManyBuilds & { readonly olderThan: Duration.Duration; readonly keep: number | undefined }
): Command => {
  const { json, keep, olderThan, settings } = options
  return using(
    "prune",
    options,
    Effect.flatMap(
      bounded(settings, "prune builds", BuildBackend.prune({ olderThan, keep, namespace: settings.namespace })),
      Effect.forEach((ref) => removed(json, ref), { discard: true })
    )
  )
}
