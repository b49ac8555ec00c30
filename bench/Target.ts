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

/** The text of a kubeconfig. */
export const kubeconfigOf = ({ ca, server, token }: Target): string =>
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

export const write = (path: string, target: Target): void => fs.writeFileSync(path, kubeconfigOf(target))

export const read = (path = kubeconfig): Target => {
  const { clusters, users } = JSON.parse(fs.readFileSync(path, "utf8"))
  const [{ cluster }] = clusters
  return {
    server: cluster.server,
    ca: Buffer.from(cluster["certificate-authority-data"], "base64").toString(),
    token: users[0].user.token
  }
}
