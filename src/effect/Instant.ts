/** Times of objects, of which a status has several and most pods lack some. */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"

/**
 * The time that a text has; undefined if it has none. `DateTime.make` makes an exception with a stack trace where there is none, which
 * takes longer than everything else that is computed of a pod.
 */
export const ofText = (text: string | undefined): DateTime.Utc | undefined =>
  text === undefined || text === "" ? undefined : Option.getOrUndefined(DateTime.make(text))
