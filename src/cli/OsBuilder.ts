/**
 * The command `os-builder`, from its arguments to its exit status.
 *
 * @since 0.1.0
 */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import * as Option from "effect/Option"
import * as Record from "effect/Record"
import type { Argv } from "./Argv.js"
import { type CliError, type ExitStatus, exitStatus, exitStatusOf, InternalError, UsageError } from "./CliError.js"
import { commands, type Definition, type Requirements, type Running } from "./Commands.js"
import * as Completions from "./Completions.js"
import { decode, type Flags as FlagTable } from "./Flag.js"
import * as Flags from "./Flags.js"
import { Output } from "./Output.js"
import { parsers } from "./Parsers.js"
import * as Usage from "./Usage.js"

const logLevels = {
  debug: LogLevel.Debug,
  info: LogLevel.Info,
  warning: LogLevel.Warning,
  error: LogLevel.Error
}

const noOptions = { completions: undefined, help: false, logLevel: undefined, version: false } as const

const listed = (value: string): ReadonlyArray<string> =>
  value.split(",").map((item) => item.trim()).filter((item) => item !== "")

/** The values that were typed, and those of environment variables for flags that were not. */
const withVariables = (
  table: FlagTable,
  typed: Argv["typed"]
): Effect.Effect<Argv["typed"], ConfigError.ConfigError> =>
  Effect.reduce(
    Object.values(table),
    typed,
    (typed, { doc: { name, repeated, variable } }) =>
      variable === undefined || typed.has(name)
        ? Effect.succeed(typed)
        : Effect.map(
          Config.option(Config.nonEmptyString(variable)),
          Option.match({
            onNone: () => typed,
            onSome: (value) => new Map([...typed, [name, repeated ? listed(value) : [value]]])
          })
        )
  )

/** Reads the flags of a command, then loads and runs it. */
const execute =
  ({ command, problems, typed }: Argv, flags: FlagTable) =>
  <A extends object, M>({ check, handler, load, table }: Definition<A, M>): Running =>
    Effect.gen(function*() {
      const options = decode(table, parsers, yield* withVariables(flags, typed), typed)
      const all = [...problems, ...(Either.isLeft(options) ? options.left : []), ...check(typed)]
      return Either.isRight(options) && all.length === 0
        ? yield* Effect.flatMap(Effect.promise(load), (module) => handler(module, options.right))
        : yield* new UsageError({ command, problems: all })
    })

const isGiven = (argv: Argv, { doc: { name } }: { readonly doc: { readonly name: string } }): boolean =>
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
    const page = Usage.page(args, yield* output.columns)
    if (page !== undefined) {
      yield* output.write(page)
      return exitStatus.success
    }
    const argv = Usage.read(args)
    const report = (error: CliError): Effect.Effect<ExitStatus> =>
      (isGiven(argv, Flags.option.json)
        ? Effect.flatMap(
          Effect.promise(() => import("./JsonLine.js")),
          (JsonLine) => output.write(`${JsonLine.encode(JsonLine.error(error))}\n`)
        )
        : Effect.flatMap(Effect.promise(() => import("./Render.js")), (Render) =>
          Effect.forEach(
            Render.error(error, { fromFile: isGiven(argv, Flags.input.inputFile) }),
            output.printError,
            { discard: true }
          ))).pipe(
          Effect.as(exitStatusOf(error))
        )
    const options = decode(Flags.common, parsers, argv.typed)
    const problems = [...argv.problems, ...(Either.isLeft(options) ? options.left : [])]
    const { completions, logLevel = "warning" } = Either.getOrElse(options, () => noOptions)
    if (completions !== undefined && problems.length === 0) {
      yield* output.write(
        Completions.script(completions, Record.map(commands, ({ flags }) => [...flags, ...Usage.commonDocs]))
      )
      return exitStatus.success
    }
    const command = argv.command === undefined ? undefined : commands[argv.command]
    if (command === undefined) {
      return yield* report(
        new UsageError({ problems: problems.length === 0 ? ["a command is missing"] : problems })
      )
    }
    return yield* command.run(execute({ ...argv, problems }, command.table)).pipe(
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
