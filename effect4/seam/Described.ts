/** Fields that describe themselves: on Effect 4 their JSON Schema has their types and rules, without descriptions yet. */
import type * as Schema from "effect/Schema"

export interface Details<A> {
  readonly examples?: readonly [A, ...ReadonlyArray<A>]
  readonly default?: A
}

export const described = <F extends Schema.Top>(
  _description: string,
  field: F,
  _details?: Details<Exclude<NoInfer<F["Type"]>, undefined>>
): F => field

export const named = (_name: string, description: string) => ({ description })
