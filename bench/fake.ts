/**
 * Start time and memory of `os-builder fake`, beside etcd and kube-apiserver with kwok as the kubelet of their nodes, and with the
 * controllers that the fake has too:
 *
 *     npm run control-plane   # once
 *     npm run bench:fake
 *
 * Start is the time until a client's first list is answered and the nodes are ready, and CPU that of the processes until then;
 * memory is their resident set then, and once a thousand pods run; CPU of pods is that of the processes from the first request
 * until then.
 */
import { Effect, Schedule } from "effect"
import { spawn } from "node:child_process"
import { mkdtempSync, readdirSync, readFileSync, readlinkSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import { setTimeout } from "node:timers/promises"
import type { ApiRequest } from "../src/kubernetes/client/ApiRequest.js"
import type { Driver } from "../src/kubernetes/client/Driver.js"
import { ControlPlane, layer } from "../test/control-plane/ControlPlane.js"
import { connect } from "../test/kubernetes/suite/connect.js"
import * as Kwok from "./Kwok.js"

const root = path.resolve(import.meta.dirname, "..")

const count = 1000

const nodes = ["worker-1", "worker-2"]

/** The resident set of processes in MiB, and their CPU time in seconds. */
interface Use {
  readonly memory: number
  readonly cpu: number
}

const none: Use = { memory: 0, cpu: 0 }

const add = (a: Use, b: Use): Use => ({ memory: a.memory + b.memory, cpu: a.cpu + b.cpu })

/** What a process uses; nothing for one that has ended. */
const useOf = (pid: string): Use => {
  try {
    const kilobytes = /VmRSS:\s+([0-9]+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]
    const ticks = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ").slice(11, 13) ?? []
    return {
      memory: Number(kilobytes ?? 0) / 1024,
      cpu: ticks.reduce((total, ticks) => total + Number(ticks) / 100, 0)
    }
  } catch {
    return none
  }
}

const parentOf = (pid: string): string => {
  try {
    return /PPid:\s+([0-9]+)/.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1] ?? ""
  } catch {
    return ""
  }
}

const programOf = (pid: string): string => {
  try {
    return path.basename(readlinkSync(`/proc/${pid}/exe`))
  } catch {
    return ""
  }
}

/** What the descendants of this process use, by program. */
const descendants = (): ReadonlyMap<string, Use> => {
  const found = new Map<string, Use>()
  const all = readdirSync("/proc").filter((name) => /^[0-9]+$/.test(name))
  const belongs = (pid: string): boolean =>
    pid !== "" && pid !== "0" && (parentOf(pid) === String(process.pid) || belongs(parentOf(pid)))
  for (const pid of all.filter(belongs)) {
    found.set(programOf(pid), add(found.get(programOf(pid)) ?? none, useOf(pid)))
  }
  return found
}

const ask = (driver: Driver, request: Omit<ApiRequest, "query"> & { readonly query?: ApiRequest["query"] }) =>
  driver.request({ query: {}, ...request }, { verb: "ask", resource: "the server" })

const list = (driver: Driver) => ask(driver, { method: "GET", path: "/api/v1/namespaces/default/configmaps" })

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null

const sizeOf = (list: unknown): number => isRecord(list) && Array.isArray(list["items"]) ? list["items"].length : 0

/** Waits until a list with a field selector has so many items. */
const until = (driver: Driver, path: string, fieldSelector: string, size: number) =>
  Effect.repeat(Effect.map(ask(driver, { method: "GET", path, query: { fieldSelector, limit: "1" } }), sizeOf), {
    until: (found) => found === size,
    schedule: Schedule.spaced("50 millis")
  })

const room = { cpu: "64", memory: "256Gi", pods: "600" }

const spacious = { status: { capacity: room, allocatable: room } }

const pods = "/api/v1/namespaces/default/pods"

const fill = (driver: Driver) =>
  Effect.gen(function*() {
    yield* Effect.forEach(
      Array.from({ length: count }, (_, index) => index),
      (index) =>
        ask(driver, {
          method: "POST",
          path: pods,
          body: {
            metadata: { name: `bench-${index}` },
            spec: { containers: [{ name: "main", image: "registry.example.com/image:1" }] }
          }
        }),
      { concurrency: 8, discard: true }
    )
    yield* until(driver, pods, "status.phase!=Running", 0)
  })

