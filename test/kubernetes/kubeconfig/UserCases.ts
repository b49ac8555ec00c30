/** Cases about users: tokens, passwords, certificates, impersonation and providers. */
import { type Case, config, readBase64 } from "./Case.js"
import { idToken, type World } from "./Loopback.js"

const token = (name: string) => ({ server: "a", authorization: `Bearer ${name}` })
const basic = (text: string) => ({ server: "a", authorization: `Basic ${Buffer.from(text).toString("base64")}` })

const user = (
  title: string,
  entry: (world: World) => object | null,
  expect: Case["expect"],
  more: Partial<Case> & { readonly beside?: Readonly<Record<string, string>> } = {}
): Case => {
  const { beside, ...rest } = more
  return { title, files: (w) => ({ config: config(w, { user: entry(w) }), ...beside }), expect, ...rest }
}

const pair = (w: World, name: string) => ({
  "client-certificate": w.pem[`${name}Cert`],
  "client-key": w.pem[`${name}Key`]
})

const oidc = (w: World, more: object) => ({
  "auth-provider": {
    name: "oidc",
    config: {
      "idp-issuer-url": w.issuer,
      "client-id": "id",
      "client-secret": "secret",
      "idp-certificate-authority": w.pem["ca"],
      ...more
    }
  }
})

