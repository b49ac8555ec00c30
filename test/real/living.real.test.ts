import { NodeContext } from "@effect/platform-node"
import { assert, layer } from "@effect/vitest"
import { Effect, Exit, Fiber, Layer, Schema, Scope, Stream } from "effect"
import { BuildBackend, BuildInput, BuildRef, LocalBuildBackend } from "effect-os-builder"
import { type ChildProcess, spawn } from "node:child_process"
import * as fs from "node:fs"
import * as path from "node:path"
import * as readline from "node:readline"
import * as Workplace from "./Workplace.js"

const { containerfile, nothing, remains } = Workplace

// Told from the processes of all other tests.
const sleeping = "sleep 67.3"

const sleeper = (name: string) => Workplace.input(name, { dockerfile: containerfile(`RUN echo asleep; ${sleeping}`) })

const ended = (ref: BuildRef.BuildRef) => Effect.flatten(Stream.runLast(BuildBackend.changes(ref)))

/** Waits until the RUN of a {@link sleeper} runs. */
const asleep = (ref: BuildRef.BuildRef) =>
  BuildBackend.logs(ref, { follow: true }).pipe(Stream.takeUntil((line) => line === "asleep"), Stream.runDrain)

/** This process's environment, with programs that go before the machine's. */
const environment = (programs: string | undefined): NodeJS.ProcessEnv => ({
  ...process.env,
  PATH: [...(programs === undefined ? [] : [programs]), process.env["PATH"]].join(":")
})

/** Starts the backend in another process, killed at the end of the test if it still runs. */
const other = (
  verb: "build" | "status" | "cancel",
  argument: string,
  programs?: string,
  more: LocalBuildBackend.Settings = {}
) =>
  Effect.gen(function*() {
    const workplace = yield* Workplace.Workplace
    const settings = { ...workplace.settings, ...more }
    const env = environment(programs)
    const child = yield* Effect.acquireRelease(
      Effect.sync(() =>
        spawn(process.execPath, ["--import", "tsx", "test/real/other.ts", JSON.stringify(settings), verb, argument], {
          stdio: ["ignore", "pipe", "inherit"],
          env
        })
      ),
      (child) => Effect.sync(() => child.kill("SIGKILL"))
    )
    const lines: Array<string> = []
    const reader = readline.createInterface({ input: child.stdout }).on("line", (line) => lines.push(line))
    const exit = yield* Effect.cached(Effect.async<number | null>((resume) => {
      reader.once("close", () => {
        if (child.exitCode === null && child.signalCode === null) {
          child.once("exit", (code) => resume(Effect.succeed(code)))
        } else resume(Effect.succeed(child.exitCode))
      })
    }))
    return { child, lines, exit: yield* Effect.fork(exit) }
  })

const firstLine = (process: { readonly lines: ReadonlyArray<string>; readonly child: ChildProcess }) =>
  Effect.repeat(Effect.delay(Effect.sync(() => process.lines[0]), "20 millis"), {
    until: (line): line is string => line !== undefined
  }).pipe(Effect.map((line) => JSON.parse(line ?? "")))

const encoded = Schema.encodeSync(Schema.parseJson(BuildInput.BuildInput))

const refOf = Schema.decodeSync(BuildRef.FromString)

