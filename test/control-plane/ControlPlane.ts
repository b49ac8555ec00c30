/**
 * A Kubernetes control plane for tests: etcd, kube-apiserver, kube-controller-manager and kube-scheduler on 127.0.0.1,
 * without any node. All of it is gone when its scope closes.
 */
import { Command, type CommandExecutor, FileSystem, HttpClient, HttpClientRequest, Path } from "@effect/platform"
import { NodeContext, NodeHttpClient } from "@effect/platform-node"
import type { PlatformError } from "@effect/platform/Error"
import {
  Clock,
  type ConfigError,
  Context,
  Duration,
  Effect,
  flow,
  Layer,
  Option,
  Ref,
  Schema,
  type Scope
} from "effect"
import { randomInt } from "node:crypto"
import * as Net from "node:net"
import type { CertificateError } from "../support/Certificates.js"
import { locateBinaries, type Missing } from "./Binaries.js"
import * as Credentials from "./Credentials.js"
import * as Flags from "./Flags.js"
import * as Program from "./Program.js"

export interface Service {
  /** `https://127.0.0.1:…` */
  readonly server: string
  /** What `GET /version` says, such as `v1.37.1`. */
  readonly version: string
  /** The certificate of the authority that signed the server's, PEM. */
  readonly ca: string
  readonly caPath: string
  /** A member of system:masters: may do everything. */
  readonly admin: Credentials.TokenUser
  /** As mighty as `admin`. */
  readonly certificateAdmin: Credentials.CertificateUser
  /** May do only what a test grants. */
  readonly unprivileged: Credentials.TokenUser
  /** Sends `admin`'s requests, with URLs such as `/api/v1/namespaces`; fails unless the status is 2xx. */
  readonly client: HttpClient.HttpClient
  /** SIGKILL; returns when the process is gone. */
  readonly killApiServer: Effect.Effect<void>
  /** On the same port, with the same data; returns when the server is ready. Does nothing while one runs. */
  readonly startApiServer: Effect.Effect<void, Program.ProgramError>
}

export class ControlPlane extends Context.Tag("effect-os-builder/test/control-plane/ControlPlane")<
  ControlPlane,
  Service
>() {}

export type StartError =
  | Missing
  | CertificateError
  | Program.ProgramError
  | PlatformError
  | ConfigError.ConfigError

const Version = Schema.parseJson(Schema.Struct({ gitVersion: Schema.String }))

const startTimeout = Duration.seconds(60)

/** Repeats a check until it succeeds; fails when the program ends meanwhile, or takes too long. */
const until = <A, E, R>(check: Effect.Effect<A, E, R>, program: Program.Program) =>
  check.pipe(
    Effect.timeout("5 seconds"),
    Effect.tapError(() => Effect.sleep("20 millis")),
    Effect.eventually,
    Effect.timeoutOption(startTimeout),
    Effect.flatMap(Option.match({
      onNone: () => program.fail(`was not ready within ${Duration.format(startTimeout)}`),
      onSome: Effect.succeed
    })),
    Effect.raceFirst(program.ended)
  )

/**
 * A port that nobody listens on, below those that the kernel gives to clients: one that keeps knocking while the server is
 * down may be given the server's own port for its end, and then it talks to itself.
 */
const freePort = Effect.async<number, Error>((resume) => {
  const port = randomInt(20_000, 30_000)
  const probe = Net.createServer()
  probe.once("error", (error) => resume(Effect.fail(error)))
  probe.listen(port, "127.0.0.1", () => probe.close(() => resume(Effect.succeed(port))))
}).pipe(Effect.retry({ times: 100 }), Effect.orDie)

/** A folder that goes with the scope, and even when this process is killed: then a shell sees its input end. */
const temporaryFolder = Effect.gen(function*() {
  const fs = yield* FileSystem.FileSystem
  const folder = yield* fs.makeTempDirectoryScoped({ prefix: "control-plane-" })
  yield* Command.start(Command.make("sh", "-c", `read -r _; sleep 1; rm -rf "$0"`, folder))
  return folder
})

