/**
 * A real node: containerd and a kubelet in the namespaces that `run.sh` makes, two registries that its pods reach, one of them with a
 * password, and the API server that the kubelet joins.
 */
import type { CommandExecutor, FileSystem } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import { Context, Effect, Layer, Ref, type Scope } from "effect"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as fs from "node:fs"
import * as net from "node:net"
import * as path from "node:path"
import * as FakeApiServer from "../../src/fake/apiserver/FakeApiServer.js"
import * as Json from "../../src/fake/Json.js"
import * as ControlPlane from "../control-plane/ControlPlane.js"
import * as Program from "../control-plane/Program.js"
import { exec, gate, htpasswd, password, user } from "../real/Workplace.js"
import * as Containerd from "./Containerd.js"
import * as Images from "./Images.js"
import * as Kubelet from "./Kubelet.js"
import * as Network from "./Network.js"
import * as Programs from "./Programs.js"

export interface Service {
  readonly folder: string
  readonly kubeconfigPath: string
  /** The registry that is open to all. */
  readonly open: string
  /** The registry that wants a user and a password. */
  readonly closed: string
  /** Where a RUN waits, until a test lets it go on. */
  readonly gate: Effect.Effect.Success<ReturnType<typeof gate>>
  readonly ctr: (...args: ReadonlyArray<string>) => Effect.Effect<string>
  /** SIGKILL to the kubelet, which leaves its pods alone. */
  readonly killKubelet: Effect.Effect<void>
  /** SIGSTOP to the kubelet, whose connections stay open; the effect ends it for good. */
  readonly haltKubelet: Effect.Effect<Effect.Effect<void>>
  /** Starts the kubelet again, with further fields of its configuration. */
  readonly startKubelet: (configuration?: object) => Effect.Effect<void>
}

export class RealNode extends Context.Tag("effect-os-builder/test/node/RealNode")<RealNode, Service>() {}

/** Where the kubelet and the tests find the API server. */
export class ApiServer extends Context.Tag("effect-os-builder/test/node/ApiServer")<
  ApiServer,
  { readonly kubeconfigPath: string }
>() {}

const variable = (name: string): string => {
  const value = process.env[name]
  if (value === undefined) {
    throw new Error(`${name} is not set: the tests of a real node are run by "npm run test:node"`)
  }
  return value
}

/** The cluster of the tests in this process, served; it has no other node. */
export const fake: Layer.Layer<ApiServer> = Layer.scoped(
  ApiServer,
  Effect.gen(function*() {
    const context = yield* Layer.build(FakeApiServer.layer({ nodes: [] }))
    const { kubeconfig } = Context.get(context, FakeApiServer.FakeApiServer)
    const kubeconfigPath = path.join(variable("OS_BUILDER_NODE_FOLDER"), "fake.kubeconfig")
    fs.writeFileSync(kubeconfigPath, kubeconfig, { mode: 0o600 })
    return { kubeconfigPath }
  }).pipe(Effect.orDie)
)

/** kube-apiserver with its Job controller and scheduler, and the controllers that give up a node which says nothing for twelve seconds. */
export const real: Layer.Layer<ApiServer> = Layer.effect(
  ApiServer,
  Effect.map(ControlPlane.ControlPlane, ({ admin }) => ({ kubeconfigPath: admin.kubeconfigPath }))
).pipe(
  Layer.provide(ControlPlane.layerWith({
    apiServerFlags: ["--kubelet-preferred-address-types=InternalIP"],
    controllers: ["node-lifecycle-controller", "taint-eviction-controller"],
    controllerManagerFlags: ["--node-monitor-grace-period=12s", "--node-monitor-period=1s", "--node-eviction-rate=10"]
  })),
  Layer.orDie
)

const answers = (port: number): Effect.Effect<void, Error> =>
  Effect.async((resume) => {
    const socket = net.connect(port, Network.bridgeAddress)
    socket.once("connect", () => resume(Effect.void))
    socket.once("error", (error) => resume(Effect.fail(error)))
    return Effect.sync(() => socket.destroy())
  })

const registry = (folder: string, port: number, more: string) =>
  Effect.gen(function*() {
    fs.mkdirSync(folder, { recursive: true })
    fs.writeFileSync(
      path.join(folder, "config.yml"),
      `version: 0.1\nlog: { level: error }\nstorage: { filesystem: { rootdirectory: "${folder}/data" } }\n` +
        `http:\n  addr: "${Network.bridgeAddress}:${port}"\n${more}\n`
    )
    const program = yield* Program.start({
      name: "docker-registry",
      executable: "docker-registry",
      flags: ["serve", path.join(folder, "config.yml")],
      log: path.join(folder, "log")
    })
    yield* answers(port).pipe(
      Effect.retry({ while: () => Effect.as(Effect.sleep("20 millis"), true) }),
      Effect.timeout("20 seconds"),
      Effect.raceFirst(program.ended),
      Effect.orDie
    )
    return `${Network.bridgeAddress}:${port}`
  })

