/**
 * Where the command prints: results on standard output, everything else on standard error.
 *
 * @since 0.1.0
 */
import * as Terminal from "@effect/platform/Terminal"
import * as Config from "effect/Config"
import * as Console from "effect/Console"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

/**
 * @since 0.1.0
 * @category models
 */
export interface Service {
  /** Prints text to standard output. If that is a closed pipe, the command is interrupted as by a signal. */
  readonly write: (text: string) => Effect.Effect<void>
  /** Prints a line to standard error. */
  readonly printError: (line: string) => Effect.Effect<void>
  /** The same without an effect, for loggers. */
  readonly unsafePrintError: (line: string) => void
  /** Whether lines on standard output can be redrawn. */
  readonly live: boolean
  /** Whether to use colours on standard output; not if NO_COLOR is set (no-color.org). */
  readonly color: boolean
  /** The width of the terminal. */
  readonly columns: Effect.Effect<number>
}

/**
 * @since 0.1.0
 * @category tags
 */
export class Output extends Context.Tag("effect-os-builder/cli/Output")<Output, Service>() {}

const usualColumns = 80

const variable = (name: string) => Effect.orElseSucceed(Config.string(name), () => "")

const make: Effect.Effect<Service, never, Terminal.Terminal> = Effect.gen(function*() {
  const terminal = yield* Terminal.Terminal
  const console = yield* Console.consoleWith(Effect.succeed)
  const live = (yield* terminal.isTTY) && (yield* variable("TERM")) !== "dumb"
  return Output.of({
    write: (text) => Effect.catchAll(terminal.display(text), () => Effect.interrupt),
    printError: (line) => console.error(line),
    unsafePrintError: (line) => console.unsafe.error(line),
    live,
    color: live && (yield* variable("NO_COLOR")) === "",
    columns: Effect.map(terminal.columns, (columns) => columns > 0 ? columns : usualColumns)
  })
})

/**
 * Prints to the terminal and the console.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<Output, never, Terminal.Terminal> = Layer.effect(Output, make)
