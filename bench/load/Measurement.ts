/**
 * What is measured of many builds in one process; how they are begun and followed is the contestant's.
 */
import { Effect, type Scope } from "effect"
import type { ConfigurationError } from "effect-os-builder/KubernetesCluster"
import { spawn } from "node:child_process"
import * as diagnostics from "node:diagnostics_channel"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as readline from "node:readline"
import * as Meter from "../Meter.js"
import * as Workload from "./Workload.js"

/** Is told each status of each build; a problem ends the measurement. */
export type Tell = (record: string, status: string, problem?: string) => void

export interface Builds {
  /** Begins a build; returns the name of its record. */
  readonly begin: (build: number) => Effect.Effect<string>
  /** Follows all of them while the scope is open. */
  readonly follow: (tell: Tell) => Effect.Effect<void, never, Scope.Scope>
}

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

/** The server in its process, on Effect 3 for the contestants of both majors; `Moves.ts` has the other side. */
const serve = async ({ server: [command, ...args] }: Workload.Site) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "load-"))
  const server = spawn(command, args, { stdio: ["pipe", "pipe", "inherit"] })
  process.on("exit", () => {
    server.kill("SIGKILL")
    fs.rmSync(folder, { recursive: true, force: true })
  })
  const lines = readline.createInterface({ input: server.stdout })[Symbol.asyncIterator]()
  const next = async () => String((await lines.next()).value)
  const kubeconfig = path.join(folder, "kubeconfig")
  fs.writeFileSync(kubeconfig, JSON.parse(await next()).kubeconfig)
  return {
    kubeconfig,
    prepare: async () => {
      server.stdin.write("prepare\n")
      await next()
    },
    begin: () => server.stdin.write("go\n"),
    times: async (onTime: (record: string, step: string, due: number, sent: number) => void) => {
      server.stdin.write("times\n")
      for (let line = await next(); line !== "end"; line = await next()) {
        const [record = "", step = "", due, sent] = line.split(" ")
        onTime(record, step, Number(due), Number(sent))
      }
    }
  }
}

const quantile = (times: Iterable<number>, part: number): number => {
  const sorted = Array.from(times).sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN
}

const memory = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().rss / 2 ** 20
}

/** The requests that this process has sent. */
const countRequests = () => {
  let requests = 0
  diagnostics.subscribe("http.client.request.start", () => {
    requests++
  })
  return () => requests
}

/** `make` is given the path of a kubeconfig. */
export const run = async (
  make: (kubeconfig: string) => Effect.Effect<Builds, ConfigurationError, Scope.Scope>,
  site = Workload.generator
): Promise<void> => {
  const { builds } = site
  const requests = countRequests()
  const server = await serve(site)
  const [sent, told] = [new Times(builds), new Times(builds)]

  const program = Effect.gen(function*() {
    const contestant = yield* make(server.kubeconfig)
    // What a first build brings with it is no build's.
    const first = yield* contestant.begin(0)
    const idle = memory()
    const idleHeap = Meter.heap()
    const starting = performance.now()
    const sentBeforeStart = requests()
    const others = yield* Effect.forEach(
      Array.from({ length: builds - 1 }, (_, index) => index + 1),
      contestant.begin,
      { concurrency: 16 }
    )
    const startedIn = (performance.now() - starting) / 1_000
    const sentToStart = requests() - sentBeforeStart
    const places = new Map([first, ...others].map((record, place) => [record, place]))
    const begun = new Set<string>()
    let ended = 0
    let problem: string | undefined
    yield* contestant.follow((record, status, failure) => {
      if (status === "Pending") begun.add(record)
      if (status === "Succeeded") ended++
      problem ??= failure
      told.set(places.get(record), status, Workload.now())
    })
    yield* Effect.repeat(Effect.sleep("100 millis"), { until: () => begun.size === builds || problem !== undefined })
    const keptMiB = (Meter.heap() - idleHeap) / 2 ** 20
    yield* Effect.promise(server.prepare)
    const sentBefore = requests()
    const meter = Meter.start()
    server.begin()
    yield* Effect.repeat(Effect.sleep("100 millis"), { until: () => ended === builds || problem !== undefined })
    if (problem !== undefined) return yield* Effect.dieMessage(problem)
    const measured = meter.stop()
    const sentToFollow = requests() - sentBefore
    const delays: Array<number> = []
    yield* Effect.promise(() =>
      server.times((record, step, due, time) => {
        sent.set(places.get(record), step, time)
        delays.push(time - due)
      })
    )
    const latencies = Workload.statuses.flatMap((status) => {
      const [last, seen] = [told.of("Succeeded"), told.of(status)]
      // Who is late may leave out a status that is not the last.
      return Array.from(sent.of(status), (time, build) => ((seen[build] || last[build]) ?? Number.NaN) - time)
    })
    if (latencies.length !== 2 * builds || latencies.some(Number.isNaN)) {
      return yield* Effect.dieMessage("not every status was seen")
    }
    return Meter.report({
      ...measured,
      p50Ms: quantile(latencies, 0.5),
      p99Ms: quantile(latencies, 0.99),
      delayMs: quantile(delays, 0.99),
      startedPerSecond: others.length / startedIn,
      requestsToBegin: sentToStart / others.length,
      requestsToFollow: sentToFollow / builds,
      grownMiB: Meter.peakMiB() - idle,
      keptMiB
    })
  })

  await Effect.runPromise(Effect.scoped(program))
  process.exit()
}
