/** A list is text with commas on Effect 3. */
import * as Config from "effect/Config"

export const array = (_: unknown, name: string): Config.Config<ReadonlyArray<string>> =>
  Config.map(Config.String(name), (text) => text.split(","))
