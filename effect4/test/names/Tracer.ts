/** A tracer of Effect 4 has no need of a `context`, and another one than that of Effect 3. */
import * as Tracer from "effect/Tracer"

export const make = ({ span }: Tracer.Tracer): Tracer.Tracer => Tracer.make({ span })
