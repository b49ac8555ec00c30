/**
 * The command in this process, with a terminal and a console that record what it prints.
 */
import { Terminal } from "@effect/platform"
import { NodeContext } from "@effect/platform-node"
import {
  ConfigProvider,
  Console,
  Context,
  Effect,
  Fiber,
  Layer,
  Mailbox,
  Schema,
  Stream,
  SubscriptionRef
} from "effect"
import { BuildBackend, type Cluster } from "effect-os-builder"
import { ConfigurationError } from "effect-os-builder/KubernetesCluster"
import * as path from "node:path"
import * as Backends from "../../src/cli/Backends.js"
import type { ExitStatus } from "../../src/cli/CliError.js"
import { JsonLine } from "../../src/cli/JsonLine.js"
import * as Log from "../../src/cli/Log.js"
import { ClusterAccess } from "../../src/cli/NodeServices.js"
import * as OsBuilder from "../../src/cli/OsBuilder.js"
import * as Output from "../../src/cli/Output.js"
import { folderWith } from "./TemporaryFolder.js"

export interface Screen {
  readonly isTTY?: boolean
  readonly columns?: number
  readonly environment?: Readonly<Record<string, string>>
}

export interface Run {
  readonly status: ExitStatus
  readonly out: string
  readonly err: string
}

/** The backends and the cluster; by default the command's own backends and no cluster. */
export interface World {
  readonly backends?: ReadonlyArray<Parameters<typeof Backends.offline>[0]> | undefined
  readonly cluster?: Layer.Layer<Cluster.Cluster, ConfigurationError> | undefined
}

const noCluster = Layer.fail(new ConfigurationError({ reason: "NoConfiguration", detail: "There is no kubeconfig" }))

/** The layer of a command, and what it has printed so far. */
export const harness = (screen: Screen, { backends, cluster = noCluster }: World) =>
  Effect.gen(function*() {
    const out = yield* SubscriptionRef.make("")
    const errors: Array<string> = []
    const terminal = Terminal.Terminal.of({
      columns: Effect.succeed(screen.columns ?? 100),
      rows: Effect.succeed(40),
      isTTY: Effect.succeed(screen.isTTY ?? false),
      readInput: Mailbox.make<Terminal.UserInput>(),
      readLine: Effect.never,
      display: (text) => SubscriptionRef.update(out, (all) => all + text)
    })
    const console = yield* Console.consoleWith(Effect.succeed)
    const record = (line: unknown): void => {
      errors.push(`${String(line)}\n`)
    }
    const recording: Console.Console = {
      ...console,
      error: (line) => Effect.sync(() => record(line)),
      unsafe: { ...console.unsafe, error: record }
    }
    const base = Layer.mergeAll(
      Layer.setConfigProvider(ConfigProvider.fromMap(new Map(Object.entries(screen.environment ?? {})))),
      Layer.succeed(Terminal.Terminal, terminal),
      Console.setConsole(recording)
    )
    const layer = Log.layer.pipe(
      Layer.provideMerge(Output.layer),
      Layer.provideMerge(base),
      Layer.merge(
        backends === undefined
          ? Backends.layer
          : Layer.succeed(Backends.Backends, backends.map(Backends.offline))
      ),
      Layer.merge(Layer.succeed(ClusterAccess, () => cluster)),
      Layer.provideMerge(NodeContext.layer)
    )
    /** Waits until the output satisfies a predicate. */
    const until = (predicate: (out: string) => boolean) => Stream.runHead(Stream.filter(out.changes, predicate))
    return { layer, out: SubscriptionRef.get(out), err: Effect.sync(() => errors.join("")), until }
  })

/** Runs the command to its end. */
export const runIn = (world: World) => (args: ReadonlyArray<string>, screen: Screen = {}) =>
  Effect.gen(function*() {
    const { err, layer, out } = yield* harness(screen, world)
    const status = yield* Effect.provide(OsBuilder.run(args), layer)
    return { status, out: yield* out, err: yield* err }
  })

export class Command extends Context.Tag("test/Command")<Command, {
  readonly run: (args: ReadonlyArray<string>, screen?: Screen) => Effect.Effect<Run>
  /** Runs it in the background, and returns when its output satisfies the predicate. */
  readonly start: (
    args: ReadonlyArray<string>,
    predicate: (out: string) => boolean,
    screen?: Screen
  ) => Effect.Effect<{
    readonly ended: Effect.Effect<Run>
    readonly interrupted: Effect.Effect<Omit<Run, "status">>
    readonly out: Effect.Effect<string>
  }>
}>() {}

/** The backend in memory as `memory`, and as `fleeting`, whose builds end with the process. */
export const layer: Layer.Layer<Command | BuildBackend.BuildBackend | BuildBackend.MemoryBackend> = Layer.effect(
  Command,
  Effect.gen(function*() {
    const memory = yield* BuildBackend.BuildBackend
    const provided = () => Layer.succeed(BuildBackend.BuildBackend, memory)
    const backends = [
      { name: "memory", outlivesProcess: true, layer: provided },
      { name: "fleeting", outlivesProcess: false, layer: provided }
    ]
    const start = (args: ReadonlyArray<string>, predicate: (out: string) => boolean, screen: Screen = {}) =>
      Effect.gen(function*() {
        const { err, layer, out, until } = yield* harness(screen, { backends })
        const fiber = yield* Effect.forkDaemon(Effect.provide(OsBuilder.run(args), layer))
        yield* until(predicate)
        const printed = Effect.all({ out, err })
        return {
          out,
          ended: Effect.flatMap(
            Fiber.join(fiber),
            (status) => Effect.map(printed, (printed) => ({ status, ...printed }))
          ),
          interrupted: Effect.zipRight(Fiber.interrupt(fiber), printed)
        }
      })
    return Command.of({
      start,
      run: (args, screen) => Effect.flatMap(start(args, () => true, screen), ({ ended }) => ended)
    })
  })
).pipe(Layer.provideMerge(BuildBackend.layerMemory), Layer.fresh)

export const containerfile = "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN true\n"

/** `build` with every option that it requires. */
export const buildArgs = (...more: ReadonlyArray<string>) =>
  Effect.map(folderWith({ Containerfile: containerfile }), (folder) => [
    "build",
    "--backend",
    "memory",
    "--file",
    path.join(folder, "Containerfile"),
    "--base",
    "registry.example.com/base:1",
    "--final",
    "registry.example.com/os:1",
    ...more
  ])

export const documents = (out: string): ReadonlyArray<JsonLine> =>
  out.trimEnd().split("\n").map((line) => Schema.decodeUnknownSync(Schema.parseJson(JsonLine))(line))
