/** Literals are a list on Effect 4, and an error of a configuration is an instance of a class. */
import * as Config from "effect/Config"
import * as Effect from "effect/Effect"
import * as Schema from "effect/Schema"
import * as SchemaIssue from "effect/SchemaIssue"

/** The error has the value, as that of Effect 3. */
export const literal =
  <const L extends ReadonlyArray<string | number | boolean>>(...literals: L) =>
  (name?: string): Config.Config<L[number]> =>
    Config.mapEffect(Config.String(name), (text) => {
      const found = literals.find((one) => String(one) === text)
      const expected = literals.map((one) => JSON.stringify(one)).join(", ")
      return found === undefined
        ? Effect.fail(
          InvalidData(name === undefined ? [] : [name], `Expected one of (${expected}), received "${text}"`)
        )
        : Effect.succeed(found)
    })

export const isConfigError = (error: unknown): error is Config.ConfigError => error instanceof Config.ConfigError

/** An error of a configuration has an issue of Schema for its cause. */
export const InvalidData = (path: ReadonlyArray<string>, message: string): Config.ConfigError =>
  new Config.ConfigError(
    new Schema.SchemaError(new SchemaIssue.Pointer([...path], new SchemaIssue.InvalidValue({ message })))
  )
