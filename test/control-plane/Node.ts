/**
 * A node for the real control plane: the fake's kubelet, which acts through the live client, and serves the logs of its
 * containers to the API server as a kubelet does.
 */
import { Clock, Duration, Effect, Runtime, type Scope, Stream } from "effect"
import type { IncomingMessage } from "node:http"
import * as https from "node:https"
import type { Duplex } from "node:stream"
import * as AttachSocket from "../../src/fake/apiserver/AttachSocket.js"
import * as Certificate from "../../src/fake/apiserver/Certificate.js"
import * as Json from "../../src/fake/Json.js"
import * as Kubelet from "../../src/fake/kubelet/Kubelet.js"
import { LogStore } from "../../src/fake/kubelet/LogStore.js"
import * as Node from "../../src/fake/kubelet/Node.js"
import * as PodAttach from "../../src/fake/kubelet/PodAttach.js"
import * as PodLogs from "../../src/fake/kubelet/PodLogs.js"
import type { Programs } from "../../src/fake/kubelet/Program.js"
import { RunningPrograms } from "../../src/fake/kubelet/RunningPrograms.js"
import { StdinStore } from "../../src/fake/kubelet/StdinStore.js"
import * as FileSource from "../../src/kubernetes/kubeconfig/FileSource.js"
import * as KubeCredentials from "../../src/kubernetes/kubeconfig/KubeCredentials.js"
import * as HttpDriver from "../../src/kubernetes/transport/HttpDriver.js"
import { listen } from "../support/Listen.js"

/** As k8s.io/kubernetes pkg/kubelet/server/server.go has it: /containerLogs/{namespace}/{pod}/{container}. */
const logPath = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/

const attachPath = /^\/attach\/([^/]+)\/([^/]+)\/([^/]+)$/

/** Serves the logs and streams of containers on a port of loopback; gives the port. */
const serveContainers = (
  { logStore, stdinStore }: { readonly logStore: LogStore; readonly stdinStore: StdinStore },
  uidOf: (namespace: string, pod: string) => string | undefined
): Effect.Effect<number, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { certificate, key } = Certificate.make()
    const run = Runtime.runFork(yield* Effect.runtime())
    const server = https.createServer({ cert: certificate, key }, (request, response) => {
      const url = new URL(request.url ?? "", "https://kubelet")
      const [, namespace = "", pod = "", container = ""] = logPath.exec(url.pathname) ?? []
      const output = logStore.current(uidOf(namespace, pod) ?? "", container)
      if (output === undefined) {
        response.writeHead(400).end(`container "${container}" in pod "${pod}" is not available`)
        return
      }
      const query = Object.fromEntries(url.searchParams)
      response.writeHead(200, { "content-type": "text/plain" })
      response.flushHeaders()
      const fiber = run(Clock.currentTimeMillis.pipe(
        Effect.flatMap((now) =>
          Stream.runForEach(PodLogs.lines(output, query, now), (line) => Effect.sync(() => response.write(`${line}\n`)))
        ),
        Effect.ensuring(Effect.sync(() => response.end()))
      ))
      response.once("close", () => fiber.unsafeInterruptAsFork(fiber.id()))
    })
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const url = new URL(request.url ?? "", "https://kubelet")
      const [, namespace = "", pod = "", container = ""] = attachPath.exec(url.pathname) ?? []
      const uid = uidOf(namespace, pod) ?? ""
      const output = logStore.current(uid, container)
      if (output === undefined || output.isClosed) {
        socket.end("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        return
      }
      run(AttachSocket.attach(request, socket, head, PodAttach.connect(output, stdinStore.of(uid, container))))
    })
    return yield* listen(server)
  })

/** Runs a node until the scope closes. */
export const run = (options: {
  readonly kubeconfigPath: string
  readonly node: Node.Options
  readonly programs: Programs
}) =>
  Effect.gen(function*() {
    const credentials = yield* KubeCredentials.make(yield* FileSource.load({ kubeconfig: options.kubeconfigPath }))
    const driver = HttpDriver.make({ credentials, defaultNamespace: "default", timeout: Duration.seconds(30) })
    const logStore = new LogStore()
    const uids = new Map<string, string>()
    const stdinStore = new StdinStore()
    const port = yield* serveContainers({ logStore, stdinStore }, (namespace, pod) => uids.get(`${namespace}/${pod}`))
    const made = Node.make(options.node, "v1.37.1", yield* Clock.currentTimeMillis)
    yield* Kubelet.run({
      driver,
      logStore,
      stdinStore,
      running: new RunningPrograms(),
      node: Json.make({
        ...made,
        status: {
          ...Json.object(made, "status"),
          addresses: [{ type: "InternalIP", address: "127.0.0.1" }],
          daemonEndpoints: { kubeletEndpoint: { Port: port } },
          // Otherwise the API server translates WebSockets to SPDY.
          declaredFeatures: ["ExtendWebSocketsToKubelet"]
        }
      }),
      programs: (pod) =>
        Effect.suspend(() => {
          uids.set(
            `${Json.text(pod, "metadata", "namespace")}/${Json.text(pod, "metadata", "name")}`,
            Json.text(pod, "metadata", "uid") ?? ""
          )
          return options.programs(pod)
        })
    })
  })
