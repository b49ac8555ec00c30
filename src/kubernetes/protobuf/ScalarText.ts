/**
 * Messages and bytes that are texts in JSON: times, quantities, base64.
 */
import * as DateTime from "effect/DateTime"
import { Malformed, type Wire } from "./Wire.js"

export const base64 = (wire: Wire, end: number): string => {
  const text = wire.bytes.toString("base64", wire.at, end)
  wire.at = end
  return text
}

/** The seconds and nanoseconds of a Timestamp; undefined for an empty one, which is no time. */
const timestamp = (wire: Wire, end: number): { readonly seconds: number; readonly nanos: number } | undefined => {
  if (wire.at === end) return undefined
  let seconds = 0
  let nanos = 0
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === 1 << 3) {
      seconds = wire.varint()
    } else if (tag === 2 << 3) {
      nanos = wire.varint()
    } else {
      wire.skip(tag, end)
    }
  }
  return { seconds, nanos }
}

/** Objects that were created together have many times in common. */
const maxTimes = 1024
const times = new Map<number, string>()

/** `2026-01-31T` by the number of days since 1970, cached: the objects of a cluster have few different days. */
const dates = new Map<number, string>()

const secondsOfDay = 86_400

const formatDate = (days: number): string => {
  const known = dates.get(days)
  if (known !== undefined) return known
  const text = DateTime.formatIso(DateTime.unsafeMake(days * secondsOfDay * 1000)).replace(/T.*/, "T")
  if (dates.size >= maxTimes) dates.clear()
  dates.set(days, text)
  return text
}

const twoDigits = Array.from({ length: 60 }, (_, index) => String(index).padStart(2, "0"))

const formatSeconds = (seconds: number): string => {
  const known = times.get(seconds)
  if (known !== undefined) return known
  // The range of JavaScript's dates.
  if (Math.abs(seconds) > 8.64e12) throw new Malformed(`${seconds} seconds is not a time`)
  const days = Math.floor(seconds / secondsOfDay)
  const rest = seconds - days * secondsOfDay
  const minutes = Math.floor(rest / 60)
  const [hour, minute, second] = [Math.floor(minutes / 60), minutes % 60, rest % 60].map((part) => twoDigits[part])
  // Joined: V8 would keep the parts of a template.
  const text = [formatDate(days), hour, ":", minute, ":", second, "Z"].join("")
  if (times.size >= maxTimes) times.clear()
  times.set(seconds, text)
  return text
}

/** RFC 3339 in seconds. */
export const time = (wire: Wire, end: number): string | undefined => {
  const read = timestamp(wire, end)
  return read === undefined ? undefined : formatSeconds(read.seconds)
}

/** RFC 3339 with six digits of a fraction. */
export const microTime = (wire: Wire, end: number): string | undefined => {
  const read = timestamp(wire, end)
  if (read === undefined) return undefined
  const micros = String(Math.trunc(read.nanos / 1000)).padStart(6, "0")
  return `${formatSeconds(read.seconds).slice(0, -1)}.${micros}Z`
}

/** The canonical text, for example `500m`. */
export const quantity = (wire: Wire, end: number, previous: unknown): string => {
  let text = ""
  while (wire.at < end) {
    const tag = wire.tag()
    if (tag === (1 << 3 | 2)) {
      text = wire.text(wire.end(end), previous)
    } else {
      wire.skip(tag, end)
    }
  }
  return text
}
