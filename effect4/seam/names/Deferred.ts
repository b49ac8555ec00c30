/** A deferred has no fiber id on Effect 4. */
import * as Deferred from "effect/Deferred"

export const unsafeMake = <A, E = never>(_: undefined): Deferred.Deferred<A, E> => Deferred.makeUnsafe<A, E>()
