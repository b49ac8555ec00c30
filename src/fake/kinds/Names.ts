/**
 * Validates names, labels and annotations with the server's messages.
 *
 * Rules and messages are those of k8s.io/apimachinery pkg/api/validate/content and pkg/util/validation (v0.37).
 *
 * @since 0.1.0
 */

/** Returns the error messages for a string; none if it is valid. @since 0.1.0 @category models  */
export type Rule = (value: string) => ReadonlyArray<string>

/** The characters of a text that Go does not print: strconv.IsPrint. @since 0.1.0 @category getters  */
export const unprintable = (text: string): ReadonlyArray<{ readonly character: string; readonly byte: number }> =>
  Array.from(text.matchAll(/[^\p{L}\p{M}\p{N}\p{P}\p{S} ]/gu), ({ 0: character, index }) => ({
    character,
    byte: Buffer.byteLength(text.slice(0, index))
  }))

const bytes = (value: string): number => new TextEncoder().encode(value).length

const tooLong = (limit: number, value: string): ReadonlyArray<string> =>
  bytes(value) > limit ? [`must be no more than ${limit} bytes`] : []

const pattern = (description: string, regex: string, ...examples: ReadonlyArray<string>): string =>
  `${description} (e.g. ${examples.map((one) => `'${one}', `).join(" or ")}regex used for validation is '${regex}')`

const rule = (limit: number, regex: string, message: string): Rule => {
  const fullMatch = new RegExp(`^${regex}$`)
  return (value) => [...tooLong(limit, value), ...(fullMatch.test(value) ? [] : [message])]
}

const label = "[a-z0-9]([-a-z0-9]*[a-z0-9])?"
const subdomain = `${label}(\\.${label})*`
const key = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]"

/** @since 0.1.0 @category rules */
export const dnsLabel: Rule = (value) =>
  new RegExp(`^${subdomain}$`).test(value) && value.includes(".") ?
    [...tooLong(63, value), "must not contain dots"] :
    rule(
      63,
      label,
      pattern(
        "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character",
        label,
        "my-name",
        "123-abc"
      )
    )(value)

/** A name that starts with a letter. @since 0.1.0 @category rules  */
export const dns1035Label: Rule = rule(
  63,
  "[a-z]([-a-z0-9]*[a-z0-9])?",
  pattern(
    "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end with an alphanumeric character",
    "[a-z]([-a-z0-9]*[a-z0-9])?",
    "my-name",
    "abc-123"
  )
)

/** @since 0.1.0 @category rules */
export const dnsSubdomain: Rule = rule(
  253,
  subdomain,
  pattern(
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character",
    subdomain,
    "example.com"
  )
)

/** The names of a domain, whose first label is an asterisk. @since 0.1.0 @category rules  */
export const wildcardSubdomain: Rule = rule(
  253,
  `\\*\\.${subdomain}`,
  pattern(
    "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character",
    `\\*\\.${subdomain}`,
    "*.example.com"
  )
)

/** A name that is a part of a path. @since 0.1.0 @category rules  */
export const pathSegment: Rule = (value) =>
  value === "." || value === ".."
    ? [`may not be '${value}'`]
    : ["/", "%"].filter((part) => value.includes(part)).map((part) => `may not contain '${part}'`)

const keyMessage = pattern(
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
  key,
  "MyName",
  "my.name",
  "123-abc"
)

const keyName = rule(63, key, keyMessage)

const prefixed = (noun: string): Rule => (value) => {
  const [first = "", second, ...more] = value.split("/")
  if (more.length > 0) {
    return [
      `${noun} ${keyMessage} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`
    ]
  }
  const prefix = second === undefined ? [] : first === "" ? ["must be non-empty"] : dnsSubdomain(first)
  const name = second ?? first
  return [
    ...prefix.map((message) => `prefix part ${message}`),
    ...(name === "" ? ["must be non-empty", keyMessage] : keyName(name)).map((message) => `name part ${message}`)
  ]
}

/** The key of a label or annotation, or the name of a finalizer. @since 0.1.0 @category rules  */
export const labelKey: Rule = prefixed("a valid label key")

/** A rule whose messages count characters, as older ones do. @since 0.1.0 @category combinators  */
export const inCharacters = (rule: Rule): Rule => (value) =>
  rule(value).map((message) => message.replace(/(?<=no more than \d+ )bytes$/, "characters"))

/** The same rule in the words of v0.34, which OpenShift's API server has. @since 0.1.0 @category rules  */
export const qualifiedName: Rule = inCharacters(prefixed("a qualified name"))

/** @since 0.1.0 @category rules */
export const labelValue: Rule = rule(
  63,
  `(${key})?`,
  pattern(
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character",
    `(${key})?`,
    "MyValue",
    "my_value",
    "12345"
  )
)

const dots: Rule = (value) =>
  value === "." || value === ".."
    ? [`must not be '${value}'`]
    : value.startsWith("..")
    ? ["must not start with '..'"]
    : []

/** The key of a ConfigMap or Secret entry. @since 0.1.0 @category rules  */
export const dataKey: Rule = (value) => [
  ...rule(
    253,
    "[-._a-zA-Z0-9]+",
    pattern(
      "a valid config key must consist of alphanumeric characters, '-', '_' or '.'",
      "[-._a-zA-Z0-9]+",
      "key.name",
      "KEY_NAME",
      "key-name"
    )
  )(value),
  ...dots(value)
]

/** The name of an environment variable. @since 0.1.0 @category rules  */
export const variable: Rule = (value) => [
  ...(/^[-._a-zA-Z][-._a-zA-Z0-9]*$/.test(value) ? [] : [pattern(
    "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a digit",
    "[-._a-zA-Z][-._a-zA-Z0-9]*",
    "my.env-name",
    "MY_ENV.NAME",
    "MyEnvName1"
  )]),
  ...dots(value)
]
