/**
 * A process that is killed at a request, as `kill -9` and the kernel do it: nothing of it runs on, and its connections break.
 */
import { afterAll, assert, beforeAll, describe, it } from "@effect/vitest"
import { Deferred, Effect, type Scope, Stream } from "effect"
import { BuildStatus, Cluster } from "effect-os-builder"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import { build } from "esbuild"
import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import { tmpdir } from "node:os"
import * as path from "node:path"
import * as Access from "../../src/fake/apiserver/Access.js"
import * as FakeApiServer from "../../src/fake/apiserver/FakeApiServer.js"
import * as Faults from "../../src/fake/apiserver/Faults.js"
import type { Gateway } from "../../src/fake/apiserver/Gateway.js"
import * as RequestInfo from "../../src/fake/apiserver/RequestInfo.js"
import type * as ControlPlane from "../../src/fake/ControlPlane.js"
import * as Json from "../../src/fake/Json.js"
import * as Metadata from "../../src/fake/store/Metadata.js"
import type { ApiRequest } from "../../src/kubernetes/client/ApiRequest.js"
import * as Resource from "../../src/kubernetes/Resource.js"
import * as Resources from "../../src/kubernetes/Resources.js"
import { input } from "../support/Records.js"
import { type Backend, backends } from "../support/Worlds.js"

const mortal: Access.User = { name: "mortal", rules: [Access.everything] }

interface Row {
  readonly act: "build" | "cancel" | "remove"
  readonly verb: string
  /** By default the child. */
  readonly resource?: string
  readonly when: "before" | "after"
}

const rows: ReadonlyArray<Row> = [
  { act: "build", verb: "create", resource: "configmaps", when: "after" },
  { act: "build", verb: "create", when: "after" },
  { act: "cancel", verb: "patch", resource: "configmaps", when: "after" },
  { act: "cancel", verb: "delete", when: "after" },
  { act: "remove", verb: "delete", resource: "configmaps", when: "before" }
]

/** The same plane, with a door that opens no more once the request has come that is meant. */
const behind = (
  plane: ControlPlane.ControlPlane,
  isMeant: (request: ApiRequest) => boolean,
  when: Row["when"],
  arrived: Effect.Effect<unknown>
): ControlPlane.ControlPlane => {
  const handle: Gateway["handle"] = (request, user) => {
    const handled = plane.gateway.handle(request, user)
    if (!isMeant(request)) return handled
    return Effect.zipRight(when === "before" ? arrived : Effect.zipRight(Effect.exit(handled), arrived), Effect.never)
  }
  return {
    ...plane,
    gateway: new Proxy(plane.gateway, {
      get: (target, key) => key === "handle" ? handle : Reflect.get(target, key)
    })
  }
}

const bundles = fs.mkdtempSync(path.join(tmpdir(), "killed-client-"))
const client = path.join(bundles, "killed-client.mjs")

// One file starts several times faster than the sources.
beforeAll(() =>
  build({
    entryPoints: [path.join(import.meta.dirname, "../support/killed-client.ts")],
    outfile: client,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node20",
    banner: { js: `import * as modules from "node:module"; const require = modules.createRequire(import.meta.url)` },
    logLevel: "warning"
  }), 60_000)

afterAll(() => fs.rmSync(bundles, { recursive: true }))

/** A process of that program; it goes with the scope. */
const start = (...args: ReadonlyArray<string>): Effect.Effect<ChildProcess, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => spawn(process.execPath, [client, ...args], { stdio: ["ignore", "ignore", "inherit"] })),
    (child) => Effect.sync(() => child.kill("SIGKILL"))
  )

const exited = (child: ChildProcess): Effect.Effect<string> =>
  Effect.async((resume) => {
    const done = () => resume(Effect.succeed(child.signalCode ?? `exit code ${child.exitCode}`))
    if (child.exitCode !== null || child.signalCode !== null) return done()
    child.once("exit", done)
  })

const folder: Effect.Effect<string, never, Scope.Scope> = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(tmpdir(), "killed-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true }))
)

/** A cluster on which a process was killed, and the client that comes next. */
const afterKill = (backend: Backend, { act, resource, verb, when }: Row) =>
  Effect.gen(function*() {
    const { cluster, control, plane } = yield* FakeCluster.make(backend.options)
    if (act !== "build") yield* control.outcome(FakeCluster.held)
    const meant = resource ?? Resource.label(backend.name === "openshift" ? Resources.Build : Resources.Job)
    const arrived = yield* Deferred.make<void>()
    const isMeant = (request: ApiRequest) => {
      const info = RequestInfo.parse(request)
      return info.verb === verb && Faults.resourceName(info) === meant
    }
    const door = behind(plane, isMeant, when, Deferred.succeed(arrived, void 0))
    const { kubeconfig } = yield* FakeApiServer.serve(door, { user: mortal })
    const file = path.join(yield* folder, "config")
    fs.writeFileSync(file, kubeconfig)
    const child = yield* start(file, backend.name, act)
    const first = yield* Effect.raceFirst(Deferred.await(arrived), exited(child))
    assert.isUndefined(first, `the process ended before it was killed: ${first}`)
    child.kill("SIGKILL")
    assert.strictEqual(yield* exited(child), "SIGKILL")
    return { control, next: yield* Effect.provideService(backend.make, Cluster.Cluster, cluster) }
  })

const kinds = ["Job", "Build", "Pod"]

const remains = (control: FakeCluster.Service) =>
  Effect.map(
    control.objects({ namespace: "default" }),
    (objects) =>
      objects.filter((object) =>
        kinds.includes(Json.text(object, "kind") ?? "") ||
        Metadata.labels(object)["effect-os-builder/record"] !== undefined
      ).map((object) => `${Json.text(object, "kind")} ${Metadata.name(object)}`)
  )

const nothingRemains = (control: FakeCluster.Service) =>
  Effect.repeat(Effect.delay(remains(control), "20 millis"), { until: (left) => left.length === 0 }).pipe(
    Effect.timeout("10 seconds")
  )

// Each is a process of its own: one at a time, by one backend after the other. All requests: crash.test.ts.
describe.sequential("a process that is killed", () => {
  for (const [index, row] of rows.entries()) {
    for (const backend of backends.slice(index % backends.length).slice(0, 1)) {
      const { act, resource = "its child", verb, when } = row
      it.scopedLive(
        `in ${act} by ${backend.name}, ${when} ${verb} ${resource}: the next completes it`,
        () =>
          Effect.gen(function*() {
            const { control, next } = yield* afterKill(backend, row)
            const given = input()
            if (act === "build") {
              const { ref } = yield* next.build(given)
              const [status] = yield* Stream.runCollect(Stream.filter(next.changes(ref), BuildStatus.isTerminal))
              assert.strictEqual(status?._tag, "Succeeded")
            }
            const builds = yield* next.list()
            assert.isAtMost(builds.length, 1)
            for (const { ref } of builds) {
              if (act === "cancel") {
                yield* next.cancel(ref)
                assert.strictEqual((yield* next.status(ref))._tag, "Cancelled")
              }
              yield* next.remove(ref)
            }
            yield* nothingRemains(control)
          }),
        60_000
      )
    }
  }
})
