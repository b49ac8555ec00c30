/**
 * The log messages of the library, as lines on standard error that begin with the name of the command.
 *
 * @since 0.1.0
 */
import * as Arr from "effect/Array"
import * as Cause from "effect/Cause"
import * as Effect from "effect/Effect"
import * as Inspectable from "effect/Inspectable"
import * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import * as LogLevel from "effect/LogLevel"
import { Output } from "./Output.js"

/**
 * Prints messages of every level, and causes only with `--log-level debug`.
 *
 * @since 0.1.0
 * @category layers
 */
export const layer: Layer.Layer<never, never, Output> = Layer.unwrapEffect(
  Effect.map(Output, (output) =>
    Logger.replace(
      Logger.defaultLogger,
      Logger.make(({ cause, logLevel, message }) => {
        const words = Arr.ensure(message).map((part) =>
          Cause.isCause(part) ? Cause.pretty(part) : Inspectable.toStringUnknown(part)
        )
        const level = logLevel.label.toLowerCase()
        output.unsafePrintError(`os-builder: ${level}: ${words.join(" ")}`)
        if (!Cause.isEmpty(cause) && LogLevel.lessThanEqual(logLevel, LogLevel.Debug)) {
          output.unsafePrintError(Cause.pretty(cause, { renderErrorCause: true }))
        }
      })
    ))
)
