/**
 * Blocks of addresses such as `10.0.0.0/8`, and their rules in fields that are older than strict validation: k8s.io/apimachinery
 * pkg/util/validation/ip.go (v0.37).
 *
 * @since 0.1.0
 */
import * as Status from "../apiserver/Status.js"
import * as IpRules from "./IpRules.js"

/** A block: its address as it was written, the number of bits that are its own, and its first address. @since 0.1.0 @category models  */
export interface Block {
  readonly address: IpRules.Address
  readonly bits: number
  readonly first: ReadonlyArray<number>
  /** Whether the number of bits has leading zeros. */
  readonly isPadded: boolean
}

const widthOf = ({ numbers }: IpRules.Address): number => numbers.length === 4 ? 8 : 16

/** The number in which only the bits of a block are left. */
const masked = (numbers: ReadonlyArray<number>, width: number, bits: number): ReadonlyArray<number> =>
  numbers.map((number, index) => {
    const own = Math.min(Math.max(bits - index * width, 0), width)
    return number - number % 2 ** (width - own)
  })

/** Undefined for another text. @since 0.1.0 @category constructors  */
export const parse = (value: string): Block | undefined => {
  const [, before = "", length = ""] = /^([^/]*)\/(\d+)$/.exec(value) ?? []
  const address = IpRules.parse(before)
  if (address === undefined) return undefined
  const width = widthOf(address)
  // An address of version 4 that was written as one of version 6 has its bits.
  const bits = address.isMapped ? Math.max(Number(length) - 96, 0) : Number(length)
  return bits > width * address.numbers.length
    ? undefined
    : { address, bits, first: masked(address.numbers, width, bits), isPadded: String(Number(length)) !== length }
}

/** Whether all addresses of a block, and not all of the other, are in the other. @since 0.1.0 @category predicates  */
export const isWithin = (block: Block, other: Block): boolean =>
  block.first.length === other.first.length && block.bits > other.bits
  && masked(block.first, widthOf(other.address), other.bits).every((number, index) => number === other.first[index])

const hasHostBits = ({ address, first }: Block): boolean =>
  address.numbers.some((number, index) => number !== first[index])

const refusals = (value: string): ReadonlyArray<string> => {
  const block = parse(value)
  return block === undefined
    ? ["must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)"]
    : block.address.isPadded || block.isPadded
    ? ["must not have leading 0s in IP or prefix length"]
    : block.address.isMapped
    ? ["must not have an IPv4-mapped IPv6 address"]
    : hasHostBits(block)
    ? ["must not have bits set beyond the prefix length"]
    : []
}

/** A block that need not be canonical; those of `before` are valid. @since 0.1.0 @category rules  */
export const legacy = (value: string, field: string, before: ReadonlyArray<string> = []): Status.FieldErrors =>
  before.includes(value) ? [] : Status.invalidValues(field, value, refusals(value))

const rendered = (numbers: ReadonlyArray<number>): string =>
  numbers.length === 4
    ? numbers.join(".")
    : IpRules.parse(numbers.map((number) => number.toString(16)).join(":"))?.canonical ?? ""

/** What is warned of in a block that is taken, though it is not canonical. @since 0.1.0 @category rules  */
export const warnings = (value: string, field: string): ReadonlyArray<string> => {
  const block = parse(value)
  if (block === undefined) return []
  const { address, bits, first } = block
  const network = `${rendered(first)}/${bits}`
  const shown = JSON.stringify(value)
  const found = [
    ...(hasHostBits(block)
      ? [
        `${field}: CIDR value ${shown} is ambiguous in this context (should be ${JSON.stringify(network)} or ${
          JSON.stringify(`${address.canonical}/${widthOf(address) * first.length}`)
        }?)`
      ]
      : []),
    ...(address.isPadded || address.isMapped || block.isPadded
      ? [`${field}: non-standard CIDR value ${shown} is invalid: use ${JSON.stringify(network)}`]
      : [])
  ]
  const canonical = `${address.canonical}/${bits}`
  return found.length === 0 && address.numbers.length > 4 && canonical !== value
    ? [`${field}: IPv6 CIDR value ${shown} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`]
    : found
}
