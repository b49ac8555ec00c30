/**
 * Reads clock, tracer and metrics from the fiber itself instead of by an effect for each, in code that runs many times a second.
 */
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import type * as Fiber from "effect/Fiber"
import * as FiberRef from "effect/FiberRef"
import type * as Metric from "effect/Metric"
import type * as Tracer from "effect/Tracer"

export type FiberState = Fiber.RuntimeFiber<unknown, unknown>

export const use = <A, E, R>(f: (fiber: FiberState) => Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.withFiberRuntime<A, E, R>(f)

/** By the fiber's Clock, since 1970. */
export const millis = (fiber: FiberState): number =>
  Context.get(fiber.currentDefaultServices, Clock.Clock).unsafeCurrentTimeMillis()

/** The default tracer, whose spans nothing reads. */
const nativeTracer = Effect.runSync(Effect.tracer)

/** Whether the program has a tracer of its own. */
export const isTraced = (fiber: FiberState): boolean => fiber.currentTracer !== nativeTracer

/** The current span of the program's tracer. */
export const tracedSpan = (fiber: FiberState): Tracer.Span | undefined =>
  isTraced(fiber) && fiber.currentSpan?._tag === "Span" ? fiber.currentSpan : undefined

/** Changes a gauge by a value, with the tags that the program adds. */
export const modify = <Type, In, Out>(fiber: FiberState, metric: Metric.Metric<Type, In, Out>, input: In): void =>
  metric.unsafeModify(input, fiber.getFiberRef(FiberRef.currentMetricLabels))

/** Updates a metric, with the tags that the program adds. */
export const update = <Type, In, Out>(fiber: FiberState, metric: Metric.Metric<Type, In, Out>, input: In): void =>
  metric.unsafeUpdate(input, fiber.getFiberRef(FiberRef.currentMetricLabels))
