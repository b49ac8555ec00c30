/**
 * The proxy that a build goes through.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { atMostBytes, first, lacks, matches, oneLine, textBy, type TextRule } from "./TextRule.js"
import { optional } from "./Validation.js"

/**
 * The address of a proxy. Credentials have no place in it: it can be read in logs and objects.
 *
 * @since 0.1.0
 * @category rules
 */
export const proxyUrl: TextRule = first(
  oneLine,
  atMostBytes(2048),
  lacks(/@/, "must not hold a user name or password: everyone who sees the build can read it"),
  matches(/^https?:\/\/[^\s/?#\\]+\/?$/i, "must be http://host:port or https://host:port"),
  (url) => URL.canParse(url) ? undefined : "has a host or port that is none"
)

const ProxyUrl = textBy(
  proxyUrl,
  (fc) => fc.constantFrom("http://proxy.example:3128", "https://10.0.0.1:8080/", "http://[::1]:3128")
)

/**
 * For which addresses the proxies are not used: a list with commas, as the variable `NO_PROXY` has it.
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
  http: optional(ProxyUrl),
  https: optional(ProxyUrl),
  noProxy: optional(textBy(noProxy, (fc) => fc.constantFrom("", ".cluster.local,10.0.0.0/8")))
})
