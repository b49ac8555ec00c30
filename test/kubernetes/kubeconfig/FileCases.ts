/** Cases about files: which are read, how they are merged, what they look like, and broken entries. */
import { type Case, config } from "./Case.js"
import type { World } from "./Loopback.js"

const token = (name: string) => ({ server: "a", authorization: `Bearer ${name}` })
const onB = (name: string) => ({ server: "b", authorization: `Bearer ${name}` })

const list = (...names: ReadonlyArray<string>) => (_: World, folder: string) => ({
  KUBECONFIG: names.map((name) => name === "" ? "" : `${folder}/${name}`).join(":")
})

const other = (world: World, more: object = {}) => ({
  apiVersion: "v1",
  kind: "Config",
  "current-context": "y",
  clusters: [{ name: "d", cluster: { server: world.url.b, "certificate-authority": world.pem["systemCa"] } }],
  users: [{ name: "v", user: { token: "other" } }],
  contexts: [{ name: "y", context: { cluster: "d", user: "v" } }],
  ...more
})

const yaml = (world: World, lines: { readonly user?: string; readonly cluster?: string; readonly end?: string } = {}) =>
  `apiVersion: v1
kind: Config
current-context: x
clusters:
- name: c
  cluster:
    server: ${world.url.a}
    certificate-authority: ${world.pem["ca"]}
${lines.cluster ?? ""}
contexts:
- name: x
  context: {cluster: c, user: u}
users:
- name: u
  user:
${lines.user ?? "    token: t"}
${lines.end ?? ""}`

const swapped = (text: string) => Buffer.from(`\ufeff${text}`, "utf16le").swap16()

