/**
 * Names and labels that Kubernetes accepts: `k8s.io/apimachinery/pkg/util/validation`.
 *
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import { atMostBytes, first, matches, notEmpty, textBy, type TextRule, withKeywords } from "./TextRule.js"

/**
 * The name of an object such as a Secret: an RFC 1123 subdomain.
 *
 * @since 0.1.0
 * @category rules
 */
export const subdomain: TextRule = first(
  notEmpty,
  atMostBytes(253),
  matches(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "must be a valid Kubernetes name: lower-case letters, digits, \"-\" and \".\"; each part must start and end with a letter or digit"
  )
)

/**
 * The name of a namespace: an RFC 1123 label.
 *
 * @since 0.1.0
 * @category rules
 */
export const namespace: TextRule = first(
  notEmpty,
  atMostBytes(63),
  matches(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/,
    "must be a valid namespace name: lower-case letters, digits and \"-\", starting and ending with a letter or digit"
  )
)

const word = first(
  atMostBytes(63),
  matches(
    /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
    "must consist of letters, digits, \"-\", \"_\" and \".\", starting and ending with a letter or digit"
  )
)

const keyPattern = String.raw`^(?:[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*/)?` +
  "[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$"

/**
 * The key of a label: a name of at most 63 characters, after an optional `subdomain/`.
 *
 * @since 0.1.0
 * @category rules
 */
export const labelKey: TextRule = withKeywords((key) => {
  const slash = key.indexOf("/")
  const prefix = slash === -1 ? undefined : subdomain(key.slice(0, slash))
  return prefix === undefined ? first(notEmpty, word)(key.slice(slash + 1)) : `has a prefix that ${prefix}`
}, { pattern: keyPattern, maxLength: 317 })

/**
 * The value of a label: at most 63 characters; may be empty.
 *
 * @since 0.1.0
 * @category rules
 */
export const labelValue: TextRule = withKeywords(
  (value) => value === "" ? undefined : word(value),
  { pattern: "^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?)?$", maxLength: 63 }
)

/**
 * @since 0.1.0
 * @category schemas
 */
export const Subdomain: Schema.Schema<string> = textBy(
  subdomain,
  (fc) => fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?(\.[a-z0-9]{1,5})?$/)
)

/**
 * @since 0.1.0
 * @category schemas
 */
export const LabelValue: Schema.Schema<string> = textBy(
  labelValue,
  (fc) => fc.stringMatching(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,8}[A-Za-z0-9])?)?$/)
)
