/**
 * The times of a CronJob's schedule, as github.com/robfig/cron v3 computes them: the fields in a time zone, or an interval.
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as CronSchedule from "./CronSchedule.js"

/** The next time of a schedule after a time, in milliseconds; undefined if there is none within five years. @since 0.1.0 @category models  */
export type Next = (after: number) => number | undefined

/** Date and time of day in a zone. */
interface Local {
  readonly year: number
  readonly month: number
  readonly day: number
  readonly hour: number
  readonly minute: number
}

const minute = 60_000

const day = 24 * 60 * minute

const iso = (millis: number): string => DateTime.formatIso(DateTime.unsafeMake(millis)).slice(0, 19)

/** The clock of UTC, without the costs of other zones. */
const utcClock = (millis: number): Local => {
  const [year = 1970, month = 1, day = 1, hour = 0, minute = 0] = iso(millis).split(/[-T:]/).map(Number)
  return { year, month, day, hour, minute }
}

const clockOf = (zone: string): (millis: number) => Local => {
  if (zone === "UTC") return utcClock
  const format = new Intl.DateTimeFormat("en-u-ca-gregory-nu-latn", {
    timeZone: zone,
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric"
  })
  return (millis: number): Local => {
    const parts = Object.fromEntries(format.formatToParts(millis).map(({ type, value }) => [type, Number(value)]))
    const { day = 1, hour = 0, minute = 0, month = 1, year = 1970 } = parts
    return { year, month, day, hour, minute }
  }
}

const two = (number: number): string => String(number).padStart(2, "0")

/** The milliseconds of a date and time, taken for those of UTC. */
const utc = ({ day, hour, minute, month, year }: Local): number =>
  DateTime.toEpochMillis(DateTime.unsafeMake(`${year}-${two(month)}-${two(day)}T${two(hour)}:${two(minute)}:00Z`))

/** The day of the week: the epoch began on a Thursday. */
const weekday = (at: Local): number => (Math.floor(utc(at) / day) + 4) % 7

/** An interval of whole seconds, at least one. */
const everyMillis = (duration: string): number =>
  Math.max(Math.floor(CronSchedule.durationMillis(duration) / 1000), 1) * 1000

/** The first time from a minute on at which all fields match; days that do not match are skipped whole. */
const search = (
  local: (millis: number) => Local,
  { days, hours, minutes, months, weekdays }: CronSchedule.Fields,
  from: number
): number | undefined => {
  const isDay = (at: Local): boolean => {
    const inMonth = days.has(at.day)
    const inWeek = weekdays.has(weekday({ ...at, hour: 0, minute: 0 }))
    return months.has(at.month) && (days.isAny || weekdays.isAny ? inMonth && inWeek : inMonth || inWeek)
  }
  const last = from + 5 * 366 * day
  let time = from
  while (time <= last) {
    const at = local(time)
    if (!isDay(at)) {
      // To the hours around midnight, whose place a change of the clock may move.
      time += Math.max((23 - at.hour) * 60 - at.minute, 1) * minute
    } else if (!hours.has(at.hour)) {
      time += Math.max(60 - at.minute, 1) * minute
    } else if (!minutes.has(at.minute)) {
      time += minute
    } else {
      return time
    }
  }
  return undefined
}

/** Of a valid schedule; without a time zone the clock is that of UTC. @since 0.1.0 @category constructors  */
export const next = (schedule: string, timeZone: string | undefined): Next => {
  const { text, zone = timeZone ?? "UTC" } = CronSchedule.split(schedule)
  if (text.startsWith(CronSchedule.every)) {
    const millis = everyMillis(text.slice(CronSchedule.every.length))
    return (after) => after - after % 1000 + millis
  }
  const fields = CronSchedule.fields(CronSchedule.descriptors.get(text) ?? text)
  const local = clockOf(zone)
  return (after) => search(local, fields, after - after % minute + minute)
}

/** A time by RFC 3339 with the offset of a zone. @since 0.1.0 @category conversions  */
export const text = (millis: number, timeZone: string | undefined): string => {
  const offset = timeZone === undefined ? 0 : (utc(clockOf(timeZone)(millis)) - (millis - millis % minute)) / minute
  const size = Math.abs(offset)
  const zone = offset === 0 ? "Z" : `${offset < 0 ? "-" : "+"}${two(Math.floor(size / 60))}:${two(size % 60)}`
  return `${iso(millis + offset * minute)}${zone}`
}
