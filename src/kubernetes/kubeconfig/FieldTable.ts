/**
 * Every field that a kubeconfig can have, and what this library does with it.
 *
 * The names are those of `tools/clientcmd/api/v1/types.go` of k8s.io/client-go v0.37.1, by the name of their struct. A test
 * compares the table with that file, so that a field which kubectl learns cannot be dropped here without notice.
 */

/**
 * - `honoured`: has the effect that it has for kubectl.
 * - `unused`: kubectl makes no use of it for a request either.
 */
export interface Handling {
  readonly handling: "honoured" | "unused"
  /** The effect of the field, or why it has none. */
  readonly note: string
  /** The field decides which server is asked, or as which user. */
  readonly identity?: true
}

const honoured = (note: string): Handling => ({ handling: "honoured", note })
const identity = (note: string): Handling => ({ handling: "honoured", note, identity: true })
const unused = (note: string): Handling => ({ handling: "unused", note })

const extensions = unused("data of other programs")

export const fields = {
  Config: {
    kind: honoured("must be Config, or absent"),
    apiVersion: honoured("must be v1, or absent"),
    preferences: unused("deprecated; no part of Kubernetes uses it"),
    clusters: honoured("by name; the first file that defines a name wins"),
    users: honoured("by name; the first file that defines a name wins"),
    contexts: honoured("by name; the first file that defines a name wins"),
    "current-context": identity("the first file that has one wins"),
    extensions
  },
  Preferences: {
    colors: unused("deprecated; no part of Kubernetes uses it"),
    extensions
  },
  Cluster: {
    server: identity("address of the API server"),
    "tls-server-name": identity("name in the server's certificate"),
    "insecure-skip-tls-verify": identity("refused together with a certificate authority"),
    "certificate-authority": identity("file, relative to the kubeconfig"),
    "certificate-authority-data": identity("refused together with certificate-authority"),
    "proxy-url": identity("http, https, socks5 or socks5h; instead of HTTPS_PROXY and its kind"),
    "disable-compression": honoured("no response is asked for in compressed form"),
    extensions: honoured("client.authentication.k8s.io/exec is handed to the exec plugin; the others are not used")
  },
  AuthInfo: {
    "client-certificate": identity("file, relative to the kubeconfig; read again when it changes"),
    "client-certificate-data": identity("refused together with client-certificate"),
    "client-key": identity("belongs to a client certificate; not used without one"),
    "client-key-data": identity("refused together with client-key"),
    token: identity("bearer token; refused together with username"),
    tokenFile: identity("file, relative to the kubeconfig; read again each minute; precedes token"),
    as: identity("impersonated user"),
    "as-uid": identity("refused without as"),
    "as-groups": identity("refused without as"),
    "as-user-extra": identity("refused without as"),
    username: identity("basic authentication"),
    password: identity("refused without username"),
    "auth-provider": identity("oidc; any other is refused, as it is by kubectl"),
    exec: identity("refused together with auth-provider; not run if the user has a token, certificate or username"),
    extensions
  },
  Context: {
    cluster: identity("must exist"),
    user: identity("must exist if it is named"),
    namespace: honoured("default namespace"),
    extensions
  },
  NamedCluster: { name: honoured("refused twice in one file"), cluster: honoured("null is an empty cluster") },
  NamedContext: { name: honoured("refused twice in one file"), context: honoured("null is an empty context") },
  NamedAuthInfo: { name: honoured("refused twice in one file"), user: honoured("null is an empty user") },
  NamedExtension: { name: honoured("see extensions of Cluster"), extension: honoured("see extensions of Cluster") },
  AuthProviderConfig: { name: identity("oidc"), config: identity("see OidcRefresh") },
  ExecConfig: {
    command: identity("relative to the kubeconfig if it has a slash, else from PATH"),
    args: identity("arguments"),
    env: identity("added to the environment of this process"),
    apiVersion: honoured("client.authentication.k8s.io/v1 or v1beta1; any other is refused"),
    installHint: honoured("shown if the command does not exist"),
    provideClusterInfo: identity("spec.cluster in KUBERNETES_EXEC_INFO"),
    interactiveMode: honoured("Never, IfAvailable or Always; required in v1")
  },
  ExecEnvVar: { name: identity("must not be empty"), value: identity("value") }
} as const satisfies Readonly<Record<string, Readonly<Record<string, Handling>>>>
