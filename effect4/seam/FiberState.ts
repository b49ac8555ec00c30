/** Reads clock, tracer and metrics from the fiber itself instead of by an effect for each, in code that runs many times a second. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import type * as Metric from "effect/Metric"
import * as Tracer from "effect/Tracer"

export type FiberState = Fiber.Fiber<unknown, unknown>

export const use = <A, E, R>(f: (fiber: FiberState) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiber(f)

/** By the fiber's Clock, since 1970. */
export const millis = (fiber: FiberState): number => fiber.getRef(Clock.Clock).currentTimeMillisUnsafe()

/** Whether the program has a tracer of its own. */
export const isTraced = ({ cache }: FiberState): boolean =>
  cache.tracer !== undefined && cache.tracer !== Tracer.nativeTracer

/** The current span of the program's tracer. */
export const tracedSpan = (fiber: FiberState): Tracer.Span | undefined =>
  isTraced(fiber) && fiber.cache.span?._tag === "Span" ? fiber.cache.span : undefined

/** Changes a gauge by a value, with the attributes that the program adds. */
export const modify = <Input>(fiber: FiberState, metric: Metric.Metric<Input, unknown>, input: Input): void =>
  metric.modifyUnsafe(input, fiber.context)

/** Updates a metric, with the attributes that the program adds. */
export const update = <Input>(fiber: FiberState, metric: Metric.Metric<Input, unknown>, input: Input): void =>
  metric.updateUnsafe(input, fiber.context)
