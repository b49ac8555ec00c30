/**
 * The pages that the command prints without running anything: its help and its version. They load neither Effect nor Schema, which
 * take longer than everything else.
 *
 * @since 0.1.0
 */
import { variables } from "../selection/VariableNames.js"
import * as Argv from "./Argv.js"
import { commands } from "./Commands.js"
import * as Flags from "./Flags.js"
import * as Help from "./Help.js"

/**
 * The version that `--version` prints; a test compares it with package.json.
 *
 * @since 0.1.0
 * @category constants
 */
export const version = "3.0.0"

/**
 * The options of every command.
 *
 * @since 0.1.0
 * @category constants
 */
export const commonDocs = Object.values(Flags.common).map(({ doc }) => doc)

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

/**
 * The command line of `os-builder`.
 *
 * @since 0.1.0
 * @category constructors
 */
export const read = (args: ReadonlyArray<string>): Argv.Argv =>
  Argv.read(
    args,
    Flags.common,
    Object.fromEntries(Object.entries(commands).map(([name, { table }]) => [name, table]))
  )

const usualColumns = 80

/**
 * The page that a command line asks for; undefined if it asks for something else. `columns` is the width of the terminal, 0 or undefined
 * without one.
 *
 * @since 0.1.0
 * @category getters
 */
export const page = (args: ReadonlyArray<string>, columns: number | undefined): string | undefined => {
  const { command, typed } = read(args)
  return typed.has(Flags.common.help.doc.name) || args.length === 0
    ? help(command, columns || usualColumns)
    : typed.has(Flags.common.version.doc.name)
    ? `${version}\n`
    : undefined
}
