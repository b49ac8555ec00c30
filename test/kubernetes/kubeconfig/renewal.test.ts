import { NodeContext } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, TestClock, TestContext } from "effect"
import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import type * as tls from "node:tls"
import * as KubernetesCluster from "../../../src/kubernetes/KubernetesCluster.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import * as Certificates from "../../support/Certificates.js"
import * as TestServer from "../../support/TestServer.js"

let folders = 0

/** Writes a kubeconfig for the server into a folder of its own; returns the folder. */
const write = (server: string, user: (folder: string) => object) =>
  Effect.map(TestServer.TestAuthority, ({ caPath, folder: parent }) => {
    const folder = path.join(parent, `renewal-${folders++}`)
    fs.mkdirSync(folder)
    const config = {
      "current-context": "x",
      clusters: [{ name: "c", cluster: { server, "certificate-authority": caPath } }],
      users: [{ name: "u", user: user(folder) }],
      contexts: [{ name: "x", context: { cluster: "c", user: "u" } }]
    }
    fs.writeFileSync(path.join(folder, "config"), JSON.stringify(config))
    return folder
  })

const pod = { metadata: { name: "a", namespace: "ns", uid: "u", resourceVersion: "1" } }

/** Accepts one Authorization header. */
const serve = (accepted: () => string) =>
  TestServer.serve((request, response) =>
    request.headers.authorization === accepted()
      ? TestServer.json(response, 200, pod)
      : TestServer.json(response, 401, { kind: "Status", code: 401, reason: "Unauthorized" })
  )

/** A plugin that counts its runs in a file, and returns word-1, word-2, … */
const plugin = (folder: string, more = "") => {
  const runs = path.join(folder, "runs")
  fs.writeFileSync(runs, "")
  fs.writeFileSync(
    path.join(folder, "plugin.sh"),
    `#!/bin/sh
echo run >> ${runs}
n=$(wc -l < ${runs} | tr -d ' ')
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"word-%s"${more}}}' $n
`,
    { mode: 0o755 }
  )
  return { exec: { apiVersion: "client.authentication.k8s.io/v1", command: "./plugin.sh", interactiveMode: "Never" } }
}

/** A server that refuses client certificates in the handshake, with an alert; returns its port. */
const openssl = (cwd: string, options: ReadonlyArray<string>) =>
  Effect.acquireRelease(
    Effect.async<{ readonly port: number; readonly child: ChildProcess }>((resume) => {
      const args = ["s_server", "-accept", "127.0.0.1:0", "-Verify", "1", "-verify_return_error", "-HTTP", ...options]
      const child = spawn("openssl", args, { cwd, stdio: ["ignore", "pipe", "ignore"] })
      let text = ""
      child.stdout.on("data", (bytes) => {
        text += String(bytes)
        const [, port] = /ACCEPT 127\.0\.0\.1:(\d+)/.exec(text) ?? []
        if (port !== undefined) resume(Effect.succeed({ port: Number(port), child }))
      })
    }),
    ({ child }) => Effect.sync(() => child.kill())
  ).pipe(Effect.map(({ port }) => port))

const runsOf = (folder: string) => fs.readFileSync(path.join(folder, "runs"), "utf8").split("\n").length - 1

