/** The file of `os-builder fake --programs`. */
import { NodeContext } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Option, Stream, TestClock } from "effect"
import { Cluster, Resources } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import * as fs from "node:fs"
import * as net from "node:net"
import * as OsBuilder from "../../src/cli/OsBuilder.js"
import * as ProgramsFile from "../../src/cli/ProgramsFile.js"
import type * as PodProgram from "../../src/fake/kubelet/Program.js"
import { harness, runIn } from "../support/CommandHarness.js"
import { folderWith } from "../support/TemporaryFolder.js"

const documented = fs.readFileSync(new URL("../../docs/fake-kubernetes.md", import.meta.url), "utf8")
  .split("<!-- programs -->\n```yaml\n")[1]?.split("```\n")[0] ?? ""

/** The program of a container of this image, by the file of the documentation with some text replaced. */
const program = (container: string, image: string, replace: readonly [from: string, to: string] = ["", ""]) =>
  Effect.gen(function*() {
    const folder = yield* folderWith({ "programs.yaml": documented.replace(...replace) })
    const programs = yield* ProgramsFile.read(`${folder}/programs.yaml`)
    const of = yield* programs({ spec: { restartPolicy: "Never", containers: [{ name: container, image }] } })
    return of(container, { stdin: Stream.empty })
  }).pipe(Effect.provide(NodeContext.layer))

/** What a command writes, and its exit code. */
const run = ({ exec }: PodProgram.ContainerProgram, ...command: ReadonlyArray<string>) =>
  Effect.map(Stream.runCollect(exec?.({ command, stdin: Stream.empty, tty: false }) ?? Stream.empty), (steps) => {
    const found = [...steps]
    return {
      out: found.map((step) => step._tag === "Exit" ? "" : String(Buffer.from(step.bytes))).join(""),
      exitCode: found.flatMap((step) => step._tag === "Exit" ? [step.exitCode] : [])
    }
  })

/** A server on loopback that sends back what it receives. */
const echo = Effect.acquireRelease(
  Effect.async<net.Server>((resume) => {
    const server = net.createServer((socket) => socket.pipe(socket)).listen(
      0,
      "127.0.0.1",
      () => resume(Effect.succeed(server))
    )
  }),
  (server) => Effect.sync(() => server.close())
).pipe(Effect.map((server) => {
  const address = server.address()
  return typeof address === "object" ? address?.port ?? 0 : 0
}))

const text = (bytes: Stream.Stream<Uint8Array> | undefined) =>
  Effect.map(Stream.runCollect(bytes ?? Stream.empty), (chunks) => Buffer.concat([...chunks]).toString())

describe("fake --programs", () => {
  it.scoped("fake --programs: a container logs, takes its time and ends with its exit code", () =>
    Effect.gen(function*() {
      const { steps } = yield* program("migrate", "any")
      const running = yield* Effect.fork(Stream.runCollect(steps))
      yield* TestClock.adjust("1 second")
      assert.isNull(running.unsafePoll())
      yield* TestClock.adjust("1 second")
      assert.deepStrictEqual([...yield* Fiber.join(running)], [
        { _tag: "Log", line: "migrating" },
        { _tag: "Log", line: "disk full" },
        { _tag: "Exit", exitCode: 1 }
      ])
    }))

  it.scoped("fake --programs: an entry without an end logs before the default program, and no entry leaves that alone", () =>
    Effect.gen(function*() {
      const { steps } = yield* program("db", "postgres:17")
      assert.deepStrictEqual([...yield* Stream.runCollect(steps)], [{ _tag: "Log", line: "ready" }])
      const other = yield* program("db", "postgres:18")
      assert.deepStrictEqual([...yield* Stream.runCollect(other.steps)], [])
      assert.isUndefined(other.exec)
    }))

  it.scoped("fake --programs: a command gets the first answer that fits, and 127 without one", () =>
    Effect.gen(function*() {
      const database = yield* program("db", "postgres:17")
      assert.deepStrictEqual(yield* run(database, "pg_isready"), { out: "accepting connections\n", exitCode: [0] })
      assert.deepStrictEqual(yield* run(database, "pg_isready", "-q"), { out: "not here\n", exitCode: [2] })
      const strict = yield* program("db", "postgres:17", ["- stderr", "- command: [ls]\n    stderr"])
      assert.deepStrictEqual(yield* run(strict, "psql"), { out: "psql: not found\n", exitCode: [127] })
    }))

  it.scopedLive("fake --programs: connections to a port go to one of this machine, and end if none listens there", () =>
    Effect.gen(function*() {
      const port = yield* echo
      const { ports } = yield* program("db", "postgres:17", ["15432", String(port)])
      const large = "0123456789".repeat(50_000)
      assert.isTrue((yield* text(ports?.(5432, Stream.make(Buffer.from(large))))) === large)
      assert.isUndefined(ports?.(80, Stream.empty))
      const nobody = yield* program("db", "postgres:17", ["15432", "1"])
      assert.strictEqual(yield* text(nobody.ports?.(5432, Stream.never)), "")
    }))

  it.scopedLive("fake --programs: the pods of the served cluster run the programs", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ "programs.yaml": documented.replace("after: 2s", "after: 0s") })
      const file = `${folder}/kubeconfig`
      const { layer, until } = yield* harness({}, {})
      yield* Effect.forkScoped(Effect.provide(
        OsBuilder.run(["fake", "--kubeconfig", file, "--programs", `${folder}/programs.yaml`]),
        layer
      ))
      yield* until((out) => out.includes("KUBECONFIG"))
      const [pod, log] = yield* Effect.gen(function*() {
        yield* Cluster.create(Resources.Pod, {
          metadata: { name: "p" },
          spec: { restartPolicy: "Never", containers: [{ name: "migrate", image: "i" }] }
        })
        const ended = yield* Cluster.watch(Resources.Pod).pipe(
          Stream.filterMap((event) =>
            event.type !== "Bookmark" && event.object.status?.phase === "Failed"
              ? Option.some(event.object)
              : Option.none()
          ),
          Stream.runHead
        )
        return [ended, yield* Stream.runCollect(Cluster.logs(Resources.Pod, "p"))] as const
      }).pipe(Effect.provide(KubernetesCluster.layerWith({ kubeconfig: file })))
      assert.isTrue(Option.isSome(pod))
      assert.deepStrictEqual([...log], ["migrating", "disk full"])
    }))

  it.scopedLive("fake --programs: names every mistake of the file", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({
        "wrong.yaml": "- { exitCode: 256, after: soon, logs: [a] }\n- ports: [{ port: 0, to: 1 }]\n",
        "text.yaml": "a: ["
      })
      const problem = (file: string) =>
        Effect.map(runIn({})(["fake", "--programs", `${folder}/${file}`]), ({ err, status }) => {
          assert.strictEqual(status, 2)
          return err.split("\n")[0]?.replaceAll(folder, "")
        })
      assert.deepStrictEqual(yield* Effect.forEach(["wrong.yaml", "text.yaml", "none.yaml"], problem), [
        "--programs: /wrong.yaml is wrong: [0].logs: is not known here; the fields are container, image, log, after, exitCode, "
        + "exec, ports; [0].after: invalid duration \"soon\"; use for example 90s or 1h30m; [0].exitCode: must be an exit code "
        + "from 0 to 255; [1].ports[0].port: must be a port from 1 to 65535",
        "--programs: /text.yaml is not YAML: Flow sequence in block collection must be sufficiently indented and end with a ] "
        + "at line 1, column 5:",
        "--programs: /none.yaml does not exist"
      ])
    }))
})
