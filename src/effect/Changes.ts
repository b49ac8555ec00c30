/** The values of a reference: a property on Effect 3, and a function on Effect 4. */
import type * as Stream from "effect/Stream"
import type * as SubscriptionRef from "effect/SubscriptionRef"

/** The value now and then each change. */
export const changesOf = <A>(ref: SubscriptionRef.SubscriptionRef<A>): Stream.Stream<A> => ref.changes
