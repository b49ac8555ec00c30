/**
 * What the entries of a context amount to: the server, how to trust it, and as which user to ask it. Pure.
 *
 * The rules are those of client-go (`clientcmd/client_config.go`, `validation.go`, `rest/config.go`, `transport/`). Only the
 * entries in use have to be whole, and all of their problems are reported at once. Where kubectl would go to
 * http://localhost:8080, send no credentials, or ask a person for a password, the entries are refused.
 */
import * as Arr from "effect/Array"
import * as Either from "effect/Either"
import { ConfigurationError } from "./ConfigurationError.js"
import type * as KubeconfigFile from "./KubeconfigFile.js"
import { type Entry, type Merged, resolvePath } from "./LoadingRules.js"

/** A file that is read when it is needed, or the content itself. */
export type Material =
  | { readonly _tag: "File"; readonly path: string; readonly field: string }
  | { readonly _tag: "Content"; readonly bytes: Buffer; readonly field: string }

export interface ExecPlan {
  /** Absolute, or a name that is looked for in PATH. */
  readonly command: string
  readonly args: ReadonlyArray<string>
  readonly env: ReadonlyArray<{ readonly name: string; readonly value: string }>
  readonly apiVersion: string
  readonly installHint: string
  readonly interactiveMode: "Never" | "IfAvailable" | "Always"
  readonly provideClusterInfo: boolean
  /** The cluster's extension for plugins. */
  readonly config: unknown
}

/** How the user is recognized; the header of `Token` and `Basic` precedes the others, as in client-go. */
export type Identity =
  | { readonly _tag: "None" }
  | { readonly _tag: "Token"; readonly token: string; readonly file: string | undefined }
  | { readonly _tag: "Basic"; readonly username: string; readonly password: string }
  | { readonly _tag: "Exec"; readonly exec: ExecPlan }
  | { readonly _tag: "Oidc"; readonly config: Readonly<Record<string, string>>; readonly file: string }

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

interface Problem {
  readonly part: "cluster" | "user"
  readonly text: string
}

const label = (kind: string, { file, name }: Entry<unknown>) => `${file}, ${kind} "${name}"`

const noContext = (detail: string) => new ConfigurationError({ reason: "NoContext", detail })

/** The problems of one entry, each with the field. */
const problemsOf = (part: Problem["part"], entry: Entry<unknown>) => {
  const found: Array<Problem> = []
  return {
    found,
    add: (condition: boolean, field: string, text: string) => {
      if (condition) found.push({ part, text: `${label(part, entry)}: \`${field}\` ${text}` })
    }
  }
}

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

const material = (entry: Entry<unknown>, field: string, file: string, data: string): Material | undefined =>
  data !== ""
    ? { _tag: "Content", bytes: Buffer.from(data, "base64"), field: `${field}-data` }
    : file !== ""
    ? { _tag: "File", path: resolvePath(entry, file), field }
    : undefined

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

export const execVersions = {
  v1: "client.authentication.k8s.io/v1",
  v1beta1: "client.authentication.k8s.io/v1beta1"
} as const

const knownVersions: ReadonlySet<string> = new Set(Object.values(execVersions))

const isInteractiveMode = (mode: string): mode is ExecPlan["interactiveMode"] =>
  mode === "Never" || mode === "IfAvailable" || mode === "Always"

const planExec = (
  entry: Entry<KubeconfigFile.User>,
  exec: KubeconfigFile.ExecConfig,
  config: unknown,
  add: ReturnType<typeof problemsOf>["add"]
): ExecPlan => {
  const mode = exec.interactiveMode === "" && exec.apiVersion === execVersions.v1beta1
    ? "IfAvailable"
    : exec.interactiveMode
  add(exec.command === "", "exec.command", "is missing")
  add(
    !knownVersions.has(exec.apiVersion),
    "exec.apiVersion",
    `is not ${execVersions.v1} or ${execVersions.v1beta1}: update the plugin and its entry`
  )
  add(exec.env.some(({ name }) => name === ""), "exec.env", "has a variable without a name")
  add(!isInteractiveMode(mode), "exec.interactiveMode", "is not Never, IfAvailable or Always")
  return {
    ...exec,
    command: exec.command.includes("/") ? resolvePath(entry, exec.command) : exec.command,
    interactiveMode: isInteractiveMode(mode) ? mode : "Never",
    config
  }
}

/** The providers that kubectl once had, and what replaced them. */
const replacements: Readonly<Record<string, string>> = {
  gcp: "run `gcloud container clusters get-credentials` with gke-gcloud-auth-plugin installed",
  azure: "run `kubelogin convert-kubeconfig`"
}

