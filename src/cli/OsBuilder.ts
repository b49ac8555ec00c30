/**
 * The command `os-builder`, from its arguments to its exit status.
 *
 * @since 0.1.0
 */
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Record from "effect/Record"
import * as Schema from "effect/Schema"
import { variables } from "../selection/BackendVariables.js"
import * as Argv from "./Argv.js"
import { type CliError, type ExitStatus, exitStatus, exitStatusOf, InternalError, UsageError } from "./CliError.js"
import { commands, type Requirements } from "./Commands.js"
import * as Completions from "./Completions.js"
import { decode } from "./Flag.js"
import * as Flags from "./Flags.js"
import * as Help from "./Help.js"
import { Output } from "./Output.js"

/**
 * The version that `--version` prints; a test compares it with package.json.
 *
 * @since 0.1.0
 * @category constants
 */
export const version = "3.0.0"

// -----------------------------------------------------------------------------
// help
// -----------------------------------------------------------------------------

const common = Schema.Struct(Flags.common)

const noOptions: typeof common.Type = { completions: undefined, help: false, logLevel: undefined, version: false }

const commonDocs = Object.values(Flags.common).map(({ doc }) => doc)

const summary = "os-builder builds OS images from Containerfiles and pushes them."

const details: ReadonlyArray<Help.Section> = [
  {
    title: "Exit status",
    rows: [
      ["0", "success"],
      ["1", "the build failed because of the Containerfile or its inputs"],
      ["2", "the input or the usage is wrong, or there is no such build"],
      [
        "3",
        "the build errored because of the platform, a reference or a permission, or was cancelled; or no backend is " +
        "available, or the cluster does not respond"
      ],
      ["130", "interrupted; `build` cancels its build"]
    ]
  },
  {
    title: "Environment",
    rows: [
      ...Object.values(variables).map(({ description, variable }) => [variable, description] as const),
      ["NO_COLOR", "print without colours"]
    ]
  }
]

const help = (name: string | undefined, columns: number): string => {
  const command = name === undefined ? undefined : commands[name]
  return name === undefined || command === undefined
    ? Help.program(
      summary,
      Object.entries(commands).map(([name, { description }]) => [name, description]),
      { flags: commonDocs, details },
      columns
    )
    : Help.command(name, { ...command, flags: [...command.flags, ...commonDocs] }, columns)
}

// -----------------------------------------------------------------------------
// running
// -----------------------------------------------------------------------------

const logLevels = {
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error
}

const isGiven = (argv: Argv.Argv, { doc: { name } }: { readonly doc: { readonly name: string } }): boolean =>
  argv.typed.has(name)

/**
 * Runs the command. Errors are printed and become an exit status; only interruption is left to the caller, which exits with
 * `exitStatus.interrupted`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const run = (args: ReadonlyArray<string>): Effect.Effect<ExitStatus, never, Requirements> =>
  Effect.gen(function*() {
    const output = yield* Output
    const argv = Argv.read(args, Flags.common, Record.map(commands, ({ table }) => table))
    if (isGiven(argv, Flags.common.help) || args.length === 0) {
      yield* output.write(help(argv.command, yield* output.columns))
      return exitStatus.success
    }
    if (isGiven(argv, Flags.common.version)) {
      yield* output.write(`${version}\n`)
      return exitStatus.success
    }
    const report = (error: CliError): Effect.Effect<ExitStatus> =>
      (isGiven(argv, Flags.option.json)
        ? Effect.flatMap(
          Effect.promise(() => import("./JsonLine.js")),
          (JsonLine) => output.write(`${JsonLine.encode(JsonLine.error(error))}\n`)
        )
        : Effect.flatMap(Effect.promise(() => import("./Render.js")), (Render) =>
          Effect.forEach(
            Render.error(error, { fromFile: isGiven(argv, Flags.input.inputFile) }),
            output.complain,
            { discard: true }
          ))).pipe(
          Effect.as(exitStatusOf(error))
        )
    const options = decode(common, argv.typed)
    const problems = [...argv.problems, ...(Either.isLeft(options) ? options.left : [])]
    const { completions, logLevel = "warning" } = Either.getOrElse(options, () => noOptions)
    if (completions !== undefined && problems.length === 0) {
      yield* output.write(
        Completions.script(completions, Record.map(commands, ({ flags }) => [...flags, ...commonDocs]))
      )
      return exitStatus.success
    }
    const command = argv.command === undefined ? undefined : commands[argv.command]
    if (command === undefined) {
      return yield* report(
        new UsageError({ problems: problems.length === 0 ? ["a command is missing"] : problems })
      )
    }
    return yield* command.run({ ...argv, problems }).pipe(
      Effect.tapErrorCause((cause) => Effect.logDebug(cause)),
      Effect.as(exitStatus.success),
      Effect.catchAll((error) => report(toCliError(error))),
      Effect.catchAllDefect((defect) => report(new InternalError({ defect }))),
      Logger.withMinimumLogLevel(logLevels[logLevel])
    )
  })

const toCliError = (error: CliError | ConfigError.ConfigError): CliError =>
  ConfigError.isConfigError(error)
    ? new UsageError({ problems: [`invalid environment: ${error}`] })
    : error
