/** The value of an exit, or what is made of its cause. */
import type * as Cause from "effect/Cause"
import * as Exit from "effect/Exit"

export const getOrElse = <A, E>(exit: Exit.Exit<A, E>, orElse: (cause: Cause.Cause<E>) => A): A =>
  Exit.match(exit, { onFailure: orElse, onSuccess: (value) => value })
