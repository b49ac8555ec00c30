/**
 * The proxy that a build goes through.
 *
 * @since 0.1.0
 */
import * as Schema from "effect/Schema"
import { optional } from "./Optional.js"
import { atMostBytes, first, matches, oneLine, portable, type Rule, text } from "./Rule.js"

/**
 * The address of a proxy. Credentials have no place in it: it is shown in logs and objects; no message repeats it.
 *
 * @since 0.1.0
 * @category rules
 */
export const proxyUrl: Rule = first(
  portable,
  oneLine,
  atMostBytes(2048),
  matches(/^[^@]*$/, "must not hold a user name or password: it is visible to everyone who sees the build"),
  matches(/^https?:\/\//i, "must begin with http:// or https://"),
  matches(/^https?:\/\/[^\s/?#\\]+\/?$/i, "must be just http(s)://host:port"),
  (url) => URL.canParse(url) ? undefined : "is no valid URL; write http://host:port"
)

const ProxyUrl = text(proxyUrl, {
  identifier: "ProxyUrl",
  arbitrary: () => (fc) => fc.constantFrom("http://proxy.example:3128", "https://10.0.0.1:8080/", "http://[::1]:3128")
})

/**
 * @since 0.1.0
 * @category schemas
 */
export const Proxy = Schema.Struct({
  http: optional(ProxyUrl),
  https: optional(ProxyUrl),
  noProxy: optional(text(first(portable, oneLine, atMostBytes(16 * 1024)), {
    arbitrary: () => (fc) => fc.constantFrom("", ".cluster.local,10.0.0.0/8")
  }))
})
