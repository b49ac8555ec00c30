/** The keys are a list on Effect 4. */
import * as Struct from "effect/Struct"

export const pick = <S extends object, const K extends ReadonlyArray<keyof S>>(self: S, ...keys: K) =>
  Struct.pick(self, keys)
