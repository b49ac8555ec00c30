/**
 * Many builds in one process, and what is measured of them; how they are followed is the contestant's.
 */
import { Effect, type Scope } from "effect"
import {
  type BuildBackend,
  BuildInput,
  type BuildRef,
  BuildStatus,
  Cluster,
  CustomBuildBackend
} from "effect-os-builder"
import * as KubernetesCluster from "effect-os-builder/KubernetesCluster"
import { spawn } from "node:child_process"
import * as diagnostics from "node:diagnostics_channel"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as readline from "node:readline"
import * as Meter from "../Meter.js"
import * as Workload from "./Workload.js"

/** Tells each status of each build. */
export type Follow = (
  backend: BuildBackend.Service,
  refs: ReadonlyArray<BuildRef.BuildRef>,
  tell: (ref: BuildRef.BuildRef, status: BuildStatus.BuildStatus) => Effect.Effect<void>
) => Effect.Effect<void, never, Scope.Scope>

/** When something was so of each build, by status; not a number until it was. Numbers alone, for they are in the memory too. */
class Times {
  private readonly times: ReadonlyMap<string, Float64Array>

  constructor(builds: number) {
    this.times = new Map(Workload.statuses.map((status) => [status, new Float64Array(builds).fill(Number.NaN)]))
  }

  set(build: number | undefined, status: string, time: number): void {
    const times = this.times.get(status)
    if (times !== undefined && build !== undefined) times[build] = time
  }

  of(status: string): Float64Array {
    return this.times.get(status) ?? new Float64Array()
  }
}

/** The server in its process, on Effect 3 for the contestants of both majors: where it is, what it says it stored, and how it is told to begin. */
const serve = async ({ server: [command, ...args] }: Workload.Site) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "load-"))
  const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] })
  process.on("exit", () => {
    server.kill("SIGKILL")
    fs.rmSync(folder, { recursive: true, force: true })
  })
  const lines = readline.createInterface({ input: server.stdout })
  const file = path.join(folder, "kubeconfig")
  await new Promise<void>((resolve) => {
    lines.once("line", (line) => {
      fs.writeFileSync(file, JSON.parse(line).kubeconfig)
      resolve()
    })
  })
  return {
    file,
    begin: (tell: (record: string, step: string, time: number) => void) => {
      lines.on("line", (line) => {
        const [record = "", step = "", time] = line.split(" ")
        tell(record, step, Number(time))
      })
      server.stdin.write("go\n")
    }
  }
}

const quantile = (sorted: ReadonlyArray<number>, part: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN

const memory = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 2 ** 20
}

const inputs = (builds: number) =>
  Effect.forEach(Array.from({ length: builds }, (_, index) => index), (index) =>
    BuildInput.make({
      dockerfile: `ARG BASE_IMAGE\nFROM \${BASE_IMAGE}\nRUN echo ${index} > /etc/build\n`,
      baseImage: { pullspec: "registry.example.com/base:1" },
      finalImage: { pullspec: `registry.example.com/os-${index}:1` },
      // The last pods begin when all others are done.
      pendingTimeout: "1 day"
    }))

/** The requests that this process has sent. */
const countRequests = () => {
  let requests = 0
  diagnostics.subscribe("http.client.request.start", () => {
    requests++
  })
  return () => requests
}

export const run = async (follow: Follow, site = Workload.fake): Promise<void> => {
  const { builds } = site
  const requests = countRequests()
  const { begin, file } = await serve(site)
  const [stored, seen] = [new Times(builds), new Times(builds)]

  const program = Effect.gen(function*() {
    const cluster = yield* KubernetesCluster.make({ kubeconfig: file })
    const backend = yield* Effect.provideService(CustomBuildBackend.make(), Cluster.Cluster, cluster)
    const [first, ...all] = yield* inputs(builds)
    if (first === undefined) return
    // What a first build brings with it is no build's.
    const known = yield* backend.build(first)
    const idle = memory()
    const idleHeap = Meter.heap()
    const starting = performance.now()
    const sent = requests()
    const others = yield* Effect.forEach(all, (input) => Effect.map(backend.build(input), ({ ref }) => ref), {
      concurrency: 16
    })
    const refs = [known.ref, ...others]
    const startedIn = (performance.now() - starting) / 1_000
    const sentToStart = requests() - sent
    const places = new Map(refs.map(({ name }, place) => [name, place]))
    const begun = new Set<string>()
    let ended = 0
    let problem: string | undefined
    yield* follow(backend, refs, (ref, status) =>
      Effect.sync(() => {
        if (status._tag === "Pending") begun.add(ref.name)
        if (status._tag === "Succeeded") ended++
        else if (BuildStatus.isTerminal(status)) problem ??= `${ref}: ${JSON.stringify(status)}`
        seen.set(places.get(ref.name), status._tag, Workload.now())
      }))
    yield* Effect.repeat(Effect.sleep("100 millis"), { until: () => begun.size === builds })
    const keptMiB = (Meter.heap() - idleHeap) / 2 ** 20
    const sentBefore = requests()
    const meter = Meter.start()
    begin((record, step, time) => stored.set(places.get(record), step, time))
    yield* Effect.repeat(Effect.sleep("100 millis"), { until: () => ended === builds || problem !== undefined })
    if (problem !== undefined) return yield* Effect.dieMessage(problem)
    const latencies = Workload.statuses.flatMap((status) => {
      const [last, told] = [seen.of("Succeeded"), seen.of(status)]
      // Who is late may leave out a status that is not the last.
      return Array.from(stored.of(status), (time, build) => ((told[build] || last[build]) ?? Number.NaN) - time)
    })
    if (latencies.length !== 2 * builds || latencies.some(Number.isNaN)) {
      return yield* Effect.dieMessage("not every status was seen")
    }
    const sorted = latencies.toSorted((a, b) => a - b)
    return Meter.report({
      ...meter.stop(),
      p50Ms: quantile(sorted, 0.5),
      p99Ms: quantile(sorted, 0.99),
      startedPerSecond: others.length / startedIn,
      requestsToBegin: sentToStart / others.length,
      requestsToFollow: (requests() - sentBefore) / builds,
      grownMiB: Meter.peakMiB() - idle,
      keptMiB
    })
  })

  await Effect.runPromise(Effect.scoped(program))
  process.exit()
}
