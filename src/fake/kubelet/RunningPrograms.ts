/**
 * The programs of running containers, for `exec` and `port-forward`.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"
import type { ContainerProgram } from "./Program.js"

/** One run of a container; `ended` completes at its end. @since 0.1.0 @category models  */
export interface Running {
  readonly program: ContainerProgram
  readonly ended: Effect.Effect<void>
}

/** @since 0.1.0 @category models */
export class RunningPrograms {
  private readonly running = new Map<string, Running>()

  /** Keeps the program until the scope closes. */
  start(uid: string, container: string, program: ContainerProgram): Effect.Effect<void, never, Scope.Scope> {
    const { running } = this
    const key = `${uid}/${container}`
    return Effect.gen(function*() {
      const ended = yield* Deferred.make<void>()
      yield* Effect.acquireRelease(
        Effect.sync(() => running.set(key, { program, ended: Deferred.await(ended) })),
        () => Effect.zipRight(Effect.sync(() => running.delete(key)), Deferred.succeed(ended, undefined))
      )
    })
  }

  /** Undefined if the container does not run. */
  of(uid: string, container: string): Running | undefined {
    return this.running.get(`${uid}/${container}`)
  }
}
