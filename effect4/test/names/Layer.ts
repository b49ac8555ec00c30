/** Services that have layers of their own on Effect 3. */
import * as Clock from "effect/Clock"
import * as ConfigProvider from "effect/ConfigProvider"
import type * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export const setConfigProvider = (provider: ConfigProvider.ConfigProvider): Layer.Layer<never> =>
  Layer.succeed(ConfigProvider.ConfigProvider, provider)

export const setClock = (clock: Clock.Clock): Layer.Layer<never> => Layer.succeed(Clock.Clock, clock)

export const scopedDiscard = Layer.effectDiscard

export const launch = <E, R>(layer: Layer.Layer<unknown, E, R>): Effect.Effect<never, E, R> => Layer.launch(layer)
