/**
 * Many builds in one process: each begun, and followed to its end.
 */
import { Deferred, Effect, FiberSet, Stream } from "effect"
import { BuildInput, Cluster, CustomBuildBackend } from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { spawn } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as readline from "node:readline"
import * as Meter from "../Meter.js"
import * as Workload from "./Workload.js"

const { builds } = Workload

const folder = fs.mkdtempSync(path.join(os.tmpdir(), "load-"))
const server = spawn("node", [path.join(import.meta.dirname, "server.js")], { stdio: ["pipe", "pipe", "inherit"] })
process.on("exit", () => {
  server.kill("SIGKILL")
  fs.rmSync(folder, { recursive: true, force: true })
})

const stored = new Map<string, number>()
const seen = new Map<string, number>()

const lines = readline.createInterface({ input: server.stdout })
const kubeconfig = await new Promise<string>((resolve) => {
  lines.once("line", (line) => resolve(JSON.parse(line).kubeconfig))
})
lines.on("line", (line) => {
  if (line.startsWith("{")) return
  const [record = "", status, time] = line.split(" ")
  stored.set(`${record} ${status}`, Number(time))
})
const file = path.join(folder, "kubeconfig")
fs.writeFileSync(file, kubeconfig)

const quantile = (sorted: ReadonlyArray<number>, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN

const memory = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 2 ** 20
}

const program = Effect.gen(function*() {
  const cluster = yield* KubernetesCluster.make({ kubeconfig: file })
  const backend = yield* Effect.provideService(CustomBuildBackend.make(), Cluster.Cluster, cluster)
  const inputs = yield* Effect.forEach(Array.from({ length: builds }, (_, index) => index), (index) =>
    BuildInput.make({
      dockerfile: `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN echo ${index} > /etc/build\n`,
      baseImage: { pullspec: "registry.example.com/base:1" },
      finalImage: { pullspec: `registry.example.com/os-${index}:1` }
    }))
  // What a first build brings with it is no build's.
  const [first] = inputs
  if (first === undefined) return
  yield* Effect.asVoid(backend.build(first))
  const idle = memory()
  const idleHeap = Meter.heap()
  const starting = performance.now()
  const refs = yield* Effect.forEach(inputs, (input) => Effect.map(backend.build(input), ({ ref }) => ref), {
    concurrency: 64
  })
  const startedIn = (performance.now() - starting) / 1_000
  const following = yield* FiberSet.make<void, unknown>()
  const ended = yield* Deferred.make<void>()
  let left = refs.length
  for (const ref of refs) {
    yield* FiberSet.run(
      following,
      backend.changes(ref).pipe(
        Stream.runForEach((status) =>
          Effect.sync(() => {
            seen.set(`${ref.name} ${status._tag}`, Workload.now())
          })
        ),
        Effect.zipRight(Effect.suspend(() => --left === 0 ? Deferred.succeed(ended, undefined) : Effect.void)),
        Effect.asVoid
      )
    )
  }
  yield* Effect.repeat(Effect.sleep("100 millis"), { until: () => seen.size === builds })
  const keptMiB = (Meter.heap() - idleHeap) / 2 ** 20
  const meter = Meter.start()
  server.stdin.write("go\n")
  yield* Deferred.await(ended)
  // Who is late may leave out a status that is not the last.
  const told = (key: string) => seen.get(key) ?? seen.get(key.replace("Running", "Succeeded"))
  const latencies = Array.from(stored, ([key, time]) => (told(key) ?? Number.NaN) - time)
  const missed = latencies.filter(Number.isNaN).length
  if (missed > 0) return yield* Effect.dieMessage(`${missed} ends were not seen`)
  const sorted = latencies.toSorted((a, b) => a - b)
  return Meter.report({
    ...meter.stop(),
    p50Ms: quantile(sorted, 0.5),
    p99Ms: quantile(sorted, 0.99),
    startedPerSecond: refs.length / startedIn,
    grownMiB: Meter.peakMiB() - idle,
    keptMiB
  })
})

await Effect.runPromise(Effect.scoped(program))
