import { Cause, Effect, Exit, type Scope } from "effect"
import { VirtualTime } from "../simulation/VirtualTime.js"

/** Runs a program in virtual time, in which nothing takes long but what is told to. */
export const inTime = <A, E>(program: Effect.Effect<A, E, Scope.Scope>): A =>
  Exit.getOrElse(new VirtualTime(Date.UTC(2026, 0, 1)).run(Effect.scoped(program)), (cause) => {
    throw Cause.squash(cause)
  })
