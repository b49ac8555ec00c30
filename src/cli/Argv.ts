/**
 * The command line as it is typed, made into one that `@effect/cli` takes without a loss.
 *
 * Of an option that can be repeated, `@effect/cli` trims the values, drops the empty ones, and does not know the form
 * `--name=value`; so that form is taken apart here, and such values are wrapped, to be unwrapped by the option itself.
 *
 * @since 0.1.0
 */
import * as LogLevel from "effect/LogLevel"
import { builtIn, type CommandUsage, type OptionUsage } from "./Usage.js"

/**
 * `wants` says what is asked for instead of running a command; `problem` what makes no sense before any command looks at it.
 * The log level is taken out: `@effect/cli` finds it only in some places.
 *
 * @since 0.1.0
 * @category models
 */
export interface Arguments {
  readonly command: string | undefined
  readonly args: ReadonlyArray<string>
  readonly json: boolean
  readonly wants: "help" | "version" | undefined
  readonly logLevel: LogLevel.LogLevel
  readonly problem: string | undefined
}

const logLevels: ReadonlyMap<string | undefined, LogLevel.LogLevel> = new Map([
  ["debug", LogLevel.Debug],
  ["info", LogLevel.Info],
  ["warning", LogLevel.Warning],
  ["error", LogLevel.Error]
])

const mark = "="

/**
 * @since 0.1.0
 * @category combinators
 */
export const wrap = (value: string): string => mark + encodeURIComponent(value)

/**
 * @since 0.1.0
 * @category combinators
 */
export const unwrap = (value: string): string =>
  value.startsWith(mark) ? decodeURIComponent(value.slice(mark.length)) : value

/**
 * Reads what follows the name of the program.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (
  typed: ReadonlyArray<string>,
  commands: Readonly<Record<string, CommandUsage>>
): Arguments => {
  const args: Array<string> = []
  const given = new Set<OptionUsage>()
  let command: string | undefined
  let problem: string | undefined
  let logLevel = LogLevel.Warning
  const rest = [...typed]
  for (let token = rest.shift(); token !== undefined; token = rest.shift()) {
    if (!/^-./.test(token)) {
      command ??= token
      args.push(token)
      continue
    }
    const [name, ...assigned] = token.startsWith("--") ? splitOnce(token, "=") : [token]
    const usage = command !== undefined && Object.hasOwn(commands, command) ? commands[command] : undefined
    const option = [...usage?.options ?? [], ...builtIn].find(({ names }) => names.includes(name))
    if (option === undefined) {
      if (command === undefined) {
        problem ??= `${name} is no option of os-builder itself; those of a command stand after it.`
      }
      if (usage !== undefined) problem ??= `${name} is no option of ${command}.`
    } else if (option.value === undefined) {
      if (assigned.length > 0) problem ??= `${name} takes no value.`
    } else if (!option.repeated && given.has(option)) {
      problem ??= `${name} is given twice.`
    }
    if (option !== undefined) given.add(option)
    const [value] = option?.value === undefined ? [] : assigned.length > 0 ? assigned : rest.splice(0, 1)
    if (name === "--log-level") {
      const level = logLevels.get(value)
      if (level === undefined) problem ??= `--log-level must be one of ${Array.from(logLevels.keys()).join(", ")}.`
      else logLevel = level
      continue
    }
    args.push(name)
    if (value !== undefined) args.push(option?.repeated === true ? wrap(value) : value)
  }
  const isGiven = (name: string) => Array.from(given).some(({ names }) => names.includes(name))
  return {
    command,
    args,
    json: isGiven("--json"),
    wants: isGiven("--help") ? "help" : isGiven("--version") ? "version" : undefined,
    logLevel,
    problem
  }
}

const splitOnce = (text: string, separator: string): readonly [string, ...ReadonlyArray<string>] => {
  const at = text.indexOf(separator)
  return at === -1 ? [text] : [text.slice(0, at), text.slice(at + separator.length)]
}
