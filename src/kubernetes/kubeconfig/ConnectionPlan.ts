/**
 * Computes from the entries of a context the server, how to verify it, and as which user to send requests. Pure.
 *
 * The rules are those of client-go (`clientcmd/client_config.go`, `validation.go`, `rest/config.go`, `transport/`). Only the
 * entries in use have to be whole, and all of their problems are reported at once. Where kubectl would go to
 * http://localhost:8080, send no credentials, or ask a person for a password, the entries are refused.
 */
import * as Arr from "effect/Array"
import * as Either from "effect/Either"
import { ConfigurationError } from "./ConfigurationError.js"
import { label, type Material, material, type Problem, problemsOf } from "./EntryPlan.js"
import type * as KubeconfigFile from "./KubeconfigFile.js"
import type { Entry, Merged } from "./LoadingRules.js"
import { type Identity, planUser } from "./UserPlan.js"

export interface ConnectionPlan {
  readonly context: string
  readonly namespace: string | undefined
  /** The server as the file has it, for exec plugins. */
  readonly server: string
  /** Without a trailing slash, credentials, query or fragment. */
  readonly baseUrl: string
  readonly authority: Material | undefined
  readonly insecure: boolean
  readonly tlsServerName: string | undefined
  readonly proxyUrl: string | undefined
  readonly disableCompression: boolean
  readonly certificate: { readonly certificate: Material; readonly key: Material } | undefined
  readonly identity: Identity
  readonly impersonate: Readonly<Record<string, ReadonlyArray<string>>>
  /** Where the cluster is defined, for messages. */
  readonly clusterLabel: string
  /** Where the user is defined, for messages. */
  readonly userLabel: string
}

const noContext = (detail: string) => new ConfigurationError({ reason: "NoContext", detail })

/** As client-go reads it: without a scheme it is a host and port that is asked without TLS. */
const parseServer = (server: string): URL | undefined => {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(server) ? server : `http://${server}`
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && /^https?:$/.test(url.protocol) && url.hostname !== "" ? url : undefined
}

const proxyProtocols: ReadonlySet<string> = new Set(["http:", "https:", "socks5:", "socks5h:"])

/** A proxy that can be used; undefined for one that cannot. */
export const parseProxy = (text: string): URL | undefined => {
  const url = URL.canParse(text) ? new URL(text) : undefined
  return url !== undefined && proxyProtocols.has(url.protocol) && url.hostname !== "" ? url : undefined
}

const planCluster = (entry: Entry<KubeconfigFile.Cluster>) => {
  const { value: cluster } = entry
  const { add, found } = problemsOf("cluster", entry)
  const url = parseServer(cluster.server)
  add(cluster.server === "", "server", "is missing")
  add(cluster.server !== "" && url === undefined, "server", "is not a URL that begins with https://")
  const file = cluster["certificate-authority"]
  const data = cluster["certificate-authority-data"]
  const proxyUrl = cluster["proxy-url"]
  add(file !== "" && data !== "", "certificate-authority", "and `certificate-authority-data` exclude each other")
  const insecure = cluster["insecure-skip-tls-verify"]
  add(
    insecure && (file !== "" || data !== "") && url?.protocol === "https:",
    "insecure-skip-tls-verify",
    "and a certificate authority exclude each other"
  )
  add(
    proxyUrl !== "" && parseProxy(proxyUrl) === undefined,
    "proxy-url",
    "is not a URL that begins with http://, https://, socks5:// or socks5h://"
  )
  return {
    found,
    url,
    insecure,
    authority: material(entry, "certificate-authority", file, data),
    tlsServerName: cluster["tls-server-name"] === "" ? undefined : cluster["tls-server-name"],
    proxyUrl: proxyUrl === "" ? undefined : proxyUrl,
    disableCompression: cluster["disable-compression"],
    execConfig: cluster.extensions.find(({ name }) => name === "client.authentication.k8s.io/exec")?.extension
  }
}

const anonymous = {
  found: Arr.empty<Problem>(),
  identity: { _tag: "None" } as const,
  impersonate: {},
  certificate: undefined
}

