/** Settings from a map, whose keys are whole names. */
import * as ConfigProvider from "effect/ConfigProvider"

export const fromMap = (map: ReadonlyMap<string, string>): ConfigProvider.ConfigProvider =>
  ConfigProvider.fromUnknown(Object.fromEntries(map))
