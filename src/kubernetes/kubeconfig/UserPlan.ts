/**
 * Computes from the entry of a user how the server identifies it: by token, password, certificate, plugin or provider, and which user
 * it impersonates. Pure; the rules are those of client-go (`clientcmd/validation.go`, `transport/round_trippers.go`).
 */
import { type Add, material, problemsOf } from "./EntryPlan.js"
import type * as KubeconfigFile from "./KubeconfigFile.js"
import { type Entry, resolvePath } from "./LoadingRules.js"

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

/** How the server identifies the user; the header of `Token` and `Basic` precedes the others, as in client-go. */
export type Identity =
  | { readonly _tag: "None" }
  | { readonly _tag: "Token"; readonly token: string; readonly file: string | undefined }
  | { readonly _tag: "Basic"; readonly username: string; readonly password: string }
  | { readonly _tag: "Exec"; readonly exec: ExecPlan }
  | { readonly _tag: "Oidc"; readonly config: Readonly<Record<string, string>>; readonly file: string }

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
  add: Add
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
  add: Add
) => {
  for (const field of ["idp-issuer-url", "client-id"]) {
    add((config[field] ?? "") === "", `auth-provider.config.${field}`, "is missing")
  }
}

/** Characters that no header can have; Node and Go refuse to send them. */
const isHeaderValue = (value: string) => !/[\0-\x08\x0a-\x1f\x7f]/.test(value)

/** HTTP removes blanks around the value of a header: a server sees a blank token or user as none, and requests as anonymous. */
const isBlank = (value: string) => value !== "" && /^[ \t]*$/.test(value)

/** Why a token cannot be sent; undefined if it can. */
export const tokenProblem = (token: string): string | undefined =>
  isBlank(token) ? "is blank" : isHeaderValue(token) ? undefined : "has a line break or another control character"

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
  const all: Record<string, ReadonlyArray<string>> = {
    "impersonate-user": [user.as],
    "impersonate-uid": user["as-uid"] === "" ? [] : [user["as-uid"]],
    "impersonate-group": user["as-groups"]
  }
  for (const [key, values] of Object.entries(user["as-user-extra"])) {
    // The names of headers have no case: of two that differ in it alone Node would send one.
    const name = `impersonate-extra-${headerName(key).toLowerCase()}`
    all[name] = [...all[name] ?? [], ...values]
  }
  return Object.fromEntries(
    Object.entries(all).flatMap(([name, values]) => values.length === 0 ? [] : [[name, values.map(headerValue)]])
  )
}

const planIdentity = (
  entry: Entry<KubeconfigFile.User>,
  execConfig: unknown,
  add: Add
): Identity => {
  const { value: user } = entry
  const basic = user.username !== "" || user.password !== ""
  const token = user.token !== "" || user.tokenFile !== ""
  const provider = user["auth-provider"]
  add(basic && token, "username", "and `token` exclude each other")
  add(user.username === "" && user.password !== "", "password", "has no `username`")
  const problem = tokenProblem(user.token)
  add(problem !== undefined, "token", problem ?? "")
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

/** How the server identifies a user, and the problems of its entry. */
export const planUser = (entry: Entry<KubeconfigFile.User>, execConfig: unknown) => {
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
  // Without the header the server would act as the user itself.
  add(isBlank(user.as), "as", "is blank")
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
