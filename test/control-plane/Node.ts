/**
 * A node for the real control plane: the fake's kubelet, which acts through the live client, and serves the logs and streams of its
 * containers to the API server as a kubelet does.
 */
import { Clock, Duration, Effect, Runtime, type Scope, Stream } from "effect"
import type { IncomingMessage } from "node:http"
import * as https from "node:https"
import type { Duplex } from "node:stream"
import * as AttachSocket from "../../src/fake/apiserver/AttachSocket.js"
import * as Certificate from "../../src/fake/apiserver/Certificate.js"
import type { ConnectOptions } from "../../src/fake/apiserver/Connections.js"
import * as PortForwardChannels from "../../src/fake/apiserver/PortForwardChannels.js"
import { Refused, type Reply } from "../../src/fake/apiserver/Reply.js"
import * as Status from "../../src/fake/apiserver/Status.js"
import * as Json from "../../src/fake/Json.js"
import * as Kubelet from "../../src/fake/kubelet/Kubelet.js"
import { LogStore } from "../../src/fake/kubelet/LogStore.js"
import * as Node from "../../src/fake/kubelet/Node.js"
import * as PodAttach from "../../src/fake/kubelet/PodAttach.js"
import * as PodExec from "../../src/fake/kubelet/PodExec.js"
import * as PodForward from "../../src/fake/kubelet/PodForward.js"
import * as PodLogs from "../../src/fake/kubelet/PodLogs.js"
import type { Programs } from "../../src/fake/kubelet/Program.js"
import { RunningPrograms } from "../../src/fake/kubelet/RunningPrograms.js"
import { StdinStore } from "../../src/fake/kubelet/StdinStore.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import * as FileSource from "../../src/kubernetes/kubeconfig/FileSource.js"
import * as KubeCredentials from "../../src/kubernetes/kubeconfig/KubeCredentials.js"
import * as HttpDriver from "../../src/kubernetes/transport/HttpDriver.js"
import { listen } from "../support/Listen.js"

/** As k8s.io/kubernetes pkg/kubelet/server/server.go has it: /containerLogs/{namespace}/{pod}/{container}. */
const logPath = /^\/containerLogs\/([^/]+)\/([^/]+)\/([^/]+)$/

const streamPath = /^\/(attach|exec|portForward)\/([^/]+)\/([^/]+)(?:\/([^/]+))?$/

interface Containers {
  readonly logStore: LogStore
  readonly stdinStore: StdinStore
  readonly running: RunningPrograms
  readonly pod: (namespace: string, name: string) => JsonObject | undefined
}

/** The parameters of the API server, from those of a kubelet. */
const optionsOf = ({ searchParams }: URL, container: string): ConnectOptions => ({
  query: {
    container,
    stdin: searchParams.get("input") ?? "",
    stdout: searchParams.get("output") ?? "",
    stderr: searchParams.get("error") ?? "",
    tty: searchParams.get("tty") ?? ""
  },
  command: searchParams.getAll("command"),
  ports: searchParams.getAll("port")
})

/** Serves the logs and streams of containers on a port of loopback; gives the port. */
const serveContainers = (
  { logStore, pod, running, stdinStore }: Containers
): Effect.Effect<number, never, Scope.Scope> =>
  Effect.gen(function*() {
    const { certificate, key } = Certificate.make()
    const run = Runtime.runFork(yield* Effect.runtime())
    const server = https.createServer({ cert: certificate, key }, (request, response) => {
      const url = new URL(request.url ?? "", "https://kubelet")
      const [, namespace = "", name = "", container = ""] = logPath.exec(url.pathname) ?? []
      const output = logStore.current(Metadata.uid(pod(namespace, name) ?? {}), container)
      if (output === undefined) {
        response.writeHead(400).end(`container "${container}" in pod "${name}" is not available`)
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
    const execs = PodExec.source(logStore, running)
    const forwards = PodForward.source(running)
    server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
      const url = new URL(request.url ?? "", "https://kubelet")
      const [, verb, namespace = "", name = "", container = ""] = streamPath.exec(url.pathname) ?? []
      const found = pod(namespace, name) ?? {}
      const options = optionsOf(url, container)
      const refuse = Effect.sync(() =>
        socket.end("HTTP/1.1 500 Internal Server Error\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
      )
      const attach = (): Effect.Effect<Reply, Refused> => {
        const uid = Metadata.uid(found)
        const output = logStore.current(uid, container)
        return output === undefined || output.isClosed
          ? Effect.fail(new Refused({ status: Status.internal("not running") }))
          : Effect.succeed({ _tag: "Attach", connect: PodAttach.connect(output, stdinStore.of(uid, container)) })
      }
      const reply = verb === "attach" ? attach() : (verb === "exec" ? execs : forwards)(found, options)
      run(reply.pipe(
        Effect.flatMap((reply): Effect.Effect<unknown, Refused> =>
          reply._tag === "Attach"
            ? AttachSocket.attach(request, socket, head, reply.connect)
            : reply._tag === "PortForward"
            ? PortForwardChannels.forward(request, socket, head, { values: options.ports, forward: reply.forward })
            : refuse
        ),
        Effect.catchAll(() => refuse)
      ))
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
    const pods = new Map<string, JsonObject>()
    const stdinStore = new StdinStore()
    const running = new RunningPrograms()
    const port = yield* serveContainers({
      logStore,
      stdinStore,
      running,
      pod: (namespace, name) => pods.get(`${namespace}/${name}`)
    })
    const made = Node.make(options.node, "v1.37.1", yield* Clock.currentTimeMillis)
    yield* Kubelet.run({
      driver,
      logStore,
      stdinStore,
      running,
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
          pods.set(`${Metadata.namespace(pod)}/${Metadata.name(pod)}`, pod)
          return options.programs(pod)
        })
    })
  })
