/** Generators of values for property tests, which Effect 3 has from fast-check. */
import type * as Arbitrary from "effect/Arbitrary"

export type LazyArbitrary<A> = Arbitrary.LazyArbitrary<A>
