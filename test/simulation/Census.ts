/**
 * Counts what runs: what is started and never ends is a leak.
 */
import { Effect, type Fiber, Supervisor } from "effect"

export class Census extends Supervisor.AbstractSupervisor<number> {
  private readonly alive = new Set<Fiber.RuntimeFiber<unknown, unknown>>()
  override readonly value = Effect.sync(() => this.alive.size)

  override onStart(
    _context: unknown,
    _effect: unknown,
    _parent: unknown,
    fiber: Fiber.RuntimeFiber<unknown, unknown>
  ): void {
    this.alive.add(fiber)
  }

  override onEnd(_exit: unknown, fiber: Fiber.RuntimeFiber<unknown, unknown>): void {
    this.alive.delete(fiber)
  }

  /** An effect whose fibers are counted. */
  readonly count = <A, E, R>(effect: Effect.Effect<A, E, R>): Effect.Effect<A, E, R> => Effect.supervised(effect, this)
}
