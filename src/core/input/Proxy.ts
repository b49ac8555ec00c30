/**
 * The HTTP proxy of a build.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { described } from "../../effect/Described.js"
import { atMostBytes, first, lacks, matches, oneLine, textBy, type TextRule } from "./TextRule.js"
import { optional } from "./Validation.js"

/**
 * The URL of a proxy. It must not contain credentials, because it appears in logs and objects.
 *
 * @since 0.1.0
 * @category rules
 */
export const proxyUrl: TextRule = first(
  oneLine,
  atMostBytes(2048),
  lacks(/@/, "must not contain a user name or password, because it is readable in logs and objects"),
  matches(/^[Hh][Tt]{2}[Pp][Ss]?:\/\/[^\s/?#\\]+\/?$/, "must be http://host:port or https://host:port"),
  (url) => URL.canParse(url) ? undefined : "has an invalid host or port"
)

const ProxyUrl = textBy(
  proxyUrl,
  (fc) => fc.constantFrom("http://proxy.example:3128", "https://10.0.0.1:8080/", "http://[::1]:3128")
)

/**
 * The addresses for which no proxy is used: a comma-separated list, as in the variable `NO_PROXY`.
 *
 * @since 0.1.0
 * @category rules
 */
export const noProxy: TextRule = first(oneLine, atMostBytes(16 * 1024))

/**
 * @since 0.1.0
 * @category schemas
 */
export const Proxy = Schema.Struct({
  http: described("The proxy for `http:` addresses, as `http_proxy`.", optional(ProxyUrl)),
  https: described("The proxy for `https:` addresses, as `https_proxy`.", optional(ProxyUrl)),
  noProxy: described(
    "The addresses for which no proxy is used, separated by commas, as `no_proxy`.",
    optional(textBy(noProxy, (fc) => fc.constantFrom("", ".cluster.local,10.0.0.0/8")))
  )
})