const isReady = (kubeconfigPath: string) =>
  exec("kubectl", "--kubeconfig", kubeconfigPath, "get", "node", Kubelet.nodeName, "--ignore-not-found", "-o", "json")
    .pipe(
      Effect.map((text) =>
        text !== "" &&
        Json.objects(JSON.parse(text), "status", "conditions").some((condition) =>
          Json.text(condition, "type") === "Ready" && Json.text(condition, "status") === "True"
        )
      )
    )

const make = Effect.gen(function*() {
  const folder = fs.mkdtempSync(path.join(variable("OS_BUILDER_NODE_FOLDER"), "node-"))
  fs.chmodSync(folder, 0o711)
  const programs = path.resolve(yield* Programs.locate)
  const { kubeconfigPath } = yield* ApiServer
  const below = (name: string) => path.join(folder, name)
  yield* Network.make
  const open = yield* registry(below("open"), 5000, "")
  fs.writeFileSync(below("htpasswd"), htpasswd)
  const closed = yield* registry(
    below("closed"),
    5001,
    `auth: { htpasswd: { realm: test, path: "${below("htpasswd")}" } }`
  )
  const { ctr, socket } = yield* Containerd.start({
    programs,
    folder: below("containerd"),
    images: [Images.pause, Images.base, Images.builder, Images.builderSetuid]
  })
  for (const host of [open, closed]) {
    yield* exec(
      "skopeo",
      "copy",
      "--quiet",
      "--dest-tls-verify=false",
      "--dest-creds",
      `${user}:${password}`,
      `docker-archive:${path.join(programs, "images", Images.archive(Images.base))}`,
      `docker://${host}/base:1`
    )
  }
  const cgroup = variable("OS_BUILDER_NODE_CGROUP")
  yield* Kubelet.makeCgroup(cgroup)
  // What is delivered to the node does not go to this machine.
  for (const shared of ["/var/lib/containers", "/run/containers"]) {
    fs.mkdirSync(shared, { recursive: true })
    fs.mkdirSync(below(shared), { recursive: true })
    fs.mkdirSync(path.join(below(shared), "storage"))
    yield* exec("mount", "--bind", below(shared), shared)
  }
  const context = yield* Effect.context<CommandExecutor.CommandExecutor | FileSystem.FileSystem | Scope.Scope>()
  const launch = (configuration?: object) =>
    Effect.gen(function*() {
      const program = yield* Kubelet.start({
        programs,
        folder: below("kubelet"),
        socket,
        kubeconfigPath,
        cgroup,
        configuration
      })
      yield* isReady(kubeconfigPath).pipe(
        Effect.tap((ready) => ready ? Effect.void : Effect.sleep("200 millis")),
        Effect.repeat({ until: (ready) => ready }),
        Effect.timeoutTo({
          duration: "60 seconds",
          onSuccess: Effect.succeed,
          onTimeout: () => program.fail("has no ready node after 60 seconds")
        }),
        Effect.flatten,
        Effect.raceFirst(program.ended)
      )
      return program
    }).pipe(Effect.orDie, Effect.provide(context))
  const kubelet = yield* Ref.make(yield* launch())
  return RealNode.of({
    folder,
    kubeconfigPath,
    open,
    closed,
    gate: yield* gate(Network.bridgeAddress),
    ctr,
    killKubelet: Effect.flatMap(Ref.get(kubelet), (program) => program.kill),
    haltKubelet: Effect.flatMap(Ref.get(kubelet), (program) => Effect.as(program.halt, program.kill)),
    startKubelet: (configuration) => Effect.flatMap(launch(configuration), (program) => Ref.set(kubelet, program))
  })
})

/** A real node of that API server, and a client of it. */
export const layer = (apiServer: Layer.Layer<ApiServer>) =>
  Layer.unwrapEffect(
    Effect.map(RealNode, ({ kubeconfigPath }) => KubernetesCluster.layerWith({ kubeconfig: kubeconfigPath }))
  ).pipe(
    Layer.provideMerge(Layer.scoped(RealNode, make)),
    Layer.provide(apiServer),
    Layer.provide(NodeContext.layer),
    Layer.orDie
  )
