/**
 * Names and labels as Kubernetes allows them, from `k8s.io/apimachinery/pkg/util/validation`.
 *
 * @since 0.1.0
 */
import type * as Schema from "effect/Schema"
import { first, matches, type Rule, text } from "./Rule.js"

const atMost = (limit: number): Rule => (value) =>
  value.length > limit ? `has ${value.length} characters; at most ${limit} are allowed` : undefined

/**
 * The name of an object such as a Secret: an RFC 1123 subdomain.
 *
 * @since 0.1.0
 * @category rules
 */
export const subdomain: Rule = first(
  matches(/./s, "must not be empty"),
  atMost(253),
  matches(
    /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/,
    "must be a Kubernetes name: lower-case letters, digits, \"-\" and \".\", with a letter or digit at both ends of each part"
  )
)

const qualifiedName = matches(
  /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/,
  "must be letters, digits, \"-\", \"_\" and \".\", with a letter or digit at both ends"
)

/**
 * The key of a label: a name of at most 63 characters, after an optional `subdomain/`.
 *
 * @since 0.1.0
 * @category rules
 */
export const labelKey: Rule = (key) => {
  const slash = key.lastIndexOf("/")
  const prefix = slash === -1 ? undefined : subdomain(key.slice(0, slash))
  return prefix === undefined
    ? first(matches(/./s, "needs a name"), atMost(63), qualifiedName)(key.slice(slash + 1))
    : `has a prefix that ${prefix}`
}

/**
 * The value of a label: empty, or as the name in its key.
 *
 * @since 0.1.0
 * @category rules
 */
export const labelValue: Rule = (value) => value === "" ? undefined : first(atMost(63), qualifiedName)(value)

/**
 * @since 0.1.0
 * @category schemas
 */
export const Subdomain: Schema.Schema<string> = text(subdomain, {
  identifier: "KubernetesName",
  arbitrary: () => (fc) => fc.stringMatching(/^[a-z0-9]([-a-z0-9]{0,8}[a-z0-9])?(\.[a-z0-9]{1,5})?$/)
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const LabelValue: Schema.Schema<string> = text(labelValue, {
  identifier: "LabelValue",
  arbitrary: () => (fc) => fc.stringMatching(/^([A-Za-z0-9]([-A-Za-z0-9_.]{0,8}[A-Za-z0-9])?)?$/)
})
