/**
 * A number of workers for a line of things to do.
 *
 * Not a `Queue`, nor a `FiberSet`: the cells of the one and the tables of the other hold on to their successors when they are
 * used no longer, and so to all that has passed, until the collector goes through everything.
 */
import * as Effect from "effect/Effect"
import type * as Scope from "effect/Scope"

export interface WorkerPool<A> {
  /** Takes its place in the line; whoever calls sees to it that nothing is in it twice. */
  readonly add: (item: A) => void
}

/** They work until the scope closes, which interrupts them. */
export const make = <A>(
  workers: number,
  work: (item: A) => Effect.Effect<void>
): Effect.Effect<WorkerPool<A>, never, Scope.Scope> =>
  Effect.gen(function*() {
    const idle: Array<(item: A) => void> = []
    let line: Array<A> = []
    let first = 0

    const take = (): A | undefined => {
      const item = line[first++]
      if (first >= line.length) {
        line = []
        first = 0
      }
      return item
    }

    const next = Effect.async<A>((resume) => {
      const item = take()
      if (item === undefined) {
        idle.push((item) => resume(Effect.succeed(item)))
      } else {
        resume(Effect.succeed(item))
      }
    })

    yield* Effect.replicateEffect(Effect.forkScoped(Effect.forever(Effect.flatMap(next, work))), workers, {
      discard: true
    })
    return {
      add: (item) => {
        const worker = idle.pop()
        if (worker === undefined) {
          line.push(item)
        } else {
          worker(item)
        }
      }
    }
  })