layer(Workplace.backend, { excludeTestServices: true, timeout: "5 minutes" })("living", (it) => {
  it.scoped("living: interrupting a build leaves no process, mount or file, within seconds", () =>
    Effect.gen(function*() {
      const fiber = yield* Effect.fork(Effect.flatMap(sleeper("interrupt"), BuildBackend.run))
      const find = Effect.map(
        BuildBackend.list(),
        (all) => all.find(({ finalImage }) => finalImage.includes("/interrupt:"))?.ref
      )
      const ref = yield* Effect.repeat(Effect.delay(find, "50 millis"), {
        until: (ref) => ref !== undefined
      })
      assert(ref !== undefined)
      yield* asleep(ref)
      assert.isNotEmpty((yield* remains(sleeping)).processes)
      const before = performance.now()
      yield* Fiber.interrupt(fiber)
      assert.isBelow(performance.now() - before, 5_000)
      assert.strictEqual((yield* BuildBackend.status(ref))._tag, "Cancelled")
      assert.deepStrictEqual(yield* remains(sleeping), nothing)
    }))

  it.scoped("living: what a RUN leaves running has ended when the end of its build is told", () =>
    Effect.gen(function*() {
      const input = yield* Workplace.input("left running", {
        dockerfile: containerfile(
          `RUN (setsid ${sleeping} > /dev/null 2>&1 < /dev/null &); sleep 0.5; echo asleep; sleep 0.5`
        )
      })
      const { log, status } = yield* Workplace.finish(input)
      assert.strictEqual(status._tag, "Succeeded", log.join("\n"))
      assert.deepStrictEqual((yield* remains(sleeping)).processes.filter((line) => line.includes(sleeping)), [])
    }))

  it.scoped("living: closing the layer cancels its builds, and another layer knows them", () =>
    Effect.gen(function*() {
      const { settings } = yield* Workplace.Workplace
      const scope = yield* Scope.make()
      const context = yield* Layer.buildWithScope(
        LocalBuildBackend.layerWith(settings).pipe(Layer.provide(NodeContext.layer)),
        scope
      )
      const { ref } = yield* Effect.flatMap(sleeper("closing"), BuildBackend.build).pipe(Effect.provide(context))
      yield* asleep(ref)
      yield* Scope.close(scope, Exit.void)
      assert.deepStrictEqual(yield* remains(sleeping), nothing)
      assert.strictEqual((yield* BuildBackend.status(ref))._tag, "Cancelled")
    }))

  it.scoped("living: another process reads the status of a build, and cancels it", () =>
    Effect.gen(function*() {
      const { ref } = yield* Effect.flatMap(sleeper("another process"), BuildBackend.build)
      yield* asleep(ref)
      const asking = yield* other("status", String(ref))
      assert.strictEqual(yield* Fiber.join(asking.exit), 0)
      assert.strictEqual(JSON.parse(asking.lines[0] ?? "")._tag, "Running")
      const cancelling = yield* other("cancel", String(ref))
      assert.strictEqual(yield* Fiber.join(cancelling.exit), 0)
      assert.strictEqual(JSON.parse(cancelling.lines[0] ?? "")._tag, "Cancelled")
      assert.strictEqual((yield* ended(ref))._tag, "Cancelled")
      assert.deepStrictEqual(yield* remains(sleeping), nothing)
    }))

  it.scoped("living: two processes at once get one build, which is answered when its process has ended", () =>
    Effect.gen(function*() {
      const input = encoded(
        yield* Workplace.input("at once", { dockerfile: containerfile(`RUN sleep 2; ${Workplace.says("built")}`) })
      )
      const both = yield* Effect.all([other("build", input), other("build", input)])
      const [one, two] = yield* Effect.forEach(both, firstLine)
      assert.strictEqual(one.ref, two.ref)
      assert.deepStrictEqual([one.adopted, two.adopted].toSorted(), [false, true])
      const codes = yield* Effect.forEach(both, ({ exit }) => Fiber.join(exit))
      assert.deepStrictEqual(codes, [0, 0])
      const statuses = both.map(({ lines }) => JSON.parse(lines.at(-1) ?? ""))
      assert.strictEqual(statuses[0]._tag, "Succeeded")
      assert.deepStrictEqual(statuses[0], statuses[1])
      const ref = refOf(one.ref)
      const status = yield* BuildBackend.status(ref)
      assert(status._tag === "Succeeded")
      assert.strictEqual(status.image.digest, statuses[0].image.digest)
      assert.include(yield* Workplace.collect(BuildBackend.logs(ref)), "built")
    }))

  const machines = [
    { on: "this machine", programs: Effect.sync((): string | undefined => undefined) },
    {
      on: "a machine without namespaces",
      programs: Effect.map(Workplace.temporaryFolder, (folder) => {
        for (const name of ["unshare", "setpriv"]) {
          fs.writeFileSync(path.join(folder, name), "#!/bin/sh\nexit 1\n", { mode: 0o755 })
        }
        return folder
      })
    }
  ]

  for (const { on, programs } of machines) {
    it.scoped(`living: on ${on}, a process that is killed loses its build, which is NodeLost, and can be built again`, () =>
      Effect.gen(function*() {
        const input = yield* sleeper(`killed ${on}`)
        const owner = yield* other("build", encoded(input), yield* programs)
        const ref = refOf((yield* firstLine(owner)).ref)
        yield* asleep(ref)
        const watching = yield* Effect.fork(ended(ref))
        owner.child.kill("SIGKILL")
        const status = yield* Fiber.join(watching)
        assert(status._tag === "Errored", JSON.stringify(status))
        assert.strictEqual(status.reason, "NodeLost")
        assert.isTrue(status.retryable)
        assert.deepStrictEqual(yield* remains(sleeping), nothing)
        const again = yield* BuildBackend.build(input)
        assert.isFalse(again.adopted)
        yield* BuildBackend.cancel(again.ref)
      }))

    it.scoped(`living: on ${on}, SIGINT to the process that builds leaves nothing behind`, () =>
      Effect.gen(function*() {
        const owner = yield* other("build", encoded(yield* sleeper(`sigint ${on}`)), yield* programs)
        const ref = refOf((yield* firstLine(owner)).ref)
        yield* asleep(ref)
        const before = performance.now()
        owner.child.kill("SIGINT")
        yield* Fiber.join(owner.exit)
        assert.isBelow(performance.now() - before, 5_000)
        assert.strictEqual((yield* BuildBackend.status(ref))._tag, "Cancelled")
        assert.deepStrictEqual(yield* remains(sleeping), nothing)
      }))
  }

  for (const storage of ["overlay", "vfs"] as const) {
    it.scoped(`living: a build in a layer cache that is killed leaves it whole, on ${storage}`, () =>
      Effect.gen(function*() {
        const { folder, settings } = yield* Workplace.Workplace
        const cacheDirectory = path.join(folder, `${storage}-cache`)
        const cached = { cacheDirectory, storage }
        const lines = ["RUN echo made > /made", `RUN echo asleep; ${sleeping}`]
        const input = yield* Workplace.input(`killed in a cache of ${storage}`, { dockerfile: containerfile(...lines) })
        const owner = yield* other("build", encoded(input), undefined, cached)
        const ref = refOf((yield* firstLine(owner)).ref)
        yield* asleep(ref)
        const lists = () =>
          fs.readdirSync(path.join(cacheDirectory, "storage", `${storage}-containers`)).filter((name) =>
            name.endsWith("containers.json")
          ).map((name) => fs.readFileSync(path.join(cacheDirectory, "storage", `${storage}-containers`, name), "utf8"))
        assert.isTrue(lists().some((list) => list !== "[]"))
        owner.child.kill("SIGKILL")
        assert.strictEqual((yield* ended(ref))._tag, "Errored")
        assert.deepStrictEqual(yield* remains(sleeping), nothing)
        const { log, status } = yield* Effect.provide(
          Effect.flatMap(
            Workplace.input(`after one in a cache of ${storage}`, {
              dockerfile: containerfile(...lines.slice(0, 1), "RUN cat /made > /last")
            }),
            Workplace.finish
          ),
          LocalBuildBackend.layerWith({ ...settings, ...cached }).pipe(Layer.provide(NodeContext.layer))
        )
        assert(status._tag === "Succeeded", log.join("\n"))
        assert.isTrue(log.some((line) => line.includes("Using cache")), log.join("\n"))
        assert.strictEqual((yield* Workplace.fileOf(status.image.pullspec, "last"))?.content, "made\n")
        assert.isTrue(lists().every((list) => list === "[]"))
        const kept = fs.readdirSync(cacheDirectory).filter((name) => name.startsWith("run-"))
        assert.lengthOf(kept, 1)
        const mounted = path.join(cacheDirectory, kept[0] ?? "", `${storage}-layers`, "mountpoints.json")
        assert.include(["[]", "null"], fs.existsSync(mounted) ? fs.readFileSync(mounted, "utf8").trim() : "[]")
      }))
  }

  it.scoped("living: a cancel between two attempts holds", () =>
    Effect.gen(function*() {
      const { settings } = yield* Workplace.Workplace
      const input = yield* Workplace.input("between", { baseImage: { pullspec: "127.0.0.1:9/base:1" }, retries: 10 })
      yield* Effect.gen(function*() {
        const { ref } = yield* BuildBackend.build(input)
        const files = Effect.map(remains("no such pattern"), ({ files }) => files.length)
        yield* Effect.repeat(Effect.delay(files, "20 millis"), { until: (count) => count > 0 })
        yield* Effect.repeat(Effect.delay(files, "20 millis"), { until: (count) => count === 0 })
        assert.strictEqual((yield* BuildBackend.status(ref))._tag, "Running")
        yield* BuildBackend.cancel(ref)
        assert.strictEqual((yield* BuildBackend.status(ref))._tag, "Cancelled")
      }).pipe(
        Effect.provide(
          LocalBuildBackend.layerWith({ ...settings, retryDelay: "1 hour" }).pipe(Layer.provide(NodeContext.layer))
        )
      )
    }))
})
