/** Loggers are one set, and texts are made by formatters, on Effect 4. */
import * as Effect from "effect/Effect"
import type * as Layer from "effect/Layer"
import * as Logger from "effect/Logger"
import type { LogLevel } from "effect/LogLevel"
import * as References from "effect/References"

export const replace = (_: unknown, logger: Logger.Logger<unknown, unknown>): Layer.Layer<never> =>
  Logger.layer([logger])

export const withMinimumLogLevel = (level: LogLevel) => <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.provideService(self, References.MinimumLogLevel, level)

export const stringLogger = Logger.formatSimple

export const jsonLogger = Logger.formatJson

type Options = Omit<Logger.Options<unknown>, "logLevel"> & { readonly logLevel: { readonly label: string } }

/** A level is its name on Effect 4: here it has a label besides. */
export const make = <Output>(log: (options: Options) => Output): Logger.Logger<unknown, Output> =>
  Logger.make((options) =>
    log({
      ...options,
      logLevel: Object.assign(new String(options.logLevel), { label: options.logLevel.toUpperCase() })
    })
  )
