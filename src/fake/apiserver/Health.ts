/**
 * The health endpoints `/healthz`, `/livez` and `/readyz`, and a path below them for each check. Their text is that of
 * k8s.io/apiserver pkg/server/healthz/healthz.go (v0.37); the fake has no check that can fail.
 *
 * @since 0.1.0
 */
import type { Reply } from "./Reply.js"

const checks: Readonly<Record<string, ReadonlyArray<string>>> = {
  healthz: ["ping", "log", "etcd"],
  livez: ["ping", "log", "etcd"],
  readyz: ["ping", "log", "etcd", "etcd-readiness", "informer-sync", "shutdown"]
}

const text = (text: string): Reply => ({ _tag: "Text", text })

/** The reply of a health endpoint; undefined for any other path. @since 0.1.0 @category combinators  */
export const reply = (path: string, query: Readonly<Record<string, string>>): Reply | undefined => {
  const [, name = "", check, ...rest] = path.split("/")
  const known = Object.hasOwn(checks, name) ? checks[name] : undefined
  if (known === undefined || rest.length > 0) {
    return undefined
  }
  if (check !== undefined) {
    return known.includes(check) ? text("ok") : undefined
  }
  if (query["verbose"] === undefined) {
    return text("ok")
  }
  const { exclude } = query
  const lines = known.map((one) => `[+]${one} ${one === exclude ? "excluded: ok" : "ok"}`)
  const warning = exclude === undefined || known.includes(exclude)
    ? []
    : [`warn: some health checks cannot be excluded: no matches for "${exclude}"`]
  return text([...lines, ...warning, `${name} check passed`, ""].join("\n"))
}
