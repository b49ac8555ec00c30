/**
 * Followed logs through a proxy that cuts them, ends them early and lets them stall: every line is emitted once and in order.
 * `npm run test:log-faults` runs 1,000 faults on 200 logs; here are a few.
 */
import { assert, layer } from "@effect/vitest"
import { Config, Console, Effect, Random, Stream } from "effect"
import * as FakeApiServer from "../../src/fake/apiserver/FakeApiServer.js"
import * as ControlPlane from "../../src/fake/ControlPlane.js"
import type { PodProgram } from "../../src/fake/kubelet/Program.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import * as FaultProxy from "../support/FaultProxy.js"
import { connect } from "../support/HostileServer.js"
import * as TestServer from "../support/TestServer.js"

const sizes = Config.all({
  logs: Config.withDefault(Config.integer("LOGS"), 10),
  faults: Config.withDefault(Config.integer("FAULTS"), 50),
  seed: Config.withDefault(Config.integer("SEED"), 1)
})

const linesPerLog = 200

/** Writes a line now and then, some of them long; several lines may have the same millisecond. */
const program = (begin: Effect.Effect<void>): PodProgram => () => ({
  steps: Stream.fromEffect(begin).pipe(
    Stream.drain,
    Stream.concat(Stream.range(1, linesPerLog)),
    Stream.mapEffect((n) =>
      Effect.as(n % 4 === 0 ? Effect.sleep("150 millis") : Effect.void, {
        _tag: "Log" as const,
        line: `line ${n} ${"x".repeat(n % 7 === 0 ? 3_000 : 20)}`
      })
    )
  )
})

layer(TestServer.authority, { excludeTestServices: true })("LogFaults", (it) => {
  it.scoped("followed logs: every line once and in order over random faults", () =>
    Effect.gen(function*() {
      const { faults, logs, seed } = yield* sizes
      const allFollowed = yield* Effect.makeLatch(false)
      let followed = 0
      const plane = yield* ControlPlane.make({
        namespaces: ["ns"],
        pods: () => ({ programs: () => Effect.succeed(program(allFollowed.await)) })
      })
      const upstream = yield* FakeApiServer.serve(plane)
      const next = FaultProxy.random(seed)
      const occurred = () => [...proxy.counts.values()].reduce((sum, count) => sum + count, 0)
      const proxy: FaultProxy.FaultProxy = yield* FaultProxy.serve({
        upstream,
        fault: (kind, request) => {
          const isFollowed = (request.url ?? "").includes("follow=true")
          if (kind !== "log" || occurred() >= faults) return undefined
          if (++followed >= logs) allFollowed.unsafeOpen()
          return { _tag: next() < 0.5 || !isFollowed ? "cut" : "end", bytes: 80 + Math.floor(next() ** 2 * 1_200) }
        }
      })
      const cluster = yield* connect(proxy.url, { namespace: "ns" })
      const names = Array.from({ length: logs }, (_, n) => `p${n}`)
      const create = (name: string) =>
        cluster.create(Resources.Pod, {
          metadata: { name },
          spec: { restartPolicy: "Never", containers: [{ name: "c", image: "localhost/none" }] }
        })
      // The proxy closes idle connections: the response of a create may be lost.
      yield* Effect.forEach(names, (name) =>
        create(name).pipe(
          Effect.retry({ times: 3, while: ({ ambiguous }) => ambiguous === true }),
          Effect.asVoid,
          Effect.catchIf(({ reason }) => reason === "AlreadyExists", () => Effect.void)
        ), { concurrency: 8 })
      const running = (name: string) =>
        Effect.repeat(Effect.delay(cluster.get(Resources.Pod, name), "20 millis"), {
          until: ({ status }) => status?.containerStatuses?.some(({ state }) => state?.waiting === undefined) ?? false
        })
      const told = yield* Effect.forEach(names, (name) =>
        Effect.zipRight(running(name), Stream.runCollect(cluster.logs(Resources.Pod, name, { follow: true }))), {
        concurrency: "unbounded"
      })
      let lost = 0
      let doubled = 0
      let disordered = 0
      for (const lines of told) {
        const numbers = Array.from(lines, (line) =>
          Number(/^line (\d+) x+$/.exec(line)?.[1] ?? Number.NaN))
        const unique = new Set(numbers)
        lost += Array.from({ length: linesPerLog }, (_, n) =>
          n + 1).filter((n) => !unique.has(n)).length
        doubled += numbers.length - unique.size
        disordered += numbers.filter((n, i) => i > 0 && !(n > (numbers[i - 1] ?? 0))).length
      }
      const sent = logs * linesPerLog
      const emitted = told.reduce((sum, lines) => sum + lines.length, 0)
      yield* Console.log(
        `seed ${seed}: ${occurred()} faults (${[...proxy.counts].map(([name, n]) => `${name} ${n}`).join(", ")}), ` +
          `${logs} logs, ${sent} lines sent, ${emitted} emitted, ${lost} lost, ${doubled} doubled`
      )
      assert.deepStrictEqual({ lost, doubled, disordered, emitted }, {
        lost: 0,
        doubled: 0,
        disordered: 0,
        emitted: sent
      })
      assert.isAtLeast(occurred(), faults)
    }).pipe(Effect.withRandom(Random.fixed([0]))), 600_000)
})
