/**
 * IP addresses as Go reads them, and their rules in fields that are older than strict validation: k8s.io/apimachinery
 * pkg/util/validation/ip.go (v0.37).
 *
 * @since 0.1.0
 */
import { isIPv6 } from "node:net"
import * as Status from "../apiserver/Status.js"

/**
 * An address: its four or eight numbers, and its canonical form. `isPadded` says whether an IPv4 address has leading zeros, `isMapped`
 * whether it was written as an IPv6 one.
 *
 * @since 0.1.0
 * @category models
 */
export interface Address {
  readonly numbers: ReadonlyArray<number>
  readonly canonical: string
  readonly isPadded: boolean
  readonly isMapped: boolean
}

const version4 = (value: string): Address | undefined => {
  const parts = value.split(".")
  const numbers = parts.map(Number)
  return parts.length === 4 && parts.every((part) => /^\d+$/.test(part)) && numbers.every((number) => number < 256)
    ? { numbers, canonical: numbers.join("."), isPadded: numbers.join(".") !== value, isMapped: false }
    : undefined
}

const version6 = (value: string): Address | undefined => {
  if (!isIPv6(value) || value.includes("%")) return undefined
  const canonical = new URL(`http://[${value}]`).hostname.slice(1, -1)
  const [start = [], end = []] = canonical.split("::").map((half) => half.split(":").filter((part) => part !== ""))
  const groups = [...start, ...Array.from({ length: 8 - start.length - end.length }, () => "0"), ...end]
  const numbers = groups.map((group) => Number.parseInt(group, 16))
  const [, , , , , last = 0, high = 0, low = 0] = numbers
  if (last !== 0xffff || numbers.slice(0, 5).some((number) => number !== 0)) {
    return { numbers, canonical, isPadded: false, isMapped: false }
  }
  const bytes = [high, low].flatMap((number) => [number >> 8, number % 256])
  return { numbers: bytes, canonical: bytes.join("."), isPadded: false, isMapped: true }
}

/** An address, which may have leading zeros; undefined for another text. @since 0.1.0 @category constructors  */
export const parse = (value: string): Address | undefined => version4(value) ?? version6(value)

const refusals = (value: string): ReadonlyArray<string> => {
  const address = parse(value)
  return address === undefined
    ? ["must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)"]
    : address.isPadded
    ? ["must not have leading 0s"]
    : address.isMapped
    ? ["must not be an IPv4-mapped IPv6 address"]
    : []
}

/** An address that need not be canonical; those of `before` are valid. @since 0.1.0 @category rules  */
export const legacy = (value: string, field: string, before: ReadonlyArray<string> = []): Status.FieldErrors =>
  before.includes(value) ? [] : Status.invalidValues(field, value, refusals(value))

/** Whether an address is one of version 6. @since 0.1.0 @category predicates  */
export const isOf6 = (value: string): boolean => parse(value)?.numbers.length === 8

/** An address in its canonical form. @since 0.1.0 @category rules  */
export const strict = (value: string, field: string): Status.FieldErrors => {
  const canonical = parse(value)?.canonical ?? value
  const wrong = legacy(value, field)
  return wrong.length > 0 || canonical === value
    ? wrong
    : [Status.invalidValue(field, value, `must be in canonical form (${JSON.stringify(canonical)})`)]
}

/** An address that others connect to: pkg/apis/core/validation, ValidateEndpointIP. @since 0.1.0 @category rules  */
export const endpoint = (value: string, field: string): Status.FieldErrors => {
  const address = parse(value)
  if (address === undefined) return [Status.invalidValue(field, value, "must be a valid IP address")]
  const { numbers } = address
  const [first = 0, second = 0, third = 0] = numbers
  const isOf4 = numbers.length === 4
  const isZero = numbers.slice(0, -1).every((number) => number === 0)
  return Status.invalidValues(field, value, [
    ...(isZero && numbers.at(-1) === 0 ? [`may not be unspecified (${value})`] : []),
    ...((isOf4 ? first === 127 : isZero && numbers.at(-1) === 1)
      ? ["may not be in the loopback range (127.0.0.0/8, ::1/128)"]
      : []),
    ...((isOf4 ? first === 169 && second === 254 : (first & 0xffc0) === 0xfe80)
      ? ["may not be in the link-local range (169.254.0.0/16, fe80::/10)"]
      : []),
    ...((isOf4 ? first === 224 && second === 0 && third === 0 : (first & 0xff0f) === 0xff02)
      ? ["may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)"]
      : [])
  ])
}

/** What is warned of in an address that is taken, though it is not canonical. @since 0.1.0 @category rules  */
export const warnings = (value: string, field: string): ReadonlyArray<string> => {
  const address = parse(value)
  if (address === undefined) return []
  const { canonical, isMapped, isPadded } = address
  return isMapped || isPadded
    ? [`${field}: non-standard IP address ${JSON.stringify(value)} is invalid: use ${JSON.stringify(canonical)}`]
    : canonical === value
    ? []
    : [
      `${field}: IPv6 address ${JSON.stringify(value)} should be in RFC 5952 canonical format (${
        JSON.stringify(canonical)
      })`
    ]
}
