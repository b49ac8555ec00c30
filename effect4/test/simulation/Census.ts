/** Counts what runs: what is started and never ends is a leak. Fibers report their start and end to the runtime's metrics. */
import * as Effect from "effect/Effect"
import * as Metric from "effect/Metric"

export class Census {
  private alive = 0
  readonly value = Effect.sync(() => this.alive)

  private readonly service: Metric.FiberRuntimeMetricsService = {
    recordFiberStart: () => {
      this.alive += 1
    },
    recordFiberEnd: () => {
      this.alive -= 1
    }
  }

  /** An effect whose fibers are counted. */
  readonly count = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> =>
    Effect.provideService(effect, Metric.FiberRuntimeMetrics, this.service)
}
