/** A cause is a list of reasons on Effect 4. */
import * as Cause from "effect/Cause"

export const failures = <E>(cause: Cause.Cause<E>): ReadonlyArray<E> =>
  cause.reasons.filter(Cause.isFailReason).map(({ error }) => error)

export const defects = (cause: Cause.Cause<unknown>): ReadonlyArray<unknown> =>
  cause.reasons.filter(Cause.isDieReason).map(({ defect }) => defect)

export const isDie = (cause: Cause.Cause<unknown>): boolean => cause.reasons.some(Cause.isDieReason)
