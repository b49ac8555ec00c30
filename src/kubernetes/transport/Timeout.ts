/**
 * A limit in time of what Node does, which costs no fiber.
 */
import * as Data from "effect/Data"

/** Something took longer than that. */
export class Late extends Data.TaggedError("Late")<{ readonly millis: number }> {}

/** Node takes what is longer, 25 days, for nothing. */
const longest = 2 ** 31 - 1

/** Nothing at all is done where the limit is none. */
export const after = (millis: number, done: (late: Late) => void): NodeJS.Timeout | undefined =>
  millis > longest ? undefined : setTimeout(() => done(new Late({ millis })), millis)
