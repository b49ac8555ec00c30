/**
 * What a contestant is given: the path of a kubeconfig, and for those who do without a client what is in it.
 */
import * as fs from "node:fs"

export const kubeconfig = process.argv[2] ?? ""

export interface Target {
  readonly server: string
  readonly ca: string
  readonly token: string
}

export const write = (path: string, { ca, server, token }: Target): void =>
  fs.writeFileSync(
    path,
    JSON.stringify({
      apiVersion: "v1",
      kind: "Config",
      "current-context": "bench",
      contexts: [{ name: "bench", context: { cluster: "bench", user: "bench", namespace: "bench" } }],
      clusters: [{
        name: "bench",
        cluster: { server, "certificate-authority-data": Buffer.from(ca).toString("base64") }
      }],
      users: [{ name: "bench", user: { token } }]
    })
  )

export const read = (): Target => {
  const { clusters, users } = JSON.parse(fs.readFileSync(kubeconfig, "utf8"))
  const [{ cluster }] = clusters
  return {
    server: cluster.server,
    ca: Buffer.from(cluster["certificate-authority-data"], "base64").toString(),
    token: users[0].user.token
  }
}
