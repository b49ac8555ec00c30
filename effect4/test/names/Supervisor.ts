/** Counts fibers, which report their start and end to the runtime's metrics on Effect 4. */
import * as Effect from "effect/Effect"
import type * as Metric from "effect/Metric"

export interface Supervisor {
  readonly service: Metric.FiberRuntimeMetricsService
  readonly value: Effect.Effect<{ readonly length: number }>
}

/** Counts the fibers that start below a supervised effect and have not ended. */
export const track: Effect.Effect<Supervisor> = Effect.sync(() => {
  let length = 0
  return {
    service: {
      recordFiberStart: () => {
        length += 1
      },
      recordFiberEnd: () => {
        length -= 1
      }
    },
    value: Effect.sync(() => ({ length }))
  }
})