const planOidc = (
  { config }: KubeconfigFile.AuthProviderConfig,
  add: ReturnType<typeof problemsOf>["add"]
) => {
  for (const field of ["idp-issuer-url", "client-id"]) {
    add((config[field] ?? "") === "", `auth-provider.config.${field}`, "is missing")
  }
}

/** Characters that no header can have; Node and Go refuse to send them. */
const isHeaderValue = (value: string) => !/[\0-\x08\x0a-\x1f\x7f]/.test(value)

/** Percent-encodes what a header name cannot have, as client-go does. */
const headerName = (key: string): string =>
  Array.from(Buffer.from(key), (byte) => {
    const char = String.fromCharCode(byte)
    return /[!#$&'*+.^_`|~0-9A-Za-z-]/.test(char) ? char : `%${byte.toString(16).toUpperCase().padStart(2, "0")}`
  }).join("")

/** Node writes header values as Latin-1, so that these bytes are UTF-8 on the wire. */
export const headerValue = (value: string): string => Buffer.from(value).toString("latin1")

const impersonation = (user: KubeconfigFile.User): Record<string, ReadonlyArray<string>> => {
  if (user.as === "") return {}
  const all = {
    "impersonate-user": [user.as],
    "impersonate-uid": user["as-uid"] === "" ? [] : [user["as-uid"]],
    "impersonate-group": user["as-groups"],
    ...Object.fromEntries(
      Object.entries(user["as-user-extra"]).map(([key, values]) => [`impersonate-extra-${headerName(key)}`, values])
    )
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, values]) => values.length === 0 ? [] : [[name, values.map(headerValue)]])
  )
}

const planIdentity = (
  entry: Entry<KubeconfigFile.User>,
  execConfig: unknown,
  add: ReturnType<typeof problemsOf>["add"]
): Identity => {
  const { value: user } = entry
  const basic = user.username !== "" || user.password !== ""
  const token = user.token !== "" || user.tokenFile !== ""
  const provider = user["auth-provider"]
  add(basic && token, "username", "and `token` exclude each other")
  add(user.username === "" && user.password !== "", "password", "has no `username`")
  add(!isHeaderValue(user.token), "token", "has a line break or another control character")
  add(user.exec !== undefined && provider !== undefined, "exec", "and `auth-provider` exclude each other")
  const exec = user.exec === undefined ? undefined : planExec(entry, user.exec, execConfig, add)
  if (provider !== undefined && provider.name !== "oidc") {
    const advice = replacements[provider.name] ?? "use an exec plugin instead"
    add(true, "auth-provider.name", `is not a provider that kubectl still has: ${advice}`)
  } else if (provider !== undefined) {
    planOidc(provider, add)
  }
  if (token) {
    return { _tag: "Token", token: user.token, file: resolvePath(entry, user.tokenFile) || undefined }
  }
  if (basic) return { _tag: "Basic", username: user.username, password: user.password }
  // A client certificate is enough: client-go runs no plugin beside it.
  const hasCertificate = user["client-certificate"] !== "" || user["client-certificate-data"] !== ""
  if (exec !== undefined && !hasCertificate) return { _tag: "Exec", exec }
  return provider === undefined ? { _tag: "None" } : { _tag: "Oidc", config: provider.config, file: entry.file }
}

const planUser = (entry: Entry<KubeconfigFile.User>, execConfig: unknown) => {
  const { value: user } = entry
  const { add, found } = problemsOf("user", entry)
  const identity = planIdentity(entry, execConfig, add)
  const [file, data] = [user["client-certificate"], user["client-certificate-data"]]
  const [keyFile, keyData] = [user["client-key"], user["client-key-data"]]
  const certificate = material(entry, "client-certificate", file, data)
  const key = material(entry, "client-key", keyFile, keyData)
  add(file !== "" && data !== "", "client-certificate", "and `client-certificate-data` exclude each other")
  if (certificate !== undefined) {
    add(keyFile !== "" && keyData !== "", "client-key", "and `client-key-data` exclude each other")
    add(key === undefined, "client-key", "is missing; a client certificate needs its key")
  }
  const others = user["as-uid"] !== "" || user["as-groups"].length > 0 ||
    Object.keys(user["as-user-extra"]).length > 0
  add(others && user.as === "", "as", "is missing; `as-uid`, `as-groups` and `as-user-extra` need it")
  const impersonate = impersonation(user)
  add(!Object.values(impersonate).flat().every(isHeaderValue), "as", "has a line break or another control character")
  return {
    found,
    identity,
    impersonate,
    certificate: certificate === undefined || key === undefined ? undefined : { certificate, key }
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
