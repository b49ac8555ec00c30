/**
 * The API server and service account of the pod that this process runs in (client-go, `rest.InClusterConfig` and
 * `inClusterClientConfig`).
 */
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as fs from "node:fs/promises"
import * as path from "node:path"
import { ConfigurationError } from "./ConfigurationError.js"
import type { ConnectionPlan } from "./ConnectionPlan.js"
import { variable } from "./LoadingRules.js"

/** The name of the plan, in place of that of a context. */
const contextName = "in-cluster"

/** The folder with the service account's files. */
export class ServiceAccountFolder
  extends Context.Reference<ServiceAccountFolder>()("effect-os-builder/KubernetesCluster/ServiceAccountFolder", {
    defaultValue: () => "/var/run/secrets/kubernetes.io/serviceaccount"
  })
{}

const isFile = (file: string) => Effect.promise(() => fs.stat(file).then((found) => found.isFile(), () => false))

const tokenFile = Effect.map(ServiceAccountFolder, (folder) => path.join(folder, "token"))

const hasToken = Effect.flatMap(tokenFile, isFile)

const address = Effect.all({
  host: variable("KUBERNETES_SERVICE_HOST"),
  port: variable("KUBERNETES_SERVICE_PORT")
})

const isPossible = Effect.gen(function*() {
  const { host, port } = yield* address
  return host !== "" && port !== "" && (yield* hasToken)
})

/** The pod's namespace; undefined outside of a pod. A context without a namespace uses it too. */
export const namespace: Effect.Effect<string | undefined> = Effect.gen(function*() {
  if (!(yield* isPossible)) return undefined
  const fromPod = yield* variable("POD_NAMESPACE")
  if (fromPod !== "") return fromPod
  const file = path.join(yield* ServiceAccountFolder, "namespace")
  const content = yield* Effect.promise(() => fs.readFile(file, "utf8").catch(() => ""))
  return content.trim() === "" ? undefined : content.trim()
})

const noAddress = new ConfigurationError({
  reason: "NoConfiguration",
  detail: "This pod has a service account, but KUBERNETES_SERVICE_HOST or KUBERNETES_SERVICE_PORT is not set",
  advice: "do not remove the variables that Kubernetes sets from the environment of the process, or set KUBECONFIG"
})

/** The plan of the pod; undefined outside of a pod. */
export const plan: Effect.Effect<ConnectionPlan | undefined, ConfigurationError> = Effect.gen(function*() {
  if (!(yield* hasToken)) return undefined
  const { host, port } = yield* address
  if (host === "" || port === "") return yield* noAddress
  const folder = yield* ServiceAccountFolder
  const authority = path.join(folder, "ca.crt")
  const server = `https://${host.includes(":") ? `[${host}]` : host}:${port}`
  return {
    context: contextName,
    namespace: yield* namespace,
    server,
    baseUrl: server,
    authority: (yield* isFile(authority)) ? { _tag: "File", path: authority, field: "ca.crt" } : undefined,
    insecure: false,
    tlsServerName: undefined,
    proxyUrl: undefined,
    disableCompression: false,
    certificate: undefined,
    identity: { _tag: "Token", token: "", file: yield* tokenFile },
    impersonate: {},
    clusterLabel: `the service account of this pod (${folder})`,
    userLabel: `the service account of this pod (${folder})`
  }
})
