/**
 * Schedules of CronJobs, checked with the messages of github.com/robfig/cron v3, which Kubernetes reads them with.
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"

interface Bounds {
  readonly min: number
  readonly max: number
  readonly names: ReadonlyArray<string>
}

const months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]

const bounds: ReadonlyArray<Bounds> = [
  { min: 0, max: 59, names: [] },
  { min: 0, max: 23, names: [] },
  { min: 1, max: 31, names: [] },
  { min: 1, max: 12, names: months },
  { min: 0, max: 6, names: days }
]

/** The fields that a descriptor means. @since 0.1.0 @category constants */
export const descriptors: ReadonlyMap<string, string> = new Map([
  ["@yearly", "0 0 1 1 *"],
  ["@annually", "0 0 1 1 *"],
  ["@monthly", "0 0 1 * *"],
  ["@weekly", "0 0 * * 0"],
  ["@daily", "0 0 * * *"],
  ["@midnight", "0 0 * * *"],
  ["@hourly", "0 * * * *"]
])

/** Comes before the duration of an interval. @since 0.1.0 @category constants */
export const every = "@every "

/** The units of a duration, in milliseconds. */
const units: ReadonlyMap<string, number> = new Map([
  ["ns", 1e-6],
  ["us", 1e-3],
  ["µs", 1e-3],
  ["μs", 1e-3],
  ["ms", 1],
  ["s", 1000],
  ["m", 60_000],
  ["h", 3_600_000]
])

const unit = `(${[...units.keys()].join("|")})`

const durationText = new RegExp(`^[+-]?(0|(([0-9]+(\\.[0-9]*)?|\\.[0-9]+)${unit})+)$`)

/** The milliseconds of a valid duration. @since 0.1.0 @category conversions */
export const durationMillis = (duration: string): number => {
  const sum = [...duration.matchAll(new RegExp(`([0-9.]+)${unit}`, "g"))].reduce(
    (total, [, number, unit = ""]) => total + Number(number) * (units.get(unit) ?? 0),
    0
  )
  return duration.startsWith("-") ? -sum : sum
}

/** A schedule without the time zone that an older form has before it. @since 0.1.0 @category conversions */
export const split = (schedule: string): { readonly zone: string | undefined; readonly text: string } => {
  const [prefix = "", zone] = /^(?:CRON_)?TZ=(\S*) /.exec(schedule) ?? []
  return { zone, text: schedule.slice(prefix.length).trim() }
}

type Parsed<A> = Either.Either<A, string>

const integer = (text: string): Parsed<number> => {
  if (!/^[+-]?[0-9]+$/.test(text)) {
    return Either.left(
      `failed to parse int from ${text}: strconv.Atoi: parsing ${JSON.stringify(text)}: invalid syntax`
    )
  }
  const value = Number(text)
  return value < 0 ? Either.left(`negative number (${value}) not allowed: ${text}`) : Either.right(value)
}

const integerOrName = (text: string, { min, names }: Bounds): Parsed<number> => {
  const index = names.indexOf(text.toLowerCase())
  return index < 0 ? integer(text) : Either.right(index + min)
}

const ends = (expression: string, range: string, of: Bounds): Parsed<readonly [number, number]> => {
  const [low = "", high, ...more] = range.split("-")
  if (low === "*" || low === "?") {
    return Either.right([of.min, of.max])
  }
  return Either.flatMap(integerOrName(low, of), (start) =>
    more.length > 0
      ? Either.left(`too many hyphens: ${expression}`)
      : high === undefined
      ? Either.right([start, start] as const)
      : Either.map(integerOrName(high, of), (end) => [start, end] as const))
}

/** The numbers from `start` to `end`, each one that is `by` after the one before; `isAny` for an asterisk. */
interface Range {
  readonly start: number
  readonly end: number
  readonly by: number
  readonly isAny: boolean
}

const readRange = (expression: string, of: Bounds): Parsed<Range> =>
  Either.gen(function*() {
    const [range = "", step, ...more] = expression.split("/")
    const [start, last] = yield* ends(expression, range, of)
    const by = step === undefined ? 1 : more.length > 0
      ? yield* Either.left(`too many slashes: ${expression}`)
      : yield* integer(step)
    // A number with a step goes on to the maximum.
    const end = step !== undefined && !range.includes("-") ? of.max : last
    if (start < of.min) {
      return yield* Either.left(`beginning of range (${start}) below minimum (${of.min}): ${expression}`)
    }
    if (end > of.max) {
      return yield* Either.left(`end of range (${end}) above maximum (${of.max}): ${expression}`)
    }
    if (start > end) {
      return yield* Either.left(`beginning of range (${start}) beyond end of range (${end}): ${expression}`)
    }
    if (by === 0) {
      return yield* Either.left(`step of range should be a positive number: ${expression}`)
    }
    return { start, end, by, isAny: /^[*?]/.test(range) && by === 1 }
  })

const checkDescriptor = (text: string): string | undefined => {
  if (descriptors.has(text)) {
    return undefined
  }
  if (!text.startsWith(every)) {
    return `unrecognized descriptor: ${text}`
  }
  const duration = text.slice(every.length)
  if (durationText.test(duration)) {
    return undefined
  }
  const problem = /^[+-]?(.*[a-zµμ])?[0-9.]*[0-9]$/.test(duration) ? "missing unit in" : "invalid"
  return `failed to parse duration ${text}: time: ${problem} duration ${JSON.stringify(duration)}`
}

/** The message for a schedule that cannot be read; none for a valid one. @since 0.1.0 @category rules  */
export const error = (schedule: string): string | undefined => {
  const { text } = split(schedule)
  if (text.startsWith("@")) {
    return checkDescriptor(text)
  }
  const fields = text.split(/\s+/).filter((field) => field !== "")
  if (fields.length !== bounds.length) {
    return `expected exactly ${bounds.length} fields, found ${fields.length}: [${fields.join(" ")}]`
  }
  const wrong = bounds.flatMap((of, index) => rangesOf(fields[index] ?? "", of)).find(Either.isLeft)
  return wrong?.left
}

const rangesOf = (field: string, of: Bounds): ReadonlyArray<Parsed<Range>> =>
  field.split(",").filter((part) => part !== "").map((part) => readRange(part, of))

/** The numbers of a field; `isAny` says whether it has an asterisk. @since 0.1.0 @category models  */
export interface Numbers {
  readonly has: (number: number) => boolean
  readonly isAny: boolean
}

/** @since 0.1.0 @category models */
export interface Fields {
  readonly minutes: Numbers
  readonly hours: Numbers
  readonly days: Numbers
  readonly months: Numbers
  readonly weekdays: Numbers
}

/** The fields of a valid schedule of five. @since 0.1.0 @category constructors  */
export const fields = (schedule: string): Fields => {
  const given = schedule.trim().split(/\s+/)
  const [minutes, hours, days, months, weekdays] = bounds.map((of, index): Numbers => {
    const ranges = rangesOf(given[index] ?? "", of).flatMap((parsed) => Either.isRight(parsed) ? [parsed.right] : [])
    return {
      has: (number) =>
        ranges.some(({ by, end, start }) => number >= start && number <= end && (number - start) % by === 0),
      isAny: ranges.some(({ isAny }) => isAny)
    }
  })
  const none: Numbers = { has: () => false, isAny: false }
  return {
    minutes: minutes ?? none,
    hours: hours ?? none,
    days: days ?? none,
    months: months ?? none,
    weekdays: weekdays ?? none
  }
}
