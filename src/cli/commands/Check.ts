/**
 * `os-builder check`: prints which backends support an input, and why the others do not. Builds nothing. It reaches the cluster only for
 * an input whose context is uploaded, to find out whether that is permitted.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import type { ConfigError } from "effect/ConfigError"
import * as Effect from "effect/Effect"
import { BuildRejected, Issue } from "../../core/BuildError.js"
import * as BuildContext from "../../core/input/BuildContext.js"
import * as Backends from "../Backends.js"
import type { BackendSettings } from "../BackendSettings.js"
import type { Checker } from "../Checker.js"
import { type CliError, NoBackendCan } from "../CliError.js"
import * as Hints from "../Hints.js"
import * as InputOptions from "../InputOptions.js"
import * as JsonLine from "../JsonLine.js"
import type { NodeServices } from "../NodeServices.js"
import { Output } from "../Output.js"
import * as Render from "../Render.js"
import * as Probe from "./Probe.js"

/**
 * `backend`: check this one (`auto`: its candidates); by default all of them.
 *
 * @since 0.1.0
 * @category models
 */
export interface Options {
  readonly json: boolean
  readonly backend: string | undefined
  readonly input: InputOptions.InputOptions
  readonly settings: BackendSettings
}

/**
 * @since 0.1.0
 * @category commands
 */
export const check = (
  options: Options
): Effect.Effect<void, CliError | ConfigError, Backends.Backends | NodeServices | Output> =>
  Effect.gen(function*() {
    const output = yield* Output
    const { settings } = options
    const { requestTimeout = Probe.timeout } = settings.cluster
    const backends = options.backend === undefined
      ? yield* Backends.Backends
      : [yield* Backends.find(options.backend, "check")]
    const input = yield* InputOptions.toInput(options.input, InputOptions.contextLimits(backends))
    const checkers = yield* Effect.forEach(
      backends,
      (backend) => backend.checkers({ ...settings, cluster: { ...settings.cluster, requestTimeout } })
    )
    const answers = yield* Effect.forEach(
      Arr.dedupeWith(checkers.flat(), (one, other) => one.name === other.name),
      ({ check, name, uploads }) =>
        check(input).pipe(
          Effect.zipRight(
            BuildContext.isUpload(input.context) && uploads !== undefined ? mayUpload(uploads) : Effect.void
          ),
          Effect.as([]),
          Effect.catchTag("BuildRejected", ({ issues }) => Effect.succeed(issues)),
          Effect.map((issues): Answer => ({ backend: name, ok: issues.length === 0, issues }))
        )
    )
    const lines = answers.flatMap((answer) =>
      options.json ? [JsonLine.encode({ type: "check", ...answer })] : text(answer)
    )
    yield* output.write(lines.map((line) => `${line}\n`).join(""))
    yield* Effect.forEach(Hints.list(input), (hint) => output.printError(`os-builder: hint: ${hint}`))
    if (!answers.some(({ ok }) => ok)) return yield* new NoBackendCan()
  })

/** Only the cluster knows whether uploads are permitted. If it cannot be reached, nothing is refused. */
const mayUpload = (
  uploads: NonNullable<Checker["uploads"]>
): Effect.Effect<void, BuildRejected, NodeServices | Output> =>
  Effect.matchEffect(uploads, {
    onFailure: ({ message }) =>
      Effect.flatMap(Output, (output) =>
        output.printError(`os-builder: hint: whether uploads are permitted is not known: ${message}`)),
    onSuccess: (verdict) =>
      verdict._tag === "Forbidden"
        ? new BuildRejected({
          reason: "Denied",
          issues: [
            new Issue({
              path: "context.upload",
              message:
                `${verdict.evidence}, which uploading needs; \`os-builder rbac --upload\` prints the permission, or pass a ` +
                "context from git or an image"
            })
          ]
        })
        : Effect.void
  })

interface Answer {
  readonly backend: string
  readonly ok: boolean
  readonly issues: ReadonlyArray<Issue>
}

const text = ({ backend, issues, ok }: Answer): ReadonlyArray<string> =>
  ok
    ? [`${backend}: supported`]
    : [`${backend}: not supported`, ...issues.map((issue) => `  ${Render.issue(issue)}`)]
