/** Cases about exec plugins. */
import { type Case, config, readBase64 } from "./Case.js"
import type { World } from "./Loopback.js"

const v1 = "client.authentication.k8s.io/v1"
const v1beta1 = "client.authentication.k8s.io/v1beta1"

const token = (name: string) => ({ server: "a", authorization: `Bearer ${name}` })

/** A plugin that prints the status; the text of the status may use the shell's variables. */
const script = (status: string, apiVersion = v1) =>
  `#!/bin/sh\nprintf '%s' "{\\"kind\\":\\"ExecCredential\\",\\"apiVersion\\":\\"${apiVersion}\\",\\"status\\":${
    status.replace(/"/g, "\\\"")
  }}"\n`

const exec = (more: object = {}) => ({
  exec: { apiVersion: v1, command: "./plugin.sh", interactiveMode: "Never", ...more }
})

const plugin = (
  title: string,
  text: string,
  expect: Case["expect"],
  more: { readonly exec?: object; readonly user?: (w: World) => object; readonly cluster?: object } & Partial<Case> = {}
): Case => {
  const { cluster, exec: options, user, ...rest } = more
  return {
    title,
    files: (w) => ({
      config: config(w, { user: { ...exec(options), ...user?.(w) }, ...(cluster === undefined ? {} : { cluster }) }),
      "plugin.sh": text
    }),
    expect,
    ...rest
  }
}

/** Prints KUBERNETES_EXEC_INFO as a token, without the characters that vary between JSON writers. */
const info = `#!/bin/sh
token=$(printf '%s' "$KUBERNETES_EXEC_INFO" | tr -d ' \\n"{}' | tr ':,' '=;' | sed "s#https=//127.0.0.1=[0-9]*#URL#;s#config=null##")
printf '{"kind":"ExecCredential","apiVersion":"${v1}","status":{"token":"%s"}}' "$token"
`

const field = (name: string) =>
  `#!/bin/sh
value=$(printf '%s' "$KUBERNETES_EXEC_INFO" | tr ',{}' '\\n\\n\\n' | sed -n 's/^"${name}":"\\{0,1\\}\\([^"]*\\)"\\{0,1\\}$/\\1/p' | head -1 | tr -d '=/+')
printf '{"kind":"ExecCredential","apiVersion":"${v1}","status":{"token":"v%s"}}' "$value"
`

