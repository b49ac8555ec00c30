/**
 * Which proxy leads to a server: the cluster's `proxy-url`, else HTTPS_PROXY, HTTP_PROXY and NO_PROXY by the rules of Go's
 * `golang.org/x/net/http/httpproxy` (v0.47.0), which kubectl uses. Variables in lower case have the same meaning.
 */
import * as Effect from "effect/Effect"
import * as Either from "effect/Either"
import * as net from "node:net"
import { ConfigurationError } from "./ConfigurationError.js"
import { parseProxy } from "./ConnectionPlan.js"
import { variable } from "./LoadingRules.js"

export interface ProxyVariables {
  readonly httpsProxy: string
  readonly httpProxy: string
  readonly noProxy: string
}

const either = (upper: string) =>
  Effect.flatMap(variable(upper), (value) => value === "" ? variable(upper.toLowerCase()) : Effect.succeed(value))

export const variables: Effect.Effect<ProxyVariables> = Effect.all({
  httpsProxy: either("HTTPS_PROXY"),
  httpProxy: either("HTTP_PROXY"),
  noProxy: either("NO_PROXY")
})

const defaultPorts: Readonly<Record<string, string>> = { "http:": "80", "https:": "443" }

/** Splits `host:port` and `[v6]:port`; undefined if there is no port. */
const splitPort = (text: string): readonly [host: string, port: string] | undefined => {
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d*)$/.exec(text)
  return match === null ? undefined : [match[1] ?? match[2] ?? "", match[3] ?? ""]
}

const family = (address: string) => net.isIPv6(address) ? "ipv6" : "ipv4"

const inSubnet = (rule: string, address: string): boolean | undefined => {
  const [, subnet, prefix] = /^([^/]+)\/(\d{1,3})$/.exec(rule) ?? []
  if (subnet === undefined || prefix === undefined || net.isIP(subnet) === 0) return undefined
  if (Number(prefix) > (net.isIPv6(subnet) ? 128 : 32)) return undefined
  const list = new net.BlockList()
  list.addSubnet(subnet, Number(prefix), family(subnet))
  return list.check(address, family(address))
}

const isSameAddress = (left: string, right: string) => {
  const list = new net.BlockList()
  list.addAddress(left, family(left))
  return list.check(right, family(right))
}

const domainMatches = (rule: string, host: string): boolean => {
  const suffix = rule.replace(/^\*(?=\.)/, "")
  return suffix.startsWith(".") ? host.endsWith(suffix) : host === suffix || host.endsWith(`.${suffix}`)
}

/** A rule of NO_PROXY exempts the host. */
const exempts = (rule: string, host: string, port: string): boolean => {
  if (rule === "") return false
  if (rule === "*") return true
  const isAddress = net.isIP(host) !== 0
  const subnet = isAddress ? inSubnet(rule, host) : undefined
  if (subnet !== undefined) return subnet
  const [ruleHost, rulePort] = splitPort(rule) ?? [rule, ""]
  if (ruleHost === "" || (rulePort !== "" && rulePort !== port)) return false
  if (net.isIP(ruleHost) !== 0) return isAddress && isSameAddress(ruleHost, host)
  return !isAddress && domainMatches(ruleHost, host)
}

const isLoopback = (host: string) => inSubnet("127.0.0.0/8", host) === true || isSameAddress("::1", host)

/** No proxy is used for this host. */
export const isExempt = (server: URL, noProxy: string): boolean => {
  const host = server.hostname.replace(/^\[|\]$/g, "").toLowerCase()
  if (host === "localhost" || (net.isIP(host) !== 0 && isLoopback(host))) return true
  const port = server.port === "" ? defaultPorts[server.protocol] ?? "" : server.port
  return noProxy.split(",").some((rule) => exempts(rule.trim().toLowerCase(), host, port))
}

/** As in Go, a value without a scheme is the address of an http proxy. */
const parseVariable = (value: string): URL | undefined =>
  parseProxy(/^[a-z][a-z0-9+.-]*:\/\//i.test(value) ? value : `http://${value}`)

/** The proxy for a server; undefined if it is reached directly. */
export const proxyFor = (
  baseUrl: string,
  proxyUrl: string | undefined,
  { httpProxy, httpsProxy, noProxy }: ProxyVariables
): Either.Either<URL | undefined, ConfigurationError> => {
  if (proxyUrl !== undefined) return Either.right(parseProxy(proxyUrl))
  const server = new URL(baseUrl)
  const [name, value] = server.protocol === "https:" ? ["HTTPS_PROXY", httpsProxy] : ["HTTP_PROXY", httpProxy]
  if (value === "" || isExempt(server, noProxy)) return Either.right(undefined)
  const proxy = parseVariable(value)
  return proxy === undefined
    ? Either.left(
      new ConfigurationError({
        reason: "Unsupported",
        detail: `The value of ${name} is not the address of a proxy`,
        advice: "use http://, https://, socks5:// or socks5h://, or name the server in NO_PROXY"
      })
    )
    : Either.right(proxy)
}
