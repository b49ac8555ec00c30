import { assert, describe, layer } from "@effect/vitest"
import { Config, ConfigProvider, Effect, Layer } from "effect"
import * as fs from "node:fs"
import * as http from "node:http"
import * as net from "node:net"
import * as path from "node:path"
import { Cluster } from "../../src/kubernetes/Cluster.js"
import * as KubernetesCluster from "../../src/kubernetes/KubernetesCluster.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as TestServer from "../support/TestServer.js"

interface Parts {
  readonly cluster?: object
  readonly user?: object
  readonly context?: object
}

let files = 0

/** Writes a kubeconfig of one context and returns its path. */
const write = (server: string, parts: Parts) =>
  Effect.map(TestServer.TestAuthority, ({ caPath, folder }) => {
    const file = path.join(folder, `config-${files++}`)
    fs.writeFileSync(
      file,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        clusters: [{ name: "c", cluster: { server, "certificate-authority": caPath, ...parts.cluster } }],
        users: parts.user === undefined ? [] : [{ name: "u", user: parts.user }],
        contexts: [
          { name: "x", context: { cluster: "c", user: "u", namespace: "of-context", ...parts.context } },
          { name: "lost", context: { cluster: "none", user: "u" } }
        ],
        "current-context": "x"
      })
    )
    return file
  })

const pod = { metadata: { name: "a", namespace: "ns", uid: "u", resourceVersion: "1" } }

/** A server that returns a pod for the right Authorization header, else a 401. */
const server = (word: () => string | undefined) =>
  TestServer.serve((request, response) =>
    request.headers.authorization === word()
      ? TestServer.json(response, 200, pod)
      : TestServer.json(response, 401, { kind: "Status", code: 401, reason: "Unauthorized" })
  )

const execVersion = "client.authentication.k8s.io/v1"

const exec = (script: string) => ({
  exec: { apiVersion: execVersion, command: "sh", args: ["-c", script], interactiveMode: "Never" }
})

/** An exec plugin that counts its runs and returns the token word-1, then word-2, … */
const plugin = Effect.map(TestServer.TestAuthority, ({ folder }) => {
  const runs = path.join(folder, `runs-${files++}`)
  fs.writeFileSync(runs, "")
  const status = `{"token":"word-'$(wc -l < ${runs} | tr -d " ")'","expirationTimestamp":"2099-01-01T00:00:00Z"}`
  return {
    runs: () => fs.readFileSync(runs, "utf8").split("\n").length - 1,
    user: exec(
      `echo run >> ${runs}; sleep 0.1; echo '{"apiVersion":"${execVersion}","kind":"ExecCredential","status":${status}}'`
    )
  }
})