layer(TestServer.authority, { excludeTestServices: true })("renewal", (it) => {
  it.scoped("K4 tokenFile: is read again after a minute", () =>
    Effect.gen(function*() {
      const { requests, url } = yield* serve(() => "Bearer any")
      const folder = yield* write(url, () => ({ tokenFile: "token" }))
      const token = path.join(folder, "token")
      fs.writeFileSync(token, "one")
      const cluster = yield* KubernetesCluster.make({ kubeconfig: path.join(folder, "config") })
      const ask = Effect.ignore(cluster.get(Resources.Pod, "a"))
      fs.writeFileSync(token, "two\n")
      yield* TestClock.adjust("59 seconds")
      yield* ask
      assert.strictEqual(requests[0]?.headers.authorization, "Bearer one")
      yield* TestClock.adjust("1 second")
      yield* ask
      assert.strictEqual(requests.at(-1)?.headers.authorization, "Bearer two")
    }).pipe(Effect.provide(TestContext.TestContext)))

  it.scoped("K4 tokenFile: its last content holds while it cannot be read", () =>
    Effect.gen(function*() {
      const { url } = yield* serve(() => "Bearer one")
      const folder = yield* write(url, () => ({ tokenFile: "token" }))
      const token = path.join(folder, "token")
      fs.writeFileSync(token, "one")
      const cluster = yield* KubernetesCluster.make({ kubeconfig: path.join(folder, "config") })
      fs.rmSync(token)
      yield* TestClock.adjust("5 minutes")
      yield* cluster.get(Resources.Pod, "a")
    }).pipe(Effect.provide(TestContext.TestContext)))

  it.scoped("tokenFile: the content of one file is not sent in place of another that cannot be read", () =>
    Effect.gen(function*() {
      const other = yield* serve(() => "Bearer one")
      const { url } = yield* serve(() => "")
      const folder = yield* write(url, () => ({ tokenFile: "token" }))
      const kubeconfig = path.join(folder, "config")
      fs.writeFileSync(path.join(folder, "token"), "one")
      const cluster = yield* KubernetesCluster.make({ kubeconfig })
      const changed = fs.readFileSync(kubeconfig, "utf8").replace(url, other.url).replace("\"token\"", "\"other\"")
      fs.writeFileSync(kubeconfig, changed)
      const error = yield* Effect.flip(cluster.get(Resources.Pod, "a"))
      assert.include(error.message, "user \"u\": `tokenFile` cannot be read")
      assert.deepStrictEqual(other.requests, [])
    }))

  it.scoped("K10 exec: without an expirationTimestamp the plugin runs once until a 401", () =>
    Effect.gen(function*() {
      let accepted = "Bearer word-1"
      const { url } = yield* serve(() => accepted)
      const folder = yield* write(url, plugin)
      const cluster = yield* KubernetesCluster.make({ kubeconfig: path.join(folder, "config") })
      for (let i = 0; i < 5; i++) {
        yield* cluster.get(Resources.Pod, "a")
        yield* TestClock.adjust("10 minutes")
      }
      assert.strictEqual(runsOf(folder), 1)
      accepted = "Bearer word-2"
      yield* cluster.get(Resources.Pod, "a")
      assert.strictEqual(runsOf(folder), 2)
    }).pipe(Effect.provide(TestContext.TestContext)))

  it.scoped("exec: the plugin runs again after the expirationTimestamp, without a 401", () =>
    Effect.gen(function*() {
      let accepted = "Bearer word-1"
      const { requests, url } = yield* serve(() => accepted)
      const folder = yield* write(url, (folder) => plugin(folder, ",\"expirationTimestamp\":\"1970-01-01T00:00:30Z\""))
      const cluster = yield* KubernetesCluster.make({ kubeconfig: path.join(folder, "config") })
      yield* cluster.get(Resources.Pod, "a")
      yield* TestClock.adjust("31 seconds")
      accepted = "Bearer word-2"
      yield* cluster.get(Resources.Pod, "a")
      assert.strictEqual(runsOf(folder), 2)
      assert.strictEqual(requests.length, 2)
    }).pipe(Effect.provide(TestContext.TestContext)))

  it.scoped("exec: the plugin runs once for 40 requests at once, and once more for their 401", () =>
    Effect.gen(function*() {
      let accepted = "Bearer word-1"
      const { url } = yield* serve(() => accepted)
      const folder = yield* write(url, plugin)
      const cluster = yield* KubernetesCluster.make({ kubeconfig: path.join(folder, "config") })
      const all = Effect.all(Array.from({ length: 40 }, () => cluster.get(Resources.Pod, "a")), {
        concurrency: "unbounded"
      })
      yield* all
      assert.strictEqual(runsOf(folder), 1)
      accepted = "Bearer word-2"
      yield* all
      assert.strictEqual(runsOf(folder), 2)
    }))

  it.scoped(
    "K16 client-certificate: renewed files are used after the server refused the old certificate",
    () =>
      Effect.gen(function*() {
        const { clients: [first, second] } = yield* TestServer.TestAuthority
        let refused = ""
        const subjects: Array<string> = []
        const { url } = yield* TestServer.serve((request, response) => {
          // The connection ends as it does when a server refuses a certificate after the handshake of TLS 1.3.
          const socket = request.socket as tls.TLSSocket
          const subject = String(socket.getPeerCertificate().subject.CN)
          subjects.push(subject)
          if (subject === refused) {
            socket.destroy()
          } else {
            TestServer.json(response, 200, pod)
          }
        }, { requestCert: true, rejectUnauthorized: false })
        const save = (folder: string, { cert, key }: TestServer.Identity) => {
          fs.writeFileSync(path.join(folder, "cert"), cert)
          fs.writeFileSync(path.join(folder, "key"), key)
        }
        const folder = yield* write(url, (folder) => {
          save(folder, first)
          return { "client-certificate": "cert", "client-key": "key" }
        })
        const cluster = yield* KubernetesCluster.make({ kubeconfig: path.join(folder, "config") })
        yield* cluster.get(Resources.Pod, "a")
        save(folder, second)
        refused = "first"
        yield* cluster.get(Resources.Pod, "a")
        assert.strictEqual(subjects[0], "first")
        assert.strictEqual(subjects.at(-1), "second")
      }),
    20_000
  )

  it.scoped(
    "K16 client-certificate: renewed files are used at once after an alert in the TLS handshake",
    () =>
      Effect.gen(function*() {
        const { ca, caPath, clients: [first], folder: parent, serving } = yield* TestServer.TestAuthority
        const root = path.join(parent, "openssl")
        const answer = JSON.stringify(pod)
        fs.mkdirSync(path.join(root, "api/v1/namespaces/default/pods"), { recursive: true })
        fs.writeFileSync(
          path.join(root, "api/v1/namespaces/default/pods/a"),
          `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${answer.length}\r\n\r\n${answer}`
        )
        fs.writeFileSync(path.join(root, "cert"), serving.cert)
        fs.writeFileSync(path.join(root, "key"), serving.key)
        const stranger = path.join(root, "stranger")
        fs.mkdirSync(stranger)
        const { certificate, key } = yield* Effect.provide(Certificates.authority(stranger), NodeContext.layer)
        const port = yield* openssl(root, ["-CAfile", caPath, "-cert", "cert", "-key", "key"])
        const folder = yield* write(`https://127.0.0.1:${port}`, (folder) => {
          fs.copyFileSync(certificate, path.join(folder, "cert"))
          fs.copyFileSync(key, path.join(folder, "key"))
          return { "client-certificate": "cert", "client-key": "key" }
        })
        assert.include(fs.readFileSync(caPath, "utf8"), ca)
        const cluster = yield* KubernetesCluster.make({ kubeconfig: path.join(folder, "config") })
        const refused = yield* Effect.flip(cluster.get(Resources.Pod, "a"))
        assert.match(refused.message, /the TLS handshake failed .*alert/)
        fs.writeFileSync(path.join(folder, "cert"), first.cert)
        fs.writeFileSync(path.join(folder, "key"), first.key)
        // The client's key pair is cached for a minute; the alert is the reason to read it again.
        assert.strictEqual((yield* cluster.get(Resources.Pod, "a")).metadata.uid, "u")
      }),
    30_000
  )
})
