/**
 * The programs of running containers, for `exec` and `port-forward`.
 *
 * @since 0.1.0
 */
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import type { ContainerProgram } from "./Program.js"

/** One run of a container; `ended` completes at its end. @since 0.1.0 @category models  */
export interface Running {
  readonly program: ContainerProgram
  readonly ended: Effect.Effect<void>
}

/** @since 0.1.0 @category models */
export class RunningPrograms {
  private readonly pods = new Map<string, Map<string, Running & { readonly end: Effect.Effect<void> }>>()

  /** Keeps the program until the container, or its pod, has ended. */
  start(uid: string, container: string, program: ContainerProgram): Effect.Effect<void> {
    return Effect.map(Deferred.make<void>(), (ended) => {
      const containers = this.pods.get(uid) ?? new Map()
      const end = Effect.asVoid(Deferred.succeed(ended, undefined))
      this.pods.set(uid, containers.set(container, { program, ended: Deferred.await(ended), end }))
    })
  }

  /** The container has ended; does nothing if that is known. */
  end(uid: string, container: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      const containers = this.pods.get(uid)
      const one = containers?.get(container)
      containers?.delete(container)
      return one?.end ?? Effect.void
    })
  }

  /** All containers of a pod have ended. */
  drop(uid: string): Effect.Effect<void> {
    return Effect.suspend(() => {
      const containers = [...this.pods.get(uid)?.values() ?? []]
      this.pods.delete(uid)
      return Effect.forEach(containers, ({ end }) => end, { discard: true })
    })
  }

  /** Undefined if the container does not run. */
  of(uid: string, container: string): Running | undefined {
    return this.pods.get(uid)?.get(container)
  }
}

/** Where a user of the library and one of the command give a field to the program of a container. */
export const howToGive = (field: keyof ContainerProgram): string =>
  `give it the field ${field}, in the option programs or in the file of os-builder fake --programs`
