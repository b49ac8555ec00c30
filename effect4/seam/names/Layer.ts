/** A layer that fails is one of an effect that fails on Effect 4. */
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"

export const fail = <E>(error: E): Layer.Layer<unknown, E> => Layer.effectContext(Effect.fail(error))
