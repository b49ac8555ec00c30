import { assert, layer } from "@effect/vitest"
import { ConfigProvider, Effect } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { ServiceAccountFolder } from "../../../src/kubernetes/kubeconfig/InCluster.js"
import * as KubernetesCluster from "../../../src/kubernetes/KubernetesCluster.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import * as TestServer from "../../support/TestServer.js"

let pods = 0

const pod = { metadata: { name: "a", namespace: "ns", uid: "u", resourceVersion: "1" } }

/** A pod's file system and environment, for a server that accepts the token. */
const inPodThat = (rejectFirst: boolean) =>
  Effect.gen(function*() {
    const { caPath, folder } = yield* TestServer.TestAuthority
    let answered = 0
    const { requests, url } = yield* TestServer.serve((_request, response) =>
      rejectFirst && answered++ === 0
        ? TestServer.json(response, 401, { kind: "Status", code: 401, reason: "Unauthorized" })
        : TestServer.json(response, 200, pod)
    )
    const home = path.join(folder, `pod-${pods++}`)
    fs.mkdirSync(path.join(home, ".kube"), { recursive: true })
    fs.copyFileSync(caPath, path.join(home, "ca.crt"))
    fs.writeFileSync(path.join(home, "token"), "pod-token\n")
    fs.writeFileSync(path.join(home, "namespace"), "builds\n")
    const { hostname, port } = new URL(url)
    const connect = (env: Readonly<Record<string, string>> = {}, settings?: KubernetesCluster.Settings) => {
      const all = { HOME: home, KUBERNETES_SERVICE_HOST: hostname, KUBERNETES_SERVICE_PORT: port, ...env }
      const provider = ConfigProvider.fromMap(new Map(Object.entries(all).filter(([, value]) => value !== "")))
      return KubernetesCluster.make(settings).pipe(
        Effect.provideService(ServiceAccountFolder, home),
        Effect.withConfigProvider(provider)
      )
    }
    return { home, url, requests, connect }
  })

const inPod = inPodThat(false)

const kubeconfig = (server: string, caPath: string, namespace?: string) =>
  JSON.stringify({
    "current-context": "x",
    clusters: [{ name: "c", cluster: { server, "certificate-authority": caPath } }],
    users: [{ name: "u", user: { token: "t" } }],
    contexts: [{ name: "x", context: { cluster: "c", user: "u", namespace } }]
  })

layer(TestServer.authority, { excludeTestServices: true })("in-cluster", (it) => {
  it.scoped("K17 in-cluster: uses the service account, with the trimmed namespace", () =>
    Effect.gen(function*() {
      const { connect, requests } = yield* inPod
      const cluster = yield* connect()
      assert.strictEqual(cluster.defaultNamespace, "builds")
      yield* cluster.get(Resources.Pod, "a")
      assert.strictEqual(requests[0]?.url, "/api/v1/namespaces/builds/pods/a")
      assert.strictEqual(requests[0]?.headers.authorization, "Bearer pod-token")
    }))

  it.scoped("K17 in-cluster: an empty ~/.kube/config is no obstacle", () =>
    Effect.gen(function*() {
      const { connect, home } = yield* inPod
      fs.writeFileSync(path.join(home, ".kube/config"), "")
      assert.strictEqual((yield* connect()).defaultNamespace, "builds")
    }))

  it.scoped("in-cluster: a kubeconfig that appears later is not used after a 401", () =>
    Effect.gen(function*() {
      const { caPath } = yield* TestServer.TestAuthority
      const { connect, home, requests } = yield* inPodThat(true)
      const other = yield* TestServer.serve((_request, response) => TestServer.json(response, 200, pod))
      const cluster = yield* connect()
      fs.writeFileSync(path.join(home, ".kube/config"), kubeconfig(other.url, caPath))
      fs.writeFileSync(path.join(home, "token"), "refused")
      yield* cluster.get(Resources.Pod, "a")
      assert.deepStrictEqual(other.requests, [])
      assert.deepStrictEqual(requests.map(({ headers }) => headers.authorization), [
        "Bearer pod-token",
        "Bearer refused"
      ])
    }))

  it.scoped("in-cluster: a kubeconfig that appears later is not used after a 401 without a service account", () =>
    Effect.gen(function*() {
      const { caPath } = yield* TestServer.TestAuthority
      const { connect, home } = yield* inPodThat(true)
      const other = yield* TestServer.serve((_request, response) => TestServer.json(response, 200, pod))
      const cluster = yield* connect()
      fs.writeFileSync(path.join(home, ".kube/config"), kubeconfig(other.url, caPath))
      fs.rmSync(path.join(home, "token"))
      const error = yield* Effect.flip(cluster.get(Resources.Pod, "a"))
      assert.include(error.message, `The service account of this pod (${home}) has no token any more`)
      assert.deepStrictEqual(other.requests, [])
    }))

  it.scoped("in-cluster: a named kubeconfig without a current context is refused", () =>
    Effect.gen(function*() {
      const { caPath } = yield* TestServer.TestAuthority
      const { connect, home, url } = yield* inPod
      const named = path.join(home, "named")
      for (const content of [kubeconfig(url, caPath).replace("current-context", "unused"), ""]) {
        fs.writeFileSync(named, content)
        const error = yield* Effect.flip(connect({}, { kubeconfig: named }))
        assert.include(error.message, named)
      }
    }))

  it.scoped("in-cluster: a kubeconfig precedes the service account", () =>
    Effect.gen(function*() {
      const { caPath } = yield* TestServer.TestAuthority
      const { connect, home, requests, url } = yield* inPod
      fs.writeFileSync(path.join(home, ".kube/config"), kubeconfig(url, caPath, "mine"))
      const cluster = yield* connect()
      yield* cluster.get(Resources.Pod, "a")
      assert.strictEqual(cluster.defaultNamespace, "mine")
      assert.strictEqual(requests[0]?.headers.authorization, "Bearer t")
    }))

  it.scoped("in-cluster: a context without a namespace uses the pod's, as for kubectl", () =>
    Effect.gen(function*() {
      const { caPath } = yield* TestServer.TestAuthority
      const { connect, home, url } = yield* inPod
      fs.writeFileSync(path.join(home, ".kube/config"), kubeconfig(url, caPath))
      assert.strictEqual((yield* connect()).defaultNamespace, "builds")
      assert.strictEqual((yield* connect({ POD_NAMESPACE: "of-pod" })).defaultNamespace, "of-pod")
    }))

  it.scoped("K17 in-cluster: an unset KUBERNETES_SERVICE_HOST is named", () =>
    Effect.gen(function*() {
      const { connect } = yield* inPod
      const error = yield* Effect.flip(connect({ KUBERNETES_SERVICE_HOST: "" }))
      assert.strictEqual(error.reason, "NoConfiguration")
      assert.include(error.message, "This pod has a service account, but KUBERNETES_SERVICE_HOST")
    }))

  it.scoped("in-cluster: a context that does not exist is refused", () =>
    Effect.gen(function*() {
      const { caPath } = yield* TestServer.TestAuthority
      const { connect, home, url } = yield* inPod
      fs.writeFileSync(path.join(home, ".kube/config"), kubeconfig(url, caPath).replace("\"x\"", "\"gone\""))
      assert.strictEqual((yield* Effect.flip(connect())).reason, "NoContext")
    }))
})
