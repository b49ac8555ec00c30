/** Services that have functions of their own on Effect 3. */
import * as Clock from "effect/Clock"
import * as Effect from "effect/Effect"
import * as Fiber from "effect/Fiber"
import { dual } from "effect/Function"
import * as Metric from "effect/Metric"
import * as Random from "effect/Random"
import type * as Supervisor from "./Supervisor.js"

export const withClock: {
  (clock: Clock.Clock): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, clock: Clock.Clock): Effect.Effect<A, E, R>
} = dual(
  2,
  <A, E, R>(self: Effect.Effect<A, E, R>, clock: Clock.Clock): Effect.Effect<A, E, R> =>
    Effect.provideService(self, Clock.Clock, clock)
)

type Service = typeof Random.Random["Service"]

export const withRandom: {
  (random: Service): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, random: Service): Effect.Effect<A, E, R>
} = dual(
  2,
  <A, E, R>(self: Effect.Effect<A, E, R>, random: Service): Effect.Effect<A, E, R> =>
    Effect.provideService(self, Random.Random, random)
)

export const tagMetrics = (key: string, value: string) => <A, E, R>(self: Effect.Effect<A, E, R>) =>
  Effect.updateService(self, Metric.CurrentMetricAttributes, (attributes) => ({ ...attributes, [key]: value }))

export const supervised: {
  (supervisor: Supervisor.Supervisor): <A, E, R>(self: Effect.Effect<A, E, R>) => Effect.Effect<A, E, R>
  <A, E, R>(self: Effect.Effect<A, E, R>, supervisor: Supervisor.Supervisor): Effect.Effect<A, E, R>
} = dual(
  2,
  <A, E, R>(self: Effect.Effect<A, E, R>, { service }: Supervisor.Supervisor): Effect.Effect<A, E, R> =>
    Effect.provideService(self, Metric.FiberRuntimeMetrics, service)
)

/** Interruption does not wait for the effect. */
export const disconnect = <A, E, R>(self: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
  Effect.uninterruptibleMask((restore) =>
    Effect.flatMap(
      Effect.forkDetach(restore(self)),
      (fiber) => Effect.onInterrupt(restore(Fiber.join(fiber)), () => Effect.sync(() => fiber.interruptUnsafe()))
    )
  )

/** A value on Effect 4. */
export const yieldNow = (): Effect.Effect<void> => Effect.yieldNow