export const fileCases: ReadonlyArray<Case> = [
  { title: "one file: token", files: (w) => ({ config: config(w) }), expect: token("t") },
  {
    title: "K1 KUBECONFIG list: the first current-context wins",
    files: (w) => ({ config: config(w), second: other(w) }),
    env: list("config", "second"),
    expect: token("t")
  },
  {
    title: "K1 KUBECONFIG list in the other order: the first current-context wins",
    files: (w) => ({ config: config(w), second: other(w) }),
    env: list("second", "config"),
    expect: onB("other")
  },
  {
    title: "K1 KUBECONFIG list: a current-context may be in the second file alone",
    files: (w) => ({ config: config(w, { more: { "current-context": "" } }), second: other(w) }),
    env: list("config", "second"),
    expect: onB("other")
  },
  {
    title: "K1 context, cluster and user: may come from three files",
    files: (w) => ({
      one: { contexts: [{ name: "x", context: { cluster: "c", user: "u" } }], "current-context": "x" },
      two: config(w, { more: { users: [], contexts: [], "current-context": "" } }),
      three: config(w, { user: { token: "third" }, more: { clusters: [], contexts: [], "current-context": "" } })
    }),
    env: list("one", "two", "three"),
    expect: token("third")
  },
  {
    title: "K2 KUBECONFIG list: a missing file is skipped",
    files: (w) => ({ config: config(w) }),
    env: list("missing", "config"),
    expect: token("t")
  },
  {
    title: "K2 KUBECONFIG list: an empty file and an empty entry are skipped",
    files: (w) => ({ config: config(w), empty: "" }),
    env: list("", "empty", "config"),
    expect: token("t")
  },
  {
    title: "K2 KUBECONFIG list: a repeated file is read once",
    files: (w) => ({ config: config(w) }),
    env: list("config", "config"),
    expect: token("t")
  },
  {
    title: "K2 KUBECONFIG list: the first definition of a user wins",
    files: (w) => ({ config: config(w), second: config(w, { user: { token: "second", as: "root" } }) }),
    env: list("config", "second"),
    expect: token("t")
  },
  {
    title: "K2 KUBECONFIG list: the first definition of a cluster wins",
    files: (w) => ({
      config: config(w),
      second: config(w, { cluster: { server: w.url.b, "insecure-skip-tls-verify": true } })
    }),
    env: list("config", "second"),
    expect: token("t")
  },
  {
    title: "K2 KUBECONFIG list: the first definition of a context wins",
    files: (w) => ({
      config: other(w, { contexts: [{ name: "x", context: { cluster: "d", user: "v" } }] }),
      second: config(w)
    }),
    env: list("second", "config"),
    expect: token("t")
  },
  {
    title: "K2 one file: a name that occurs twice is refused",
    files: (w) => ({
      config: config(w, { more: { users: [{ name: "u", user: { token: "t" } }, { name: "u", user: { token: "s" } }] } })
    }),
    expect: { refused: /config \(users: expected names that occur once\)/ }
  },
  {
    title: "K2 YAML: of a key that occurs twice the last value holds",
    files: (w) => ({ config: yaml(w, { user: "    token: first\n    token: last" }) }),
    expect: token("last")
  },
  {
    title: "K2 KUBECONFIG list: a file that is not YAML is refused",
    files: (w) => ({ config: config(w), second: "a: [" }),
    env: list("config", "second"),
    expect: { refused: /second \(it is not valid YAML/ }
  },
  {
    title: "KUBECONFIG list: all missing is no configuration",
    files: () => ({}),
    env: list("missing", "other"),
    expect: { refused: /There is no kubeconfig \(\S+\/missing, \S+\/other\)/ }
  },
  {
    title: "HOME: ~/.kube/config is read without KUBECONFIG",
    files: (w) => ({ ".kube/config": config(w) }),
    env: () => ({ KUBECONFIG: "" }),
    expect: token("t")
  },
  {
    title: "HOME: ~/.kube/config is not read beside KUBECONFIG",
    files: (w) => ({ ".kube/config": config(w) }),
    env: list("missing"),
    expect: { refused: /There is no kubeconfig/ }
  },
  {
    title: "kubeconfig setting: precedes KUBECONFIG",
    files: (w) => ({ config: other(w), mine: config(w) }),
    settings: (folder) => ({ kubeconfig: `${folder}/mine` }),
    expect: token("t")
  },
  {
    title: "kubeconfig setting: a missing file is refused",
    files: (w) => ({ config: config(w) }),
    settings: (folder) => ({ kubeconfig: `${folder}/mine` }),
    expect: { refused: /mine \(it does not exist\)/ }
  },
  {
    title: "context setting: precedes the current context",
    files: (w) => ({ config: config(w), second: other(w) }),
    env: list("config", "second"),
    settings: () => ({ context: "y" }),
    expect: onB("other")
  },
  {
    title: "context setting: a context that does not exist is refused",
    files: (w) => ({ config: config(w) }),
    settings: () => ({ context: "other" }),
    expect: { refused: /no context "other"/ }
  },
  {
    title: "current-context: one that does not exist is refused",
    files: (w) => ({ config: config(w, { more: { "current-context": "gone" } }) }),
    expect: { refused: /no context "gone"/ }
  },
  {
    title: "current-context: none is refused",
    files: (w) => ({ config: config(w, { more: { "current-context": "" } }) }),
    expect: { refused: /no current context/ }
  },
  {
    title: "K3 an unrelated context without a cluster, and null: are not in the way",
    files: (w) => ({
      config: config(w, {
        more: {
          contexts: [
            { name: "bad", context: { user: "u" } },
            { name: "worse", context: null },
            { name: "x", context: { cluster: "c", user: "u" } }
          ]
        }
      })
    }),
    expect: token("t")
  },
  {
    title: "K3 an unrelated cluster without a server: is not in the way",
    files: (w) => ({
      config: config(w, {
        more: {
          clusters: [
            { name: "bad", cluster: {} },
            { name: "c", cluster: { server: w.url.a, "certificate-authority": w.pem["ca"] } }
          ]
        }
      })
    }),
    expect: token("t")
  },
  {
    title: "K3 an unrelated user with missing files and an invalid plugin: is not in the way",
    files: (w) => ({
      config: config(w, {
        more: {
          users: [
            { name: "bad", user: { tokenFile: "/nowhere", "client-certificate": "/nowhere", exec: { command: "" } } },
            { name: "u", user: { token: "t" } }
          ]
        }
      })
    }),
    expect: token("t")
  },
  {
    title: "K3 the context in use without a cluster: is refused",
    files: (w) => ({ config: config(w, { context: { cluster: "" } }) }),
    expect: { refused: /context "x" names no cluster/ }
  },
  {
    title: "K3 the context in use is null: is refused",
    files: (w) => ({ config: config(w, { context: null }) }),
    expect: { refused: /context "x" names no cluster/ }
  },
  {
    title: "K3 the cluster in use without a server: is refused",
    files: (w) => ({ config: config(w, { cluster: null }) }),
    expect: { refused: /cluster "c": `server` is missing/ }
  },
  {
    title: "K3 the cluster in use does not exist: is refused",
    files: (w) => ({ config: config(w, { context: { cluster: "gone" } }) }),
    expect: { refused: /names the cluster "gone", which does not exist/ }
  },
  {
    title: "types: a number where a text belongs is refused",
    files: (w) => ({ config: config(w, { user: { token: 123456 } }) }),
    expect: { refused: /users\[0\]\.user\.token: expected string/ }
  },
  {
    title: "types: a text where a flag belongs is refused",
    files: (w) => ({ config: config(w, { cluster: { "insecure-skip-tls-verify": "true" } }) }),
    expect: { refused: /insecure-skip-tls-verify: expected boolean/ }
  },
  {
    title: "types: base64 that is not base64 is refused",
    files: (w) => ({ config: config(w, { cluster: { "certificate-authority-data": "%%" } }) }),
    expect: { refused: /certificate-authority-data: expected base64/ }
  },
  {
    title: "types: null is an absent field",
    files: (w) => ({
      config: config(w, { user: { token: "t", exec: null, "auth-provider": null, "as-groups": null, username: null } })
    }),
    expect: token("t")
  },
  {
    title: "types: unknown fields are ignored",
    files: (w) => ({ config: config(w, { user: { token: "t", colour: "red" }, more: { theme: { dark: true } } }) }),
    expect: token("t")
  },
  {
    title: "kind: another kind is refused",
    files: (w) => ({ config: config(w, { more: { kind: "Pod" } }) }),
    expect: { refused: /expected kind Config of apiVersion v1/ }
  },
  {
    title: "kind: absent kind and apiVersion are accepted",
    files: (w) => ({ config: config(w, { more: { kind: "", apiVersion: "" } }) }),
    expect: token("t")
  },
  {
    title: "YAML 1.1: y is a flag, not a text",
    files: (w) => ({ config: yaml(w, { user: "    token: y" }) }),
    expect: { refused: /token: expected string/ }
  },
  {
    title: "YAML 1.1: yes is true",
    files: (w) => ({
      config: yaml(w, { cluster: "    disable-compression: yes" })
    }),
    expect: token("t")
  },
  {
    title: "YAML: dates and times are texts",
    files: (w) => ({ config: yaml(w, { user: "    token: 2020-01-01" }) }),
    expect: token("2020-01-01")
  },
  {
    title: "YAML: numbers to the base of 60 are texts",
    files: (w) => ({ config: yaml(w, { user: "    token: 1:30" }) }),
    expect: token("1:30")
  },
  {
    title: "YAML: anchors, aliases and merge keys are resolved",
    files: (w) => ({
      config: yaml(w, { user: "    <<: &base {token: anchored}", end: "extensions:\n- {name: e, extension: *base}" })
    }),
    expect: token("anchored")
  },
  {
    title: "YAML: the first document counts",
    files: (w) => ({ config: yaml(w, { end: "---\ncurrent-context: other\n" }) }),
    expect: token("t")
  },
  {
    title: "YAML: CRLF and a byte order mark are accepted",
    files: (w) => ({ config: `\ufeff${yaml(w).replace(/\n/g, "\r\n")}` }),
    expect: token("t")
  },
  {
    title: "K17 UTF-16: little endian with a byte order mark is accepted",
    files: (w) => ({ config: Buffer.from(`\ufeff${yaml(w)}`, "utf16le") }),
    expect: token("t")
  },
  {
    title: "K17 UTF-16: big endian with a byte order mark is accepted",
    files: (w) => ({ config: swapped(yaml(w)) }),
    expect: token("t")
  },
  {
    title: "a folder instead of a file: is refused",
    files: (w) => ({ "config/nested": config(w) }),
    expect: { refused: /Cannot read the kubeconfig .*config \(EISDIR/ }
  },
  {
    title: "relative paths: are relative to the file that has them, not to the list",
    files: (w) => ({
      "one/config": config(w, { user: { tokenFile: "token" }, more: { clusters: [], contexts: [] } }),
      "one/token": "from-one",
      token: "wrong",
      config: config(w, { more: { users: [] } })
    }),
    env: list("config", "one/config"),
    expect: token("from-one")
  },
  {
    title: "K3 null entries in the lists: are not in the way",
    files: (w) => ({
      config: config(w, {
        more: { users: [null, { name: "u", user: { token: "t" } }], extensions: null, preferences: null }
      })
    }),
    expect: token("t")
  },
  {
    title: "K3 entries without a content: are not in the way",
    files: (w) => ({
      config: config(w, {
        more: {
          users: [{ name: "bad" }, { user: { token: "nameless" } }, { name: "u", user: { token: "t" } }],
          contexts: [{ name: "bad" }, { name: "x", context: { cluster: "c", user: "u" } }]
        }
      })
    }),
    expect: token("t")
  },
  {
    title: "types: a list where an entry belongs is refused",
    files: (w) => ({ config: config(w, { user: [] }) }),
    expect: { refused: /users\[0\]\.user: expected an object/ }
  },
  {
    title: "types: a map where a list belongs is refused",
    files: (w) => ({ config: config(w, { more: { users: { u: { token: "t" } } } }) }),
    expect: { refused: /users: expected a list/ }
  },
  {
    title: "types: an unrelated entry of a wrong type is refused, as by kubectl",
    files: (w) => ({
      config: config(w, { more: { users: [{ name: "bad", user: { token: 5 } }, { name: "u", user: { token: "t" } }] } })
    }),
    expect: { refused: /users\[0\]\.user\.token: expected string/ }
  },
  {
    title: "YAML: a block of text keeps its line break, which no token can have",
    files: (w) => ({ config: yaml(w, { user: "    token: |\n      t" }) }),
    expect: { refused: /`token` has a line break/ }
  },
  {
    title: "YAML: comments alone are an empty file",
    files: (w) => ({ config: config(w), comments: "# nothing\n" }),
    env: list("comments", "config"),
    expect: token("t")
  }
]
