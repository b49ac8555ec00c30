import { assert, describe, layer } from "@effect/vitest"
import { Effect, Fiber, Stream } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as KubernetesCluster from "../../../src/kubernetes/KubernetesCluster.js"
import * as Resources from "../../../src/kubernetes/Resources.js"
import * as Proxies from "../../support/Proxies.js"
import { connectionsTo, whyNoTimers } from "../../support/SocketTimers.js"
import * as TestServer from "../../support/TestServer.js"

/** A cluster service for a server, from a kubeconfig file. */
const connect = (url: string, cluster: object) =>
  Effect.gen(function*() {
    const { ca, folder } = yield* TestServer.TestAuthority
    const file = path.join(folder, `keepalive-${path.basename(url).replace(/\W/g, "")}`)
    const certificate = Buffer.from(ca).toString("base64")
    fs.writeFileSync(
      file,
      JSON.stringify({
        apiVersion: "v1",
        kind: "Config",
        "current-context": "test",
        contexts: [{ name: "test", context: { cluster: "test", user: "test", namespace: "ns" } }],
        clusters: [{ name: "test", cluster: { server: url, "certificate-authority-data": certificate, ...cluster } }],
        users: [{ name: "test", user: { token: "word" } }]
      })
    )
    return yield* KubernetesCluster.make({ kubeconfig: file })
  })

const portOf = (url: string): number => Number(new URL(url).port)

const title = (what: string) => `keepalive: ${what}${whyNoTimers === undefined ? "" : ` (skipped: ${whyNoTimers})`}`

describe.skipIf(whyNoTimers !== undefined)("KubernetesCluster", () => {
  layer(TestServer.authority, { excludeTestServices: true })((it) => {
    for (
      const [what, proxy] of [
        ["directly", undefined],
        ["through an HTTP proxy", { scheme: "http", run: Proxies.connectProxy }],
        ["through a SOCKS 5 proxy", { scheme: "socks5", run: Proxies.socksProxy }]
      ] as const
    ) {
      it.scoped(
        title(`a new TLS connection ${what} has a timer while a watch and a followed log are silent`),
        () =>
          Effect.gen(function*() {
            let open = 0
            const server = yield* TestServer.serve((_request, response) => {
              response.writeHead(200)
              response.flushHeaders()
              open++
            })
            const proxyPort = proxy === undefined ? undefined : yield* proxy.run
            const cluster = yield* connect(
              server.url,
              proxy === undefined ? {} : { "proxy-url": `${proxy.scheme}://127.0.0.1:${proxyPort}` }
            )
            const watch = yield* Effect.fork(Stream.runDrain(cluster.watch(Resources.Pod)))
            const log = yield* Effect.fork(Stream.runDrain(cluster.logs(Resources.Pod, "a", { follow: true })))
            yield* Effect.repeat(Effect.sleep(10), { until: () => open === 2 })
            // What was just sent has a timer of its own until it is acknowledged.
            const sockets = yield* Effect.sync(() => connectionsTo(proxyPort ?? portOf(server.url))).pipe(
              Effect.repeat({ until: (all) => all.every((socket) => !socket.includes("timer:(on,")) }),
              Effect.timeout("5 seconds")
            )
            assert.strictEqual(sockets.length, 2)
            for (const socket of sockets) {
              assert.match(socket, /timer:\(keepalive,(?:2\d|30)/)
            }
            yield* Fiber.interrupt(watch)
            yield* Fiber.interrupt(log)
          })
      )
    }
  })
})