const decode = (part: string): string => {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

const basicOf = ({ password, username }: URL): Identity => ({
  _tag: "Basic",
  username: decode(username),
  password: decode(password)
})

const refuse = (problems: Arr.NonEmptyReadonlyArray<Problem>) =>
  new ConfigurationError({
    reason: problems.some(({ part }) => part === "cluster") ? "Unsupported" : "NoCredentials",
    detail: `The kubeconfig cannot be used: ${problems.map(({ text }) => text).join("; ")}`,
    advice: "correct the entry, or choose another context"
  })

/** The plan of a context that exists. */
const planContext = (
  merged: Merged,
  entry: Entry<KubeconfigFile.Context>
): Either.Either<ConnectionPlan, ConfigurationError> => {
  const { value: context } = entry
  const clusterEntry = merged.clusters.get(context.cluster)
  if (clusterEntry === undefined) {
    return Either.left(noContext(
      context.cluster === ""
        ? `${label("context", entry)} names no cluster`
        : `${label("context", entry)} names the cluster "${context.cluster}", which does not exist`
    ))
  }
  const userEntry = merged.users.get(context.user)
  if (context.user !== "" && userEntry === undefined) {
    return Either.left(
      new ConfigurationError({
        reason: "NoCredentials",
        detail: `${label("context", entry)} names the user "${context.user}", which does not exist`,
        advice: "correct the entry, or choose another context"
      })
    )
  }
  const cluster = planCluster(clusterEntry)
  const user = userEntry === undefined ? anonymous : planUser(userEntry, cluster.execConfig)
  const userLabel = userEntry === undefined ? label("context", entry) : label("user", userEntry)
  const { url } = cluster
  const fromServer = user.identity._tag === "None" && url !== undefined && (url.username !== "" || url.password !== "")
  const identity = fromServer ? basicOf(url) : user.identity
  const identified = identity._tag !== "None" || user.certificate !== undefined
  const problems = [...cluster.found, ...user.found]
  if (url?.protocol === "https:" && !identified && user.found.length === 0) {
    problems.push({
      part: "user",
      text: userEntry === undefined
        ? `${userLabel} names no user; for an https server one is needed`
        : `${userLabel}: it has no credentials (a token, client certificate, exec plugin or username)`
    })
  }
  if (url?.protocol === "http:" && identified) {
    problems.push({
      part: "cluster",
      text: `${
        label("cluster", clusterEntry)
      }: \`server\` is not an https:// URL, and credentials are sent over TLS only`
    })
  }
  if (Arr.isNonEmptyReadonlyArray(problems) || url === undefined) {
    return Either.left(
      refuse(Arr.isNonEmptyReadonlyArray(problems) ? problems : [{ part: "cluster", text: "`server`" }])
    )
  }
  return Either.right({
    context: entry.name,
    namespace: context.namespace === "" ? undefined : context.namespace,
    server: clusterEntry.value.server,
    baseUrl: `${url.origin}${url.pathname}`.replace(/\/+$/, ""),
    authority: cluster.authority,
    insecure: cluster.insecure,
    tlsServerName: cluster.tlsServerName,
    proxyUrl: cluster.proxyUrl,
    disableCompression: cluster.disableCompression,
    certificate: user.certificate,
    identity,
    impersonate: user.impersonate,
    clusterLabel: label("cluster", clusterEntry),
    userLabel
  })
}

/** The plan of the named context, else of the current one; undefined if there is no current context. */
export const plan = (
  merged: Merged,
  context: string | undefined
): Either.Either<ConnectionPlan | undefined, ConfigurationError> => {
  const name = context ?? merged.currentContext
  if (name === "") return Either.right(undefined)
  const entry = merged.contexts.get(name)
  return entry === undefined
    ? Either.left(
      noContext(
        `The kubeconfig has no context "${name}"${merged.files.length === 0 ? "" : ` (${merged.files.join(", ")})`}`
      )
    )
    : planContext(merged, entry)
}