export const userCases: ReadonlyArray<Case> = [
  user("K4 tokenFile: a relative path is read and trimmed", () => ({ tokenFile: "token" }), token("from-file"), {
    beside: { token: "  from-file\n" }
  }),
  user("K4 tokenFile: precedes token", () => ({ token: "static", tokenFile: "token" }), token("from-file"), {
    beside: { token: "from-file" }
  }),
  user(
    "K4 tokenFile: while it is missing, token holds",
    () => ({ token: "static", tokenFile: "gone" }),
    token("static")
  ),
  user("K4 tokenFile: missing and without token, is refused", () => ({ tokenFile: "gone" }), {
    refused: /`tokenFile` cannot be read/
  }),
  user("K4 tokenFile: empty and without token, is refused", () => ({ tokenFile: "token" }), {
    refused: /`tokenFile` .* is empty/
  }, {
    beside: { token: "\n" }
  }),
  user("K5 impersonation: user, uid, groups and extra are sent", () => ({
    token: "t",
    as: "jane",
    "as-uid": "42",
    "as-groups": ["dev", "ops"],
    "as-user-extra": { scopes: ["view", "edit"], "example.com/Team": ["blue"] }
  }), {
    ...token("t"),
    impersonate: [
      "impersonate-extra-example.com%2fteam: blue",
      "impersonate-extra-scopes: edit",
      "impersonate-extra-scopes: view",
      "impersonate-group: dev",
      "impersonate-group: ops",
      "impersonate-uid: 42",
      "impersonate-user: jane"
    ]
  }),
  user("impersonation: extras whose names differ in case are all sent", () => ({
    token: "t",
    as: "jane",
    "as-user-extra": { Scopes: ["view"], scopes: ["edit"] }
  }), {
    ...token("t"),
    impersonate: ["impersonate-extra-scopes: edit", "impersonate-extra-scopes: view", "impersonate-user: jane"]
  }),
  user("K5 impersonation: with a client certificate", (w) => ({ ...pair(w, "one"), as: "jane" }), {
    server: "a",
    certificate: "one",
    impersonate: ["impersonate-user: jane"]
  }),
  user("K5 impersonation: groups without a user are refused", () => ({ token: "t", "as-groups": ["system:masters"] }), {
    refused: /user "u": `as` is missing/
  }),
  user("K5 impersonation: a uid without a user is refused", () => ({ token: "t", "as-uid": "1" }), {
    refused: /`as` is missing/
  }),
  user("K5 impersonation: extra without a user is refused", () => ({ token: "t", "as-user-extra": { a: ["b"] } }), {
    refused: /`as` is missing/
  }),
  user("K6 no credentials at all: is refused", () => ({}), { refused: /user "u": it has no credentials/ }),
  user("K6 user null: is refused", () => null, { refused: /it has no credentials/ }),
  {
    title: "K6 users null: is refused",
    files: (w) => ({ config: config(w, { more: { users: null } }) }),
    expect: { refused: /names the user "u", which does not exist/ }
  },
  {
    title: "K6 a context whose user is missing: is refused",
    files: (w) => ({ config: config(w, { context: { user: "gone" } }) }),
    expect: { refused: /names the user "gone", which does not exist/ }
  },
  {
    title: "K6 a context without a user: is refused over TLS",
    files: (w) => ({ config: config(w, { context: { user: "" } }) }),
    expect: { refused: /context "x" names no user/ }
  },
  user("K6 auth-provider: an unknown one is refused", () => ({ "auth-provider": { name: "mine" } }), {
    refused: /`auth-provider.name` is not a provider/
  }),
  user("K6 auth-provider: gcp is refused with advice", () => ({ "auth-provider": { name: "gcp" } }), {
    refused: /gke-gcloud-auth-plugin/
  }),
  user("K6 auth-provider: azure is refused with advice", () => ({ "auth-provider": { name: "azure" } }), {
    refused: /kubelogin convert-kubeconfig/
  }),
  user("K6 auth-provider: a token beside an unknown provider does not help", () => ({
    token: "t",
    "auth-provider": { name: "mine" }
  }), { refused: /`auth-provider.name`/ }),
  user("K6 client-certificate: without a key is refused", (w) => ({ "client-certificate": w.pem["oneCert"] }), {
    refused: /`client-key` is missing/
  }),
  user("K6 client-key: alone is refused", (w) => ({ "client-key": w.pem["oneKey"] }), { refused: /no credentials/ }),
  user("K6 username: without a password, the password is empty", () => ({ username: "bob" }), basic("bob:")),
  user("K6 password: without a username is refused", () => ({ password: "p" }), {
    refused: /`password` has no `username`/
  }),
  user("username and password: are sent", () => ({ username: "bob", password: "p:ä" }), basic("bob:p:ä")),
  user("username: with a token is refused", () => ({ username: "bob", password: "p", token: "t" }), {
    refused: /`username` and `token` exclude each other/
  }),
  user("username: with a tokenFile is refused", () => ({ username: "bob", tokenFile: "token" }), {
    refused: /exclude each other/
  }, {
    beside: { token: "t" }
  }),
  user("token: with a line break is refused", () => ({ token: "t\n" }), { refused: /`token` has a line break/ }),
  user("token: blank, is refused, since a server would see no token", () => ({ token: " " }), {
    refused: /`token` is blank/
  }, {
    kubectl: { expect: { server: "a", authorization: "Bearer" }, because: "nobody means to be anonymous" }
  }),
  user("tokenFile: with a line break inside is refused, by its path", () => ({ tokenFile: "token" }), {
    refused: /user "u": `tokenFile` .*token has a line break/
  }, {
    beside: { token: "t\nu\n" }
  }),
  user("K5 impersonation: of a blank user is refused, since a server would see none", () => ({ token: "t", as: " " }), {
    refused: /`as` is blank/
  }, {
    kubectl: { expect: { ...token("t"), impersonate: ["impersonate-user: "] }, because: "the user itself would act" }
  }),
  user("client-certificate: from files", (w) => pair(w, "one"), { server: "a", certificate: "one" }),
  user("client-certificate: from data", (w) => ({
    "client-certificate-data": readBase64(w.pem["twoCert"]),
    "client-key-data": readBase64(w.pem["twoKey"])
  }), { server: "a", certificate: "two" }),
  user("client-certificate: data with a key file", (w) => ({
    "client-certificate-data": readBase64(w.pem["oneCert"]),
    "client-key": w.pem["oneKey"]
  }), { server: "a", certificate: "one" }),
  user("client-certificate: file and data are refused", (w) => ({
    ...pair(w, "one"),
    "client-certificate-data": readBase64(w.pem["twoCert"])
  }), { refused: /`client-certificate` and `client-certificate-data` exclude each other/ }),
  user("client-certificate: a missing file is refused", (w) => ({ ...pair(w, "one"), "client-certificate": "gone" }), {
    refused: /`client-certificate` cannot be read/
  }),
  user("client-certificate: with a token, both are sent", (w) => ({ ...pair(w, "one"), token: "t" }), {
    ...token("t"),
    certificate: "one"
  }),
  user(
    "K15 client-key: of another certificate is refused",
    (w) => ({ ...pair(w, "one"), "client-key": w.pem["twoKey"] }),
    {
      refused: /the key does not belong to the certificate/
    }
  ),
  user("K15 client-key: that is not a key is refused", (w) => ({ ...pair(w, "one"), "client-key": w.pem["oneCert"] }), {
    refused: /the client's key is not a private key in PEM/
  }),
  user(
    "K15 client-key: an encrypted one is refused",
    (w) => ({ ...pair(w, "one"), "client-key": w.pem["encryptedKey"] }),
    {
      refused: /the client's key is encrypted; decrypt it with `openssl pkey`/
    }
  ),
  user(
    "K6 client-key: without a certificate is not read beside a token",
    () => ({ "client-key": "gone", token: "t" }),
    token("t")
  ),
  user(
    "K11 oidc: a valid id-token is sent",
    (w) => oidc(w, { "id-token": idToken("bob", 3600) }),
    token(idToken("bob", 3600))
  ),
  user(
    "K11 oidc: an expired id-token without a refresh-token is refused",
    (w) => oidc(w, { "id-token": idToken("bob", -60) }),
    {
      refused: /the id-token has expired and there is no refresh-token: log in again/
    }
  ),
  user(
    "K11 oidc: an expired id-token is renewed",
    (w) => oidc(w, { "id-token": idToken("bob", -60), "refresh-token": "r" }),
    {
      ...token(idToken("renewed", 3600))
    }
  ),
  user(
    "K11 oidc: without an id-token one is fetched",
    (w) => oidc(w, { "refresh-token": "r" }),
    token(idToken("renewed", 3600))
  ),
  user("K11 oidc: the provider's authority from data", (w) =>
    oidc(w, {
      "refresh-token": "r",
      "idp-certificate-authority": "",
      "idp-certificate-authority-data": readBase64(w.pem["ca"])
    }), token(idToken("renewed", 3600))),
  user(
    "K11 oidc: a provider that is not trusted is refused",
    (w) => oidc(w, { "refresh-token": "r", "idp-certificate-authority": w.pem["otherCa"] }),
    {
      refused: /the identity provider's configuration cannot be read/
    }
  ),
  user("K11 oidc: neither token is refused", (w) => oidc(w, {}), {
    refused: /neither an id-token nor a refresh-token/
  }),
  user("K11 oidc: a token that is not a JWT is refused", (w) => oidc(w, { "id-token": "opaque" }), {
    refused: /not a JSON Web Token/
  }),
  user(
    "K11 oidc: without an issuer is refused",
    (w) => oidc(w, { "idp-issuer-url": "", "id-token": idToken("bob", 3600) }),
    {
      refused: /`auth-provider.config.idp-issuer-url` is missing/
    }
  ),
  user(
    "K11 oidc: without a client-id is refused",
    (w) => oidc(w, { "client-id": "", "id-token": idToken("bob", 3600) }),
    {
      refused: /`auth-provider.config.client-id` is missing/
    }
  ),
  user("K11 oidc: beside exec is refused", (w) => ({
    ...oidc(w, { "id-token": idToken("bob", 3600) }),
    exec: { apiVersion: "client.authentication.k8s.io/v1", command: "true", interactiveMode: "Never" }
  }), { refused: /`exec` and `auth-provider` exclude each other/ }),
  user(
    "all problems at once: are named",
    (w) => ({ "client-certificate": w.pem["oneCert"], "as-uid": "1", password: "p" }),
    {
      refused: /`password` has no `username`.*`client-key` is missing.*`as` is missing/
    }
  ),
  user("token: with letters beyond ASCII is sent in UTF-8", () => ({ token: "tökén" }), {
    server: "a",
    authorization: `Bearer ${Buffer.from("tökén").toString("latin1")}`
  }),
  user("K5 impersonation: a name beyond ASCII is sent in UTF-8", () => ({ token: "t", as: "jürgen 日" }), {
    ...token("t"),
    impersonate: [`impersonate-user: ${Buffer.from("jürgen 日").toString("latin1")}`]
  }),
  user("K5 impersonation: an extra without values is not sent", () => ({
    token: "t",
    as: "jane",
    "as-user-extra": { empty: [], none: null }
  }), { ...token("t"), impersonate: ["impersonate-user: jane"] }),
  user("K5 impersonation: without any credentials is refused over TLS", () => ({ as: "jane" }), {
    refused: /no credentials/
  }),
  user("client-certificate: base64 with line breaks", (w) => ({
    "client-certificate-data": readBase64(w.pem["oneCert"]).replace(/(.{64})/g, "$1\n"),
    "client-key-data": readBase64(w.pem["oneKey"])
  }), { server: "a", certificate: "one" }),
  user("K11 oidc: with a token, the token is sent", (w) => ({ ...oidc(w, {}), token: "t" }), token("t")),
  user(
    "K11 oidc: an expiry that is not a whole number",
    (w) => oidc(w, { "id-token": `e30.${Buffer.from("{\"exp\":4102444800.5}").toString("base64url")}.c2ln` }),
    {
      server: "a",
      authorization: `Bearer e30.${Buffer.from("{\"exp\":4102444800.5}").toString("base64url")}.c2ln`
    }
  )
]