layer(TestServer.authority, { excludeTestServices: true })("kubeconfig", (it) => {
  it.scoped("make: uses its server, certificate authority, namespace and token", () =>
    Effect.gen(function*() {
      const { url } = yield* server(() => "Bearer word")
      const cluster = yield* KubernetesCluster.make({ kubeconfig: yield* write(url, { user: { token: "word" } }) })
      assert.strictEqual(cluster.defaultNamespace, "of-context")
      assert.strictEqual((yield* cluster.get(Resources.Pod, "a")).metadata.uid, "u")
    }))

  it.scoped("layerConfig: reads its path from Config", () =>
    Effect.gen(function*() {
      const { url } = yield* server(() => "Bearer word")
      const file = yield* write(url, { user: { token: "word" } })
      const layer = KubernetesCluster.layerConfig({
        kubeconfig: Config.string("FILE"),
        namespace: Config.succeed("mine")
      })
      const provider = ConfigProvider.fromMap(new Map([["FILE", file]]))
      const cluster = yield* Effect.provide(Cluster, layer).pipe(Effect.withConfigProvider(provider))
      assert.strictEqual(cluster.defaultNamespace, "mine")
      const missing = yield* Effect.flip(Effect.scoped(Layer.build(layer))).pipe(
        Effect.withConfigProvider(ConfigProvider.fromMap(new Map()))
      )
      assert.notInstanceOf(missing, KubernetesCluster.ConfigurationError)
    }))

  it.scoped("make: reads a changed token file after a 401", () =>
    Effect.gen(function*() {
      const { folder } = yield* TestServer.TestAuthority
      const file = path.join(folder, "token")
      fs.writeFileSync(file, "old\n")
      let word = "Bearer old"
      const { url } = yield* server(() => word)
      const user = { tokenFile: file }
      const cluster = yield* KubernetesCluster.make({ kubeconfig: yield* write(url, { user }) })
      yield* cluster.get(Resources.Pod, "a")
      fs.writeFileSync(file, "new\n")
      word = "Bearer new"
      yield* cluster.get(Resources.Pod, "a")
    }))

  it.scoped("make: runs an exec plugin once for many requests, and again after a 401", () =>
    Effect.gen(function*() {
      let word = "Bearer word-1"
      const { runs, user } = yield* plugin
      const { url } = yield* server(() => word)
      const cluster = yield* KubernetesCluster.make({ kubeconfig: yield* write(url, { user }) })
      const all = Effect.all(Array.from({ length: 20 }, () => cluster.get(Resources.Pod, "a")), {
        concurrency: "unbounded"
      })
      yield* all
      assert.strictEqual(runs(), 1)
      word = "Bearer word-2"
      yield* all
      assert.strictEqual(runs(), 2)
    }))

  it.scoped("make: keeps its context when the current context changes", () =>
    Effect.gen(function*() {
      let word = "Bearer one"
      const { url } = yield* server(() => word)
      const kubeconfig = yield* write(url, { user: { token: "one" } })
      const cluster = yield* KubernetesCluster.make({ kubeconfig })
      yield* cluster.get(Resources.Pod, "a")
      const text = fs.readFileSync(kubeconfig, "utf8")
      fs.writeFileSync(
        kubeconfig,
        text.replace("\"one\"", "\"two\"").replace("\"current-context\":\"x\"", "\"current-context\":\"lost\"")
      )
      word = "Bearer two"
      yield* cluster.get(Resources.Pod, "a")
    }))

  it.scoped("make: keeps connections through a proxy-url alive", () =>
    Effect.gen(function*() {
      const { connections, url } = yield* server(() => "Bearer word")
      const places: Array<string | undefined> = []
      const proxy = http.createServer()
      proxy.on("connect", (request, client) => {
        places.push(request.url)
        const upstream = net.connect(Number(new URL(url).port), "127.0.0.1", () => {
          client.write("HTTP/1.1 200 OK\r\n\r\n")
          upstream.pipe(client)
          client.pipe(upstream)
        })
        upstream.on("error", () => client.destroy())
        client.on("error", () => upstream.destroy())
      })
      yield* Effect.acquireRelease(
        Effect.async<void>((resume) => {
          proxy.listen(0, "127.0.0.1", () => resume(Effect.void))
        }),
        () => Effect.sync(() => proxy.close())
      )
      const address = proxy.address()
      const port = typeof address === "object" && address !== null ? address.port : 0
      const cluster = yield* KubernetesCluster.make({
        kubeconfig: yield* write(url, { user: { token: "word" }, cluster: { "proxy-url": `http://127.0.0.1:${port}` } })
      })
      for (let i = 0; i < 5; i++) {
        yield* cluster.get(Resources.Pod, "a")
      }
      assert.deepStrictEqual(places, [new URL(url).host])
      assert.strictEqual(connections(), 1)
    }))

  describe("errors", () => {
    const errorOf = (settings: KubernetesCluster.Settings) => Effect.flip(KubernetesCluster.make(settings))

    it.scoped("NoConfiguration: without a kubeconfig, lists where it is looked for", () =>
      Effect.gen(function*() {
        const { folder } = yield* TestServer.TestAuthority
        const environment = ConfigProvider.fromMap(new Map([["HOME", folder]]))
        const error = yield* errorOf({}).pipe(Effect.withConfigProvider(environment))
        assert.strictEqual(error.reason, "NoConfiguration")
        assert.include(error.message, `There is no kubeconfig (${path.join(folder, ".kube/config")}): set KUBECONFIG`)
      }))

    it.scoped("NoConfiguration: names the missing file", () =>
      Effect.gen(function*() {
        const empty = yield* errorOf({ kubeconfig: "/dev/null" })
        assert.strictEqual(empty.reason, "NoConfiguration")
        assert.include(empty.message, "The kubeconfig has no context, because it is empty (/dev/null): set KUBECONFIG")
        const error = yield* errorOf({ kubeconfig: "/nowhere/config" })
        assert.strictEqual(error.reason, "NoConfiguration")
        assert.include(error.message, "Cannot read the kubeconfig /nowhere/config")
      }))

    it.scoped("NoContext: names the missing context", () =>
      Effect.gen(function*() {
        const error = yield* errorOf({ kubeconfig: yield* write("https://127.0.0.1:1", {}), context: "other" })
        assert.strictEqual(error.reason, "NoContext")
        assert.include(error.message, `no context "other"`)
      }))

    it.scoped("NoContext: names the context without a cluster", () =>
      Effect.gen(function*() {
        const error = yield* errorOf({ kubeconfig: yield* write("https://127.0.0.1:1", {}), context: "lost" })
        assert.strictEqual(error.reason, "NoContext")
        assert.include(error.message, `context "lost" names the cluster "none", which does not exist`)
      }))

    it.scoped("NoCredentials: quotes the plugin's error output", () =>
      Effect.gen(function*() {
        const kubeconfig = yield* write("https://127.0.0.1:1", { user: exec("echo the login has expired >&2; exit 3") })
        const error = yield* errorOf({ kubeconfig })
        assert.strictEqual(error.reason, "NoCredentials")
        assert.include(error.message, "the login has expired: check that `kubectl auth whoami`")
      }))

    it.scoped("errors: a plugin that fails later fails the request", () =>
      Effect.gen(function*() {
        const { folder } = yield* TestServer.TestAuthority
        const switched = path.join(folder, `switch-${files++}`)
        const good = `{"apiVersion":"${execVersion}","kind":"ExecCredential","status":{"token":"word"}}`
        const user = exec(`[ -e ${switched} ] && { echo logged out >&2; exit 1; } ; echo '${good}'`)
        const { url } = yield* server(() => "Bearer other")
        const cluster = yield* KubernetesCluster.make({ kubeconfig: yield* write(url, { user }) })
        fs.writeFileSync(switched, "")
        const error = yield* Effect.flip(cluster.get(Resources.Pod, "a"))
        assert.strictEqual(error.reason, "Unauthorized")
        assert.include(error.message, "logged out")
      }))

    it.scoped("Unsupported: credentials are not sent over http", () =>
      Effect.gen(function*() {
        const error = yield* errorOf({ kubeconfig: yield* write("http://127.0.0.1:1", { user: { token: "x" } }) })
        assert.strictEqual(error.reason, "Unsupported")
        assert.include(error.message, "cluster \"c\": `server` is not an https:// URL")
      }))
  })
})
