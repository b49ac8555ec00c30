/**
 * Table columns, as `kubectl get` prints them.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"

/**
 * A column of a table. `wide` ones are shown only with `-o wide`. `type` is `string` by default.
 *
 * @since 0.1.0
 * @category models
 */
export interface Column {
  readonly name: string
  readonly format: string
  readonly wide: boolean
  readonly type?: string | undefined
  readonly description?: string | undefined
  readonly cell: (object: JsonObject, now: number) => Json.Value
}

/** @since 0.1.0 @category constructors */
export const make = (name: string, cell: Column["cell"]): Column => ({ name, format: "", wide: false, cell })

/** @since 0.1.0 @category constructors */
export const wide = (name: string, cell: Column["cell"]): Column => ({ name, format: "", wide: true, cell })

/** A column of another type than text. @since 0.1.0 @category constructors  */
export const typed = (type: "integer" | "boolean" | "date", name: string, cell: Column["cell"]): Column => ({
  ...make(name, cell),
  type
})

// k8s.io/apimachinery pkg/util/duration/duration.go (v0.37): the longer a duration, the fewer of its digits; `rest` is the
// smaller unit beside it.
const spans: ReadonlyArray<{ below: number; unit: number; letter: string; rest?: { unit: number; letter: string } }> = [
  { below: 120, unit: 1, letter: "s" },
  { below: 600, unit: 60, letter: "m", rest: { unit: 1, letter: "s" } },
  { below: 10_800, unit: 60, letter: "m" },
  { below: 28_800, unit: 3600, letter: "h", rest: { unit: 60, letter: "m" } },
  { below: 172_800, unit: 3600, letter: "h" },
  { below: 691_200, unit: 86_400, letter: "d", rest: { unit: 3600, letter: "h" } },
  { below: 63_072_000, unit: 86_400, letter: "d" },
  { below: 252_288_000, unit: 31_536_000, letter: "y", rest: { unit: 86_400, letter: "d" } },
  { below: Number.POSITIVE_INFINITY, unit: 31_536_000, letter: "y" }
]

/** A human-readable duration: `4s`, `3m12s`, `5d`. @since 0.1.0 @category conversions  */
export const duration = (millis: number): string => {
  const seconds = Math.floor(millis / 1000)
  if (seconds < 0) {
    return seconds < -1 ? "<invalid>" : "0s"
  }
  const span = spans.find(({ below }) => seconds < below)
  if (span === undefined) {
    return ""
  }
  const { letter, rest, unit } = span
  const small = rest === undefined ? 0 : Math.floor((seconds % unit) / rest.unit)
  return `${Math.floor(seconds / unit)}${letter}${rest === undefined || small === 0 ? "" : `${small}${rest.letter}`}`
}

/** The human-readable time since a timestamp. @since 0.1.0 @category conversions  */
export const since = (time: string | undefined, now: number): string =>
  time === undefined ? "<unknown>" : duration(now - DateTime.toEpochMillis(DateTime.unsafeMake(time)))

/** @since 0.1.0 @category constants */
export const name: Column = { ...make("Name", (object) => Json.text(object, "metadata", "name") ?? ""), format: "name" }

/** When an object was created, in the tables of kinds without columns of their own. @since 0.1.0 @category constants  */
export const created: Column = typed(
  "date",
  "Created At",
  (object) => Json.text(object, "metadata", "creationTimestamp") ?? "<unknown>"
)

/** @since 0.1.0 @category constants */
export const age: Column = make("Age", (object, now) => since(Json.text(object, "metadata", "creationTimestamp"), now))