const make = (options: Options) =>
  Effect.gen(function*() {
    const fs = yield* FileSystem.FileSystem
    const path = yield* Path.Path
    const binaries = yield* locateBinaries
    const folder = yield* temporaryFolder
    const inFolder = (name: string) => path.join(folder, name)
    const etcdSocket = inFolder("etcd.sock")
    const context = yield* Effect.context<CommandExecutor.CommandExecutor | FileSystem.FileSystem | Scope.Scope>()
    const start = (name: keyof typeof binaries, flags: ReadonlyArray<string>) =>
      Program.start({ name, executable: binaries[name], flags, log: inFolder(`${name}.log`) }).pipe(
        Effect.provide(context)
      )

    const etcd = yield* start(
      "etcd",
      Flags.etcd({ dataFolder: inFolder("data"), socket: etcdSocket, peerSocket: inFolder("peer.sock") })
    )
    const port = yield* freePort
    const server = `https://127.0.0.1:${port}`
    const credentials = yield* Credentials.make({ folder, server })
    const { admin, authority, certificateAdmin, unprivileged } = credentials
    const ca = yield* fs.readFileString(authority.certificate)
    const client = yield* Layer.build(
      NodeHttpClient.layerWithoutAgent.pipe(Layer.provide(NodeHttpClient.makeAgentLayer({ ca })))
    ).pipe(
      Effect.map(Context.get(HttpClient.HttpClient)),
      Effect.map(HttpClient.mapRequest(flow(
        HttpClientRequest.prependUrl(server),
        HttpClientRequest.bearerToken(admin.token)
      ))),
      Effect.map(HttpClient.filterStatusOk)
    )
    const get = (url: string) => Effect.flatMap(client.get(url), (response) => response.text)
    yield* until(Effect.filterOrFail(fs.exists(etcdSocket), (exists) => exists), etcd)

    const launchApiServer = start("kube-apiserver", [
      ...Flags.apiServer({ etcdSocket, port, credentials }),
      ...options.apiServerFlags ?? []
    ]).pipe(
      Effect.tap((program) => until(get("/readyz"), program))
    )
    const firstApiServer = yield* launchApiServer
    const apiServer = yield* Ref.make(firstApiServer)
    const startApiServer = Effect.gen(function*() {
      const current = yield* Ref.get(apiServer)
      if (!(yield* current.isRunning)) {
        yield* Ref.set(apiServer, yield* launchApiServer)
      }
    })

    const controllerManager = yield* start("kube-controller-manager", [
      ...Flags.controllerManager(credentials, options.controllers),
      ...options.controllerManagerFlags ?? []
    ])
    yield* start("kube-scheduler", Flags.scheduler(credentials))
    yield* until(get("/api/v1/namespaces/default/serviceaccounts/default"), controllerManager)
    const { gitVersion } = yield* until(
      Effect.flatMap(get("/version"), Schema.decode(Version)),
      firstApiServer
    )

    const oneAtATime = yield* Effect.makeSemaphore(1)
    return ControlPlane.of({
      server,
      version: gitVersion,
      ca,
      caPath: authority.certificate,
      admin,
      certificateAdmin,
      unprivileged,
      client,
      killApiServer: oneAtATime.withPermits(1)(Effect.flatMap(Ref.get(apiServer), (program) => program.kill)),
      startApiServer: realTime(oneAtATime.withPermits(1)(startApiServer))
    })
  })

/** The programs know nothing of a TestClock. */
const realTime = Effect.withClock(Clock.make())

/** Further flags of its programs, and further controllers. */
export interface Options {
  readonly apiServerFlags?: ReadonlyArray<string>
  readonly controllers?: ReadonlyArray<string>
  readonly controllerManagerFlags?: ReadonlyArray<string>
}

/** A control plane whose programs have these options. */
export const layerWith = (options: Options): Layer.Layer<ControlPlane, StartError> =>
  Layer.scoped(ControlPlane, realTime(make(options))).pipe(Layer.provide(NodeContext.layer))

/** Each build of this layer is a control plane of its own. */
export const layer: Layer.Layer<ControlPlane, StartError> = layerWith({})
