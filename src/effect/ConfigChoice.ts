/** A setting that is one of several values. On Effect 4 an empty variable counts as missing for every type. */
import * as Config from "effect/Config"
import * as ConfigError from "effect/ConfigError"
import * as Either from "effect/Either"

/** One of the values; unlike for `Config.literal`, an empty variable is missing. */
export const oneOf =
  <const A extends ReadonlyArray<string>>(...values: A) => (variable: string): Config.Config<A[number]> =>
    Config.mapOrFail(Config.nonEmptyString(variable), (given) =>
      Either.fromNullable(
        values.find((value) => value === given),
        () => ConfigError.InvalidData([], `Expected one of (${values.join(", ")}) but received ${given}`)
      ))
