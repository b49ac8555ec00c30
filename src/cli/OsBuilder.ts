/**
 * The command `os-builder`, from what was typed to its exit status.
 *
 * @since 0.1.0
 */
import type * as CliApp from "@effect/cli/CliApp"
import * as CliConfig from "@effect/cli/CliConfig"
import * as Command from "@effect/cli/Command"
import * as ValidationError from "@effect/cli/ValidationError"
import * as ConfigError from "effect/ConfigError"
import * as Console from "effect/Console"
import * as Effect from "effect/Effect"
import * as Logger from "effect/Logger"
import * as Argv from "./Argv.js"
import type * as Backends from "./Backends.js"
import { type CliError, type ExitStatus, exitStatus, exitStatusOf, InternalError, UsageError } from "./CliError.js"
import * as Build from "./commands/Build.js"
import * as Builds from "./commands/Builds.js"
import * as Check from "./commands/Check.js"
import * as PrintRbac from "./commands/PrintRbac.js"
import * as Probe from "./commands/Probe.js"
import * as Flags from "./Flags.js"
import * as JsonLine from "./JsonLine.js"
import type { NodeServices } from "./NodeServices.js"
import { Output } from "./Output.js"
import * as Render from "./Render.js"
import * as Usage from "./Usage.js"
import { version } from "./Version.js"

// -----------------------------------------------------------------------------
// commands
// -----------------------------------------------------------------------------

const probe = Command.make("probe", { json: Flags.json, namespace: Flags.namespace }, Probe.probe).pipe(
  Command.withDescription("Say what the cluster offers for building, and which backend would be chosen.")
)

const check = Command.make(
  "check",
  { json: Flags.json, backend: Flags.anyBackend, input: Flags.input, builder: Flags.builder, local: Flags.local },
  Check.check
).pipe(Command.withDescription("Say which backends can build an input, and why the others cannot."))

const build = Command.make("build", {
  json: Flags.json,
  backend: Flags.backend,
  namespace: Flags.namespace,
  again: Flags.again,
  detach: Flags.detach,
  input: Flags.input,
  builder: Flags.builder,
  local: Flags.local
}, Build.build).pipe(Command.withDescription("Build an image from a Containerfile and push it."))

const status = Command.make("status", { json: Flags.json, ref: Flags.ref }, Builds.status).pipe(
  Command.withDescription("Tell how a build stands.")
)

const logs = Command.make(
  "logs",
  { json: Flags.json, follow: Flags.follow, tail: Flags.tail, ref: Flags.ref },
  Builds.logs
).pipe(Command.withDescription("Print the log of a build."))

const cancel = Command.make("cancel", { json: Flags.json, ref: Flags.ref }, Builds.cancel).pipe(
  Command.withDescription("Stop a build.")
)

const list = Command.make(
  "list",
  { json: Flags.json, backend: Flags.backend, namespace: Flags.namespace, watch: Flags.watch },
  Builds.list
).pipe(Command.withDescription("List builds, the newest first."))

const remove = Command.make("remove", { json: Flags.json, ref: Flags.ref }, Builds.remove).pipe(
  Command.withDescription("Forget a build and all that is kept for it.")
)

const prune = Command.make("prune", {
  json: Flags.json,
  backend: Flags.backend,
  namespace: Flags.namespace,
  olderThan: Flags.olderThan,
  keep: Flags.keep
}, Builds.prune).pipe(Command.withDescription("Remove builds that ended long ago."))

const rbac = Command.make(
  "rbac",
  { json: Flags.json, backend: Flags.backend, namespace: Flags.namespace },
  PrintRbac.rbac
).pipe(Command.withDescription("Print what a backend has to be allowed, for `kubectl apply -f -`."))

const demo = Command.make("demo", { json: Flags.json }, (options) =>
  // All of it is for this: nobody else waits for it.
  Effect.flatMap(Effect.promise(() => import("./commands/Demo.js")), ({ demo }) => demo(options))).pipe(
    Command.withDescription("Build a Containerfile on three clusters that are in memory, and show how.")
  )

// -----------------------------------------------------------------------------
// help
// -----------------------------------------------------------------------------

const config = CliConfig.make({ isCaseSensitive: true, showBuiltIns: false })

const usage = <Name extends string, R, E, A>(command: Command.Command<Name, R, E, A>): Usage.CommandUsage =>
  Usage.fromHelpDoc(Command.getHelp(command, config))

/**
 * What each command says of itself.
 *
 * @since 0.1.0
 * @category constants
 */
export const usages: Readonly<Record<string, Usage.CommandUsage>> = {
  probe: usage(probe),
  check: usage(check),
  build: usage(build),
  status: usage(status),
  logs: usage(logs),
  cancel: usage(cancel),
  list: usage(list),
  remove: usage(remove),
  prune: usage(prune),
  rbac: usage(rbac),
  demo: usage(demo)
}