const print = (name: string, start: number, empty: Use, filled: Use): void =>
  console.log([
    name.padEnd(46),
    `${(start / 1000).toFixed(1)} s`.padStart(8),
    `${empty.cpu.toFixed(1)} s`.padStart(8),
    `${empty.memory.toFixed(0)} MiB`.padStart(9),
    `${filled.memory.toFixed(0)} MiB`.padStart(11),
    `${((filled.memory - empty.memory) / count * 1024).toFixed(0)} KiB`.padStart(9),
    `${(filled.cpu - empty.cpu).toFixed(1)} s`.padStart(12)
  ].join(""))

const sum = (found: ReadonlyMap<string, Use>, programs: ReadonlyArray<string>): Use =>
  programs.reduce((total, program) => add(total, found.get(program) ?? none), none)

const core = ["etcd", "kube-apiserver"]
const withKwok = [...core, "kwok"]
const whole = [...withKwok, "kube-controller-manager", "kube-scheduler"]

const real = Effect.gen(function*() {
  const kwok = Kwok.build()
  const began = performance.now()
  yield* Effect.gen(function*() {
    const { admin } = yield* ControlPlane
    const { driver } = yield* connect(admin.kubeconfigPath)
    yield* list(driver)
    const served = performance.now() - began
    yield* Kwok.start(kwok, admin.kubeconfigPath)
    yield* Effect.forEach(
      nodes,
      (name) => ask(driver, { method: "POST", path: "/api/v1/nodes", body: { metadata: { name }, ...spacious } })
    )
    yield* Effect.forEach(
      nodes,
      (name) =>
        Effect.repeat(ask(driver, { method: "GET", path: `/api/v1/nodes/${name}` }), {
          until: (node) => JSON.stringify(node).includes("KubeletReady"),
          schedule: Schedule.spaced("50 millis")
        })
    )
    const start = performance.now() - began
    const empty = descendants()
    yield* fill(driver)
    const filled = descendants()
    print("etcd, kube-apiserver", served, sum(empty, core), sum(filled, core))
    print("with kwok", start, sum(empty, withKwok), sum(filled, withKwok))
    print("with kube-controller-manager, kube-scheduler", start, sum(empty, whole), sum(filled, whole))
  }).pipe(Effect.provide(layer), Effect.scoped)
})

const fake = Effect.gen(function*() {
  const folder = mkdtempSync(path.join(tmpdir(), "bench-fake-"))
  const kubeconfig = path.join(folder, "kubeconfig")
  const began = performance.now()
  const child = spawn(process.execPath, ["dist/os-builder.js", "fake", "--port", "0", "--kubeconfig", kubeconfig], {
    cwd: root,
    stdio: "ignore"
  })
  try {
    const driver = yield* Effect.promise(async () => {
      for (let tries = 0; tries < 600; tries++) {
        const exit = await Effect.runPromiseExit(Effect.scoped(
          Effect.flatMap(connect(kubeconfig), ({ driver }) => Effect.as(list(driver), driver))
        ))
        if (exit._tag === "Success") return exit.value
        await setTimeout(20)
      }
      throw new Error("os-builder fake did not answer")
    })
    const start = performance.now() - began
    const pid = String(child.pid)
    const empty = useOf(pid)
    yield* Effect.forEach(nodes, (name) =>
      ask(driver, {
        method: "PATCH",
        path: `/api/v1/nodes/${name}/status`,
        body: spacious,
        contentType: "application/merge-patch+json"
      }))
    yield* fill(driver)
    print("os-builder fake", start, empty, useOf(pid))
  } finally {
    child.kill("SIGTERM")
    rmSync(folder, { recursive: true, force: true })
  }
})

console.log(`${"".padEnd(46)}   start     CPU    empty  ${count} pods  per pod  CPU of pods`)
await Effect.runPromise(Effect.scoped(Effect.andThen(fake, real)))
