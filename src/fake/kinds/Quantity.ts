/**
 * The canonical form of a quantity, in which a server stores and returns it: k8s.io/apimachinery pkg/api/resource
 * (quantity.go, v0.37).
 *
 * @since 0.1.0
 */

/** The format of a quantity that a server can parse. @since 0.1.0 @category constants  */
export const pattern = /^([+-]?)([0-9]+(?:\.[0-9]*)?|\.[0-9]+)((?:[KMGTPE]i)|[numkMGTPE]|[eE][+-]?[0-9]+)?$/

const decimal: ReadonlyArray<readonly [string, number]> = [
  ["n", -9],
  ["u", -6],
  ["m", -3],
  ["", 0],
  ["k", 3],
  ["M", 6],
  ["G", 9],
  ["T", 12],
  ["P", 15],
  ["E", 18]
]

const binary = ["", "Ki", "Mi", "Gi", "Ti", "Pi", "Ei"]

/** A value in units of 10^-9, the smallest that a quantity can have; a smaller part is rounded up. */
const nanos = (digits: string, exponent: number, factor: bigint): bigint => {
  const [whole = "", fraction = ""] = digits.split(".")
  const scale = exponent + 9 - fraction.length
  const value = BigInt(`${whole}${fraction}`) * factor
  const divisor = 10n ** BigInt(Math.max(0, -scale))
  return scale >= 0 ? value * 10n ** BigInt(scale) : value / divisor + (value % divisor > 0n ? 1n : 0n)
}

/** The number and its power of ten, a multiple of three. */
const scientific = (value: bigint): readonly [bigint, number] => {
  let [mantissa, exponent] = [value, -9]
  while (mantissa !== 0n && mantissa % 1000n === 0n) {
    mantissa /= 1000n
    exponent += 3
  }
  return [mantissa, exponent]
}

const written = (value: bigint, exponential: boolean): string => {
  const [mantissa, exponent] = scientific(value)
  if (exponential) {
    return exponent === 0 ? String(mantissa) : `${mantissa}e${exponent}`
  }
  const largest = Math.min(exponent, 18)
  const suffix = decimal.find(([, power]) => power === largest)?.[0] ?? ""
  return `${mantissa * 10n ** BigInt(exponent - largest)}${suffix}`
}

/** The server returns a number as it was written where it takes it to be canonical already: `1E6` and `1.500` are. */
const staysAsWritten = (digits: string, suffix: string, power: number): boolean => {
  const [, whole = "", fraction = ""] = /^0*([0-9]*)\.?([0-9]*)$/.exec(digits) ?? []
  const figures = `${whole === "" ? "0" : whole}${fraction}`
  const place = power - fraction.length
  return suffix.endsWith("i")
    ? fraction === "" && figures.length + 3 * binary.indexOf(suffix) <= 14 && (BigInt(figures) & 7n) !== 0n
    : place % 3 === 0 && place >= -9 && figures.length <= 18 && !figures.endsWith("000") && !figures.startsWith("0")
}

type Format = "binary" | "decimal" | "exponential"

interface Parsed {
  /** The value in units of 10^-9. */
  readonly value: bigint
  readonly format: Format
}

const unit = 10n ** 9n

const formatOf = (suffix: string): Format =>
  suffix.endsWith("i") ? "binary" : /^[eE][+-]?[0-9]+$/.test(suffix) ? "exponential" : "decimal"

const powerOf = (suffix: string): number =>
  formatOf(suffix) === "exponential" ? Number(suffix.slice(1)) : decimal.find(([name]) => name === suffix)?.[1] ?? 0

/** Undefined for text that is not a quantity; larger exponents are beyond what a server can represent. */
const parse = (quantity: string): Parsed | undefined => {
  const [, sign = "", digits = "", suffix = ""] = pattern.exec(quantity) ?? []
  const power = powerOf(suffix)
  if (digits === "" || Math.abs(power) > 18) return undefined
  const value = nanos(digits, power, 1024n ** BigInt(Math.max(0, binary.indexOf(suffix))))
  return { value: sign === "-" ? -value : value, format: formatOf(suffix) }
}

const render = ({ format, value: signed }: Parsed): string => {
  const [minus, value] = signed < 0n ? ["-", -signed] : ["", signed]
  if (value === 0n) {
    return "0"
  }
  // Binary suffixes are for whole numbers from 1024.
  if (format !== "binary" || value < 1024n * unit || value % unit !== 0n) {
    return `${minus}${written(value, format === "exponential")}`
  }
  let [mantissa, times] = [value / unit, 0]
  while (times < binary.length - 1 && mantissa % 1024n === 0n) {
    mantissa /= 1024n
    times += 1
  }
  return `${minus}${mantissa}${binary[times] ?? ""}`
}

/** `0.5` becomes `500m`, and `1024Mi` becomes `1Gi`; text that is not a quantity stays. @since 0.1.0 @category combinators  */
export const canonical = (quantity: string): string => {
  const [, , digits = "", suffix = ""] = pattern.exec(quantity) ?? []
  const parsed = parse(quantity)
  return parsed === undefined || staysAsWritten(digits, suffix, powerOf(suffix)) ? quantity : render(parsed)
}

/** The sum of quantities, in the form of the first that is not zero. @since 0.1.0 @category combinators  */
export const sum = (quantities: ReadonlyArray<string>): string => {
  const parsed = quantities.flatMap((quantity) => parse(quantity) ?? [])
  const value = parsed.reduce((total, one) => total + one.value, 0n)
  return render({ value, format: parsed.find((one) => one.value !== 0n)?.format ?? "decimal" })
}

/** A quantity in units of 10^-3, rounded up; that of text that is not one is 0. @since 0.1.0 @category getters  */
export const milli = (quantity: string): number => {
  const value = parse(quantity)?.value ?? 0n
  const factor = 1_000_000n
  return Number(value / factor + (value % factor > 0n ? 1n : 0n))
}