const summary = "os-builder builds OS images from Containerfiles and pushes them."

const notes = [
  ["Exit status", [
    ["0", "it worked"],
    ["1", "the build failed: what was written is at fault"],
    ["2", "the input or the usage is wrong"],
    ["3", "the build errored: the platform, a reference or a permission is at fault; or there is no backend"],
    ["130", "interrupted; the build is cancelled"]
  ]],
  ["Environment", [
    ["OS_BUILDER_BACKEND", "what --backend is unless it is given"],
    ["OS_BUILDER_NAMESPACE", "what --namespace is unless it is given"],
    ["OS_BUILDER_BUILDER_IMAGE", "the image that build pods run: buildah's own by default, or a copy of it"],
    ["OS_BUILDER_SERVICE_ACCOUNT", "what custom and single-node build pods run as; by default default"],
    ["OS_BUILDER_SECURITY", "what they run with: anyuid (the default) or userns"],
    ["OS_BUILDER_CACHE_CLAIM", "a PersistentVolumeClaim where they keep layers for the next build; by default none"],
    ["OS_BUILDER_REGISTRIES_CONFIG_MAP", "a ConfigMap with their registries.conf, policy.json and certificates"],
    ["OS_BUILDER_PULL_SECRET", "the secret that pulls bases for builds that name none"],
    ["OS_BUILDER_DELIVER_TO_NODE", "true: with single-node, images named localhost/… go to the node itself"],
    ["OS_BUILDER_STATE_DIR", "where the local backend keeps records and logs"],
    ["OS_BUILDER_WORK_DIR", "where it works, with room for images"],
    ["OS_BUILDER_CACHE_DIR", "where it keeps layers for the next build; by default nowhere"],
    ["OS_BUILDER_REGISTRIES_DIR", "its registries.conf, policy.json and certs.d"],
    ["NO_COLOR", "print without colours"]
  ]]
] as const

const help = (command: string | undefined, columns: number): string => {
  const usage = command === undefined ? undefined : usages[command]
  return command === undefined || usage === undefined
    ? Usage.help(summary, usages, notes, columns)
    : Usage.commandHelp(command, usage, columns)
}

// -----------------------------------------------------------------------------
// running
// -----------------------------------------------------------------------------

const root = Command.make("os-builder").pipe(
  Command.withSubcommands([probe, check, build, status, logs, cancel, list, remove, prune, rbac, demo]),
  Command.transformHandler((handler) => Effect.tapErrorCause(handler, (cause) => Effect.logDebug(cause)))
)

const execute = Command.run(root, { name: "os-builder", version })

/**
 * Runs the command. Whatever goes wrong is told and becomes an exit status; interruption alone is left to the caller, who
 * makes it `exitStatus.interrupted`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const run = (
  typed: ReadonlyArray<string>
): Effect.Effect<
  ExitStatus,
  never,
  CliApp.CliApp.Environment | Backends.Backends | NodeServices | Output
> =>
  Effect.gen(function*() {
    const output = yield* Output
    const { args, command, json, logLevel, problem, wants } = Argv.read(typed, usages)
    if (wants === "help" || typed.length === 0) {
      yield* output.write(help(command, yield* output.columns))
      return exitStatus.success
    }
    if (wants === "version") {
      yield* output.write(`${version}\n`)
      return exitStatus.success
    }
    const tell = (error: CliError): Effect.Effect<ExitStatus> =>
      (json
        ? output.write(`${JsonLine.encode(JsonLine.error(error))}\n`)
        : Effect.forEach(Render.error(error), output.complain, { discard: true })).pipe(
          Effect.as(exitStatusOf(error))
        )
    if (problem !== undefined) return yield* tell(usageError(problem, command))
    const console = yield* Console.consoleWith(Effect.succeed)
    return yield* execute(["node", "os-builder", ...args]).pipe(
      Effect.as(exitStatus.success),
      // @effect/cli prints what is wrong with the usage, and fails with it too: it is told once, in our own way.
      Effect.withConsole({ ...console, error: () => Effect.void }),
      Effect.provide(CliConfig.layer(config)),
      Effect.catchAll((error) => tell(toCliError(error, command))),
      Effect.catchAllDefect((defect) => tell(new InternalError({ defect }))),
      Logger.withMinimumLogLevel(logLevel)
    )
  })

const toCliError = (
  error: CliError | ConfigError.ConfigError | ValidationError.ValidationError,
  command: string | undefined
): CliError => {
  if (ConfigError.isConfigError(error)) return new UsageError({ problem: `The environment is wrong: ${error}` })
  return ValidationError.isValidationError(error) ? usageError(Usage.text(error.error), command) : error
}

const usageError = (problem: string, command: string | undefined): UsageError =>
  command !== undefined && Object.hasOwn(usages, command)
    ? new UsageError({ problem, command })
    : new UsageError({ problem })
