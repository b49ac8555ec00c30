/** Effect 4 takes an empty variable for a missing one. */
import type * as Config from "effect/Config"
import { literal } from "./names/Config.js"

export const oneOf =
  <const A extends ReadonlyArray<string>>(...values: A) => (variable: string): Config.Config<A[number]> =>
    literal(...values)(variable)
