/**
 * The certificates, tokens and kubeconfig files of one control plane.
 */
import { FileSystem, Path } from "@effect/platform"
import { Effect, Redacted } from "effect"
import { randomBytes } from "node:crypto"
import * as Certificates from "../support/Certificates.js"

/** Somebody whom the API server knows by a token. */
export interface TokenUser {
  readonly name: string
  readonly token: Redacted.Redacted
  readonly kubeconfigPath: string
}

/** Somebody whom the API server knows by a client certificate. */
export interface CertificateUser extends Certificates.KeyPair {
  readonly name: string
  readonly kubeconfigPath: string
}

export interface Credentials {
  readonly authority: Certificates.KeyPair
  readonly serving: Certificates.KeyPair
  readonly tokenFile: string
  readonly admin: TokenUser
  readonly unprivileged: TokenUser
  readonly certificateAdmin: CertificateUser
}

/** A kubeconfig of one cluster and one user: JSON, which is YAML too. */
const kubeconfig = (cluster: Record<string, string>, user: Record<string, string>): string =>
  JSON.stringify({
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "test", cluster }],
    users: [{ name: "test", user }],
    contexts: [{ name: "test", context: { cluster: "test", user: "test" } }],
    "current-context": "test"
  })

/** A line of kube-apiserver's `--token-auth-file`. */
const tokenLine = (user: TokenUser, uid: number, groups: string): string =>
  `${Redacted.value(user.token)},${user.name},${uid},${groups}\n`

/** Writes everything into the folder. */
export const make = (options: { readonly folder: string; readonly server: string }) =>
  Effect.gen(function*() {
    const { folder, server } = options
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const write = (name: string, content: string) => {
      const file = path.join(folder, name)
      return Effect.as(fs.writeFileString(file, content, { mode: 0o600 }), file)
    }
    const authority = yield* Certificates.authority(folder)
    const [serving, client] = yield* Effect.all([
      Certificates.issue({
        authority,
        folder,
        name: "apiserver",
        subject: "/CN=kube-apiserver",
        extensions: "subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth"
      }),
      Certificates.issue({
        authority,
        folder,
        name: "client",
        subject: "/O=system:masters/CN=certificate-admin",
        extensions: "extendedKeyUsage=clientAuth"
      })
    ], { concurrency: "unbounded" })
    const cluster = { server, "certificate-authority": authority.certificate }
    const tokenUser = (name: string) =>
      Effect.gen(function*() {
        const token = randomBytes(16).toString("hex")
        const kubeconfigPath = yield* write(`${name}.kubeconfig`, kubeconfig(cluster, { token }))
        return { name, token: Redacted.make(token), kubeconfigPath }
      })
    const admin = yield* tokenUser("admin")
    const unprivileged = yield* tokenUser("unprivileged")
    const tokenFile = yield* write("tokens.csv", tokenLine(admin, 1, "system:masters") + tokenLine(unprivileged, 2, ""))
    const kubeconfigPath = yield* write(
      "certificate-admin.kubeconfig",
      kubeconfig(cluster, { "client-certificate": client.certificate, "client-key": client.key })
    )
    const certificateAdmin = { ...client, name: "certificate-admin", kubeconfigPath }
    return { authority, serving, tokenFile, admin, unprivileged, certificateAdmin } satisfies Credentials
  })
