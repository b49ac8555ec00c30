/** Literals are a list on Effect 4, and an error of a configuration is an instance of a class. */
import * as Config from "effect/Config"

export const literal = <const L extends ReadonlyArray<string | number | boolean>>(...literals: L) => (name?: string) =>
  Config.Literals(literals, name)

export const isConfigError = (error: unknown): error is Config.ConfigError => error instanceof Config.ConfigError
