/**
 * The formats of texts and numbers that schemas of custom resources may name; others are ignored.
 *
 * As in k8s.io/kube-openapi pkg/validation/strfmt, and k8s.io/apiextensions-apiserver pkg/apiserver/validation/formats.go (v0.37).
 *
 * @since 0.1.0
 */
import * as DateTime from "effect/DateTime"
import * as Option from "effect/Option"
import { isIPv4, isIPv6 } from "node:net"
import * as Names from "../kinds/Names.js"

type Format = (text: string) => boolean

const matches = (pattern: RegExp): Format => (text) => pattern.test(text)

const hex = "[0-9a-f]"
const uuid = (third: string, fourth: string): Format =>
  matches(new RegExp(`^${hex}{8}-?${hex}{4}-?${third}-?${fourth}-?${hex}{12}$`, "i"))

const isUri: Format = (text) => text.startsWith("/") || (/^[a-z][a-z0-9+.-]*:/i.test(text) && URL.canParse(text))

const isCidr: Format = (text) => {
  const [address = "", bits = "", ...rest] = text.split("/")
  const limit = isIPv4(address) ? 32 : isIPv6(address) ? 128 : -1
  return rest.length === 0 && /^\d+$/.test(bits) && Number(bits) <= limit
}

const isDate: Format = (text) =>
  /^\d{4}-\d{2}-\d{2}$/.test(text)
  && Option.exists(DateTime.make(`${text}T00:00:00Z`), (date) => DateTime.formatIso(date).startsWith(text))

const isDateTime: Format = (text) => {
  const [, date = "", hour = "", minute = "", second = ""] =
    /^(\d{4}-\d{2}-\d{2})t(\d{2}):(\d{2}):(\d{2})(?:.\d+)?(?:z|[+-]\d{2}:\d{2})$/i.exec(text) ?? []
  return isDate(date) && Number(hour) < 24 && Number(minute) < 60 && Number(second) < 60
}

const units = "ns|us|µs|μs|ms|s|m|h"
const words =
  "nanoseconds?|nanos?|microseconds?|micros?|milliseconds?|millis?|seconds?|sec|minutes?|min|hours?|hr|days?|d|weeks?|wk|w|"
  + units
const isDuration: Format = (text) =>
  text === "0" ||
  new RegExp(`^[-+]?(\\d+(\\.\\d*)?|\\.\\d+)(${units})((\\d+(\\.\\d*)?|\\.\\d+)(${units}))*$`).test(text)
  || new RegExp(`^\\d+\\s*(${words})$`).test(text)

const isHostname: Format = (text) =>
  text.length <= 255
  && /^([a-zA-Z0-9\p{S}\p{L}]((-?[a-zA-Z0-9\p{S}\p{L}]{0,62})?)|([a-zA-Z0-9\p{S}\p{L}](([a-zA-Z0-9\-\p{S}\p{L}]{0,61}[a-zA-Z0-9\p{S}\p{L}])?)(\.)){1,}([a-zA-Z\p{L}]){2,63})$/u
    .test(text)

const isBase64: Format = (text) =>
  text.length % 4 === 0 && (/^[A-Za-z0-9+/]*={0,2}$/.test(text) || /^[A-Za-z0-9_-]*={0,2}$/.test(text))

const digits = (text: string): string => text.replaceAll(/[\s-]/g, "")

const isIsbn10: Format = (text) =>
  /^\d{9}[\dX]$/.test(digits(text))
  && [...digits(text)].reduce((sum, digit, index) => sum + (10 - index) * (digit === "X" ? 10 : Number(digit)), 0) % 11
    === 0

const isIsbn13: Format = (text) =>
  /^\d{13}$/.test(digits(text))
  && [...digits(text)].reduce((sum, digit, index) => sum + Number(digit) * (index % 2 === 0 ? 1 : 3), 0) % 10 === 0

const isCreditCard: Format = (text) => {
  const number = text.replaceAll(/\D/g, "")
  const sum = [...number].reverse().reduce((total, digit, index) => {
    const value = Number(digit) * (index % 2 === 0 ? 1 : 2)
    return total + (value > 9 ? value - 9 : value)
  }, 0)
  return /^\d{13,19}$/.test(number) && sum % 10 === 0
}

const formats: Readonly<Record<string, Format>> = {
  bsonobjectid: matches(/^[0-9a-f]{24}$/i),
  uri: isUri,
  email: matches(/^([^<>]*<)?[^\s@<>()]+@[^\s@<>()]+>?$/),
  hostname: isHostname,
  ipv4: isIPv4,
  ipv6: isIPv6,
  cidr: isCidr,
  mac: matches(/^([0-9a-f]{2}([:-][0-9a-f]{2}){5}|[0-9a-f]{2}([:-][0-9a-f]{2}){7}|[0-9a-f]{4}(\.[0-9a-f]{4}){2,3})$/i),
  uuid: uuid(`${hex}{4}`, `${hex}{4}`),
  uuid3: uuid(`3${hex}{3}`, `${hex}{4}`),
  uuid4: uuid(`4${hex}{3}`, `[89ab]${hex}{3}`),
  uuid5: uuid(`5${hex}{3}`, `[89ab]${hex}{3}`),
  isbn: (text) => isIsbn10(text) || isIsbn13(text),
  isbn10: isIsbn10,
  isbn13: isIsbn13,
  creditcard: isCreditCard,
  ssn: matches(/^\d{3}[- ]?\d{2}[- ]?\d{4}$/),
  hexcolor: matches(/^#?([0-9a-fA-F]{3}|[0-9a-fA-F]{6})$/),
  rgbcolor: matches(
    /^rgb\(\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*(,\s*(0|[1-9]\d?|1\d\d?|2[0-4]\d|25[0-5])\s*){2}\)$/
  ),
  byte: isBase64,
  password: () => true,
  date: isDate,
  duration: isDuration,
  datetime: isDateTime,
  "k8s-short-name": (text) => Names.dnsLabel(text).length === 0,
  "k8s-long-name": (text) => Names.dnsSubdomain(text).length === 0
}

/** Whether a text has a format; a format that is not known accepts everything. @since 0.1.0 @category predicates  */
export const accepts = (format: string, text: string): boolean =>
  (formats[format] ?? formats[format.replaceAll("-", "")])?.(text) ?? true

const ofType: Readonly<Record<string, ReadonlyArray<string>>> = {
  integer: ["int32", "int64"],
  number: ["float", "double"]
}

/** The format of a type of numbers; undefined for one that the type does not have. @since 0.1.0 @category getters  */
export const ofNumbers = (type: string, format: string | undefined): string | undefined =>
  ofType[type]?.find((one) => one === format)

/** Whether a number is in the range of a type and a format. @since 0.1.0 @category predicates  */
export const inRange = (type: string, format: string | undefined, value: number): boolean =>
  type === "integer"
    ? Number.isInteger(value) && (format !== "int32" || (value >= -(2 ** 31) && value < 2 ** 31))
    : format !== "float" || Number.isFinite(Math.fround(value))