export const execCases: ReadonlyArray<Case> = [
  plugin("K8 exec: a relative command is relative to the file", script("{\"token\":\"plugged\"}"), token("plugged")),
  plugin("exec: arguments are passed as they are", script("{\"token\":\"$1-$2\"}"), token("one-$HOME;two"), {
    exec: { args: ["one", "$HOME;two"] }
  }),
  plugin("exec: env is added to the environment", script("{\"token\":\"$MINE-${PATH:+path}\"}"), token("mine-path"), {
    exec: { env: [{ name: "MINE", value: "other" }, { name: "MINE", value: "mine" }] }
  }),
  plugin(
    "K7 exec: KUBERNETES_EXEC_INFO is set without provideClusterInfo",
    info,
    token(
      `kind=ExecCredential;apiVersion=${v1};spec=interactive=false`
    )
  ),
  plugin(
    "K7 exec: provideClusterInfo gives the server",
    field("server"),
    (w) => token(`v${w.url.a.replace(/\//g, "")}`),
    {
      exec: { provideClusterInfo: true }
    }
  ),
  plugin(
    "K7 exec: provideClusterInfo gives the authority",
    field("certificate-authority-data"),
    (w) => token(`v${readBase64(w.pem["ca"]).replace(/[=/+]/g, "")}`),
    {
      exec: { provideClusterInfo: true }
    }
  ),
  plugin("K7 exec: provideClusterInfo gives tls-server-name", field("tls-server-name"), token("vlocalhost"), {
    exec: { provideClusterInfo: true },
    cluster: { "tls-server-name": "localhost" }
  }),
  plugin(
    "K7 exec: provideClusterInfo gives insecure-skip-tls-verify",
    field("insecure-skip-tls-verify"),
    token("vtrue"),
    {
      exec: { provideClusterInfo: true },
      cluster: { "certificate-authority": "", "insecure-skip-tls-verify": true }
    }
  ),
  plugin("K7 exec: provideClusterInfo gives disable-compression", field("disable-compression"), token("vtrue"), {
    exec: { provideClusterInfo: true },
    cluster: { "disable-compression": true }
  }),
  plugin("K7 exec: provideClusterInfo gives the cluster's extension", field("audience"), token("vmine"), {
    exec: { provideClusterInfo: true },
    cluster: {
      extensions: [
        { name: "other", extension: { audience: "wrong" } },
        { name: "client.authentication.k8s.io/exec", extension: { audience: "mine" } }
      ]
    }
  }),
  plugin("exec: v1beta1 needs no interactiveMode", script("{\"token\":\"beta\"}", v1beta1), token("beta"), {
    exec: { apiVersion: v1beta1, interactiveMode: "" }
  }),
  plugin("exec: v1 needs an interactiveMode", script("{\"token\":\"t\"}"), {
    refused: /`exec.interactiveMode` is not Never/
  }, {
    exec: { interactiveMode: "" }
  }),
  plugin("exec: an unknown interactiveMode is refused", script("{\"token\":\"t\"}"), {
    refused: /`exec.interactiveMode`/
  }, {
    exec: { interactiveMode: "Sometimes" }
  }),
  plugin("exec: interactiveMode Always without a terminal is refused", script("{\"token\":\"t\"}"), {
    refused: /standard input is not a terminal/
  }, { exec: { interactiveMode: "Always" } }),
  plugin(
    "K9 exec: standard input is at its end",
    `#!/bin/sh\nread line\n${script("{\"token\":\"read-$line\"}").slice(10)}`,
    token("read-"),
    {
      exec: { interactiveMode: "IfAvailable" }
    }
  ),
  plugin("exec: v1alpha1 is refused", script("{\"token\":\"t\"}", "client.authentication.k8s.io/v1alpha1"), {
    refused: /`exec.apiVersion` is not client.authentication.k8s.io\/v1 or/
  }, { exec: { apiVersion: "client.authentication.k8s.io/v1alpha1" } }),
  plugin("exec: without an apiVersion is refused", script("{\"token\":\"t\"}"), { refused: /`exec.apiVersion`/ }, {
    exec: { apiVersion: "" }
  }),
  plugin("exec: an answer of another apiVersion is refused", script("{\"token\":\"t\"}", v1beta1), {
    refused: /it returned another apiVersion/
  }),
  plugin("K6 exec: an empty status is refused", script("{}"), { refused: /neither a token nor a certificate/ }),
  plugin("K6 exec: status null is refused", script("null"), { refused: /it returned no status/ }),
  plugin(
    "exec: an answer that is not an ExecCredential is refused",
    "#!/bin/sh\necho '{\"status\":{\"token\":\"t\"}}'\n",
    {
      refused: /its output is not an ExecCredential/
    }
  ),
  plugin("exec: a bare token is refused", "#!/bin/sh\necho t\n", { refused: /not an ExecCredential/ }),
  plugin(
    "exec: an answer in YAML is accepted",
    `#!/bin/sh\nprintf 'kind: ExecCredential\\napiVersion: ${v1}\\nstatus:\\n  token: yaml\\n'\n`,
    token("yaml")
  ),
  plugin("exec: a certificate without a key is refused", script("{\"token\":\"t\",\"clientCertificateData\":\"x\"}"), {
    refused: /only one of certificate and key/
  }),
  plugin(
    "exec: an expirationTimestamp that is not a time is refused",
    script("{\"token\":\"t\",\"expirationTimestamp\":\"soon\"}"),
    {
      refused: /expirationTimestamp that is not a time/
    }
  ),
  plugin(
    "exec: an expired answer is used once",
    script("{\"token\":\"t\",\"expirationTimestamp\":\"2020-01-01T00:00:00Z\"}"),
    token("t")
  ),
  plugin(
    "exec: a failing plugin is refused with its last words",
    "#!/bin/sh\necho the login has expired >&2\nexit 3\n",
    {
      refused: /it failed with exit code 3: the login has expired/
    }
  ),
  plugin("K8 exec: a missing command is refused with installHint", "", {
    refused: /does not exist, or is not executable: brew install foo/
  }, {
    exec: { command: "no-such-plugin", installHint: "brew install foo" }
  }),
  plugin("exec: without a command is refused", "", { refused: /`exec.command` is missing/ }, { exec: { command: "" } }),
  plugin("exec: a variable without a name is refused", script("{\"token\":\"t\"}"), {
    refused: /`exec.env` has a variable without/
  }, {
    exec: { env: [{ name: "", value: "x" }] }
  }),
  plugin("exec: is not run beside a token", "#!/bin/sh\nexit 1\n", token("static"), {
    user: () => ({ token: "static" })
  }),
  plugin("exec: is not run beside a client certificate", "#!/bin/sh\nexit 1\n", { server: "a", certificate: "one" }, {
    user: (w) => ({ "client-certificate": w.pem["oneCert"], "client-key": w.pem["oneKey"] })
  }),
  plugin(
    "exec: is not run beside a username",
    "#!/bin/sh\nexit 1\n",
    { server: "a", authorization: "Basic Ym9iOnA=" },
    {
      user: () => ({ username: "bob", password: "p" })
    }
  ),
  plugin("exec: an invalid apiVersion is refused beside a token too", "", { refused: /`exec.apiVersion`/ }, {
    user: () => ({ token: "static" }),
    exec: { apiVersion: "v9" }
  }),
  {
    title: "exec: a certificate and key are used",
    files: (w) => ({
      config: config(w, { user: exec() }),
      // The shell's printf turns \\n into line breaks inside of the JSON text, so that they are doubled here.
      "plugin.sh": `#!/bin/sh\ncat "$(dirname "$0")/answer"\n`,
      answer: {
        kind: "ExecCredential",
        apiVersion: v1,
        status: {
          clientCertificateData: Buffer.from(readBase64(w.pem["oneCert"]), "base64").toString(),
          clientKeyData: Buffer.from(readBase64(w.pem["oneKey"]), "base64").toString()
        }
      }
    }),
    expect: { server: "a", certificate: "one" }
  },
  {
    title: "exec: impersonation applies to its token",
    files: (w) => ({
      config: config(w, { user: { ...exec(), as: "jane" } }),
      "plugin.sh": script("{\"token\":\"plugged\"}")
    }),
    expect: { ...token("plugged"), impersonate: ["impersonate-user: jane"] }
  },
  plugin(
    "K7 exec: KUBERNETES_EXEC_INFO has the apiVersion v1beta1 of its entry",
    info.replace(/apiVersion":"[^"]*"/, `apiVersion":"${v1beta1}"`),
    token(
      `kind=ExecCredential;apiVersion=${v1beta1};spec=interactive=false`
    ),
    { exec: { apiVersion: v1beta1 } }
  ),
  plugin("exec: a token with a line break is refused", script("{\"token\":\"a\\\\nb\"}"), {
    refused: /user "u": the token of the exec plugin .* has a line break/
  }),
  plugin("exec: a blank token is refused", script("{\"token\":\" \"}"), { refused: /plugin .* is blank/ }, {
    kubectl: { expect: { server: "a", authorization: "Bearer" }, because: "nobody means to be anonymous" }
  }),
  plugin("exec: a plugin that is not executable is refused", script("{\"token\":\"t\"}"), {
    refused: /does not exist, or is not executable/
  }, {
    exec: { command: "./config" }
  }),
  plugin("exec: empty arguments are kept", script("{\"token\":\"$#\"}"), token("2"), { exec: { args: ["", null] } }),
  plugin("exec: unknown fields of the answer are ignored", script("{\"token\":\"t\",\"more\":{\"a\":1}}"), token("t"))
]
