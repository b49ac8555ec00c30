import { assert, describe, it } from "@effect/vitest"
import { ConfigError, DateTime, Effect, Layer, Stream, TestClock } from "effect"
import { BuildBackend, BuildError, BuildRef, BuildStatus } from "effect-os-builder"
import packageJson from "../../package.json" with { type: "json" }
import { type CliError, exitStatusOf, InternalError, NoBackendCan, UsageError } from "../../src/cli/CliError.js"
import * as OsBuilder from "../../src/cli/OsBuilder.js"
import * as Usage from "../../src/cli/Usage.js"
import { buildArgs, Command, harness, layer, type World } from "../support/CommandHarness.js"

describe("commands about builds", () => {
  it.scoped("status, list, cancel, remove, logs: print one build", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Held" })
      const ref = (yield* run(yield* buildArgs("--detach"))).out.trim()
      assert.deepStrictEqual(yield* run(["status", ref]), { status: 0, out: "Running\n", err: "" })
      assert.deepStrictEqual(yield* run(["list", "--backend", "memory"]), {
        status: 0,
        out: "CREATED               STATUS   IMAGE                      BUILD\n" +
          `1970-01-01T00:00:00Z  Running  registry.example.com/os:1  ${ref}\n`,
        err: ""
      })
      assert.deepStrictEqual(yield* run(["cancel", ref]), { status: 0, out: `${ref}: Cancelled\n`, err: "" })
      assert.deepStrictEqual(yield* run(["remove", ref]), { status: 0, out: `Removed ${ref}\n`, err: "" })
      const missing = {
        status: 2,
        out: "",
        err: `No build ${ref}: it was removed, or belongs to another cluster or namespace.\n`
      }
      for (const command of ["cancel", "status", "describe", "logs", "wait", "remove"]) {
        assert.deepStrictEqual(yield* run([command, ref]), missing)
      }
      for (const json of [[], ["--json"]]) {
        assert.deepStrictEqual(yield* run(["remove", ref, "--ignore-not-found", ...json]), {
          status: 0,
          out: "",
          err: ""
        })
      }
    }).pipe(Effect.provide(layer)))

  it.scoped("status: prints the end of the log of a failed build", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Fails", message: "RUN false: exit status 1", log: ["one", "two"] })
      const ref = (yield* run(yield* buildArgs("--detach"))).out.trim()
      assert.deepStrictEqual(yield* run(["status", ref]), {
        status: 0,
        out: "Failed (InstructionFailed): RUN false: exit status 1\nThe log ends with:\n  one\n  two\n",
        err: ""
      })
      assert.strictEqual((yield* run(["logs", ref])).out, "one\ntwo\n")
    }).pipe(Effect.provide(layer)))

  it.scoped("wait: exits with the outcome of the build, and prints its image", () =>
    Effect.gen(function*() {
      const { run, start } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Held" })
      const build = yield* buildArgs("--detach", "--again")
      const submit = Effect.map(run(build), ({ out }) => out.trim())
      const wait = (ref: string, ...more: ReadonlyArray<string>) => start(["wait", ref, ...more], () => true)
      const outcomes = [
        [{ _tag: "Succeeds", digest: `sha256:${"d".repeat(64)}` }, 0, /^registry.*@sha256:d+\n$/, /^$/],
        [{ _tag: "Fails", message: "RUN false: exit status 1" }, 1, /^$/, /failed \(InstructionFailed\): RUN false/],
        [{ _tag: "Errors", reason: "Evicted", message: "disk" }, 3, /^$/, /errored \(Evicted\): disk/]
      ] as const
      for (const [outcome, expected, image, message] of outcomes) {
        const ref = yield* submit
        const waiting = yield* wait(ref)
        const [build] = yield* BuildBackend.list()
        assert(build !== undefined)
        yield* memory.release(build.ref, outcome)
        const { err, out, status } = yield* waiting.ended
        assert.strictEqual(status, expected)
        assert.match(out, image)
        assert.match(err, message)
      }
      const ref = yield* submit
      const waiting = yield* wait(ref, "--timeout", "10m")
      yield* TestClock.adjust("10 minutes")
      assert.deepStrictEqual(yield* waiting.ended, {
        status: 3,
        out: "",
        err: `Build ${ref} has not ended within 10m; it continues.\n`
      })
      assert.strictEqual((yield* run(["cancel", ref])).status, 0)
      assert.deepStrictEqual(yield* run(["wait", ref]), { status: 3, out: "", err: `Build ${ref} was cancelled.\n` })
    }).pipe(Effect.provide(layer)))

  it.scoped("list --quiet: prints only refs", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const ref = (yield* run(yield* buildArgs("--detach"))).out
      assert.strictEqual((yield* run(["list", "--backend", "memory", "-q"])).out, ref)
    }).pipe(Effect.provide(layer)))

  it.scoped("--metadata: is stored with a build, printed, and selects builds", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const given = ["--metadata", "team=a", "--metadata", "request=https://x/?a=b"]
      const ref = (yield* run(yield* buildArgs("--detach", ...given))).out.trim()
      const one = yield* run(["list", "--backend", "memory", "--metadata", "team=a", "--json"])
      assert.deepStrictEqual(JSON.parse(one.out).metadata, { team: "a", request: "https://x/?a=b" })
      const none = yield* run(["list", "--backend", "memory", "--metadata", "team=a", "--metadata", "request=1", "-q"])
      assert.strictEqual(none.out, "")
      const { out } = yield* run(["describe", ref])
      assert.match(out, /^Metadata: +team=a\n +request=https:\/\/x\/\?a=b$/m)
      const described = yield* run(["describe", ref, "--json"])
      assert.deepStrictEqual(JSON.parse(described.out).metadata, { team: "a", request: "https://x/?a=b" })
      const wrong = yield* run(["list", "--backend", "memory", "--metadata", "team"])
      assert.strictEqual(wrong.status, 2)
      assert.include(wrong.err, "--metadata must be KEY=VALUE")
    }).pipe(Effect.provide(layer)))

  it.scoped("prune: deletes builds that ended long ago", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const ref = (yield* run(yield* buildArgs("--detach"))).out.trim()
      yield* TestClock.adjust("3 days")
      const prune = (...args: ReadonlyArray<string>) => run(["prune", "--backend", "memory", ...args])
      assert.strictEqual((yield* prune("--older-than", "4d")).out, "")
      assert.strictEqual((yield* prune("--older-than", "2d", "--keep", "1")).out, "")
      assert.strictEqual((yield* prune("--older-than", "2d")).out, `Removed ${ref}\n`)
    }).pipe(Effect.provide(layer)))

  it.scoped("REF: must be a ref of a backend that is here", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const foreign = yield* run(["remove", "custom/n/os-build-a-1/u"])
      assert.strictEqual(foreign.status, 2)
      assert.match(foreign.err, /^REF: there is no backend "custom" here; use one of memory, fleeting\n/)
    }).pipe(Effect.provide(layer)))

  it.scoped("environment variables: set the backend and the namespace", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const args = yield* buildArgs("--detach")
      const withoutBackend = [...args.slice(0, 1), ...args.slice(3)]
      const environment = { OS_BUILDER_BACKEND: "memory", OS_BUILDER_NAMESPACE: "other" }
      assert.match((yield* run(withoutBackend, { environment })).out, /^memory\/other\//)
      assert.match((yield* run([...withoutBackend, "-n", "mine"], { environment })).out, /^memory\/mine\//)
    }).pipe(Effect.provide(layer)))

  it.scoped("environment variables: a wrong one is named, and not the option that nobody typed", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const cases: ReadonlyArray<readonly [ReadonlyArray<string>, Readonly<Record<string, string>>, RegExp]> = [
        [
          ["list"],
          { OS_BUILDER_BACKEND: "foo" },
          /^OS_BUILDER_BACKEND: there is no backend "foo" here; use one of memory/
        ],
        [["list", "--backend", "bar"], { OS_BUILDER_BACKEND: "foo" }, /^--backend: there is no backend "bar" here/],
        [["list"], { OS_BUILDER_NAMESPACE: "A b" }, /^OS_BUILDER_NAMESPACE must be a valid namespace name: lower-case/],
        [
          ["list", "-n", "A b"],
          { OS_BUILDER_NAMESPACE: "n" },
          /^--namespace must be a valid namespace name: lower-case/
        ],
        [
          ["rbac"],
          { OS_BUILDER_BACKEND: "local" },
          /^OS_BUILDER_BACKEND must be one of auto, single-node, openshift, custom\n/
        ]
      ]
      for (const [args, environment, message] of cases) {
        const { err, status } = yield* run(args, { environment })
        assert.strictEqual(status, 2)
        assert.match(err, message)
      }
    }).pipe(Effect.provide(layer)))
})

describe("check", () => {
  const issue = new BuildError.Issue({ path: "architecture", message: "is arm64, and this is not" })
  const backend = (name: string, check: Effect.Effect<void, BuildError.BuildRejected>) => ({
    name,
    outlivesProcess: true,
    layer: () => BuildBackend.layerMock({ name, check: () => check })
  })
  const able = backend("able", Effect.void)
  const unable = backend(
    "unable",
    Effect.fail(new BuildError.BuildRejected({ reason: "Unsupported", issues: [issue] }))
  )
  const run = (args: ReadonlyArray<string>, backends: World["backends"]) =>
    Effect.gen(function*() {
      const { err, layer, out } = yield* harness({}, { backends })
      const status = yield* Effect.provide(OsBuilder.run(args), layer)
      return { status, out: yield* out, err: yield* err }
    })
  const checkArgs = Effect.map(buildArgs(), (args) => ["check", ...args.slice(3)])

  it.scoped("check: succeeds if one backend supports the input", () =>
    Effect.gen(function*() {
      assert.deepStrictEqual(yield* run(yield* checkArgs, [unable, able]), {
        status: 0,
        out: "unable: not supported\n  --arch: is arm64, and this is not\nable: supported\n",
        err: ""
      })
    }))

  it.scoped("check --backend: checks one backend, and exits with 2 if it does not support the input", () =>
    Effect.gen(function*() {
      const args = yield* checkArgs
      assert.deepStrictEqual(yield* run([...args, "--backend", "unable"], [unable, able]), {
        status: 2,
        out: "unable: not supported\n  --arch: is arm64, and this is not\n",
        err: "No backend supports this input.\n"
      })
    }))

  it.scoped("check: rejects an invalid Containerfile before it asks backends", () =>
    Effect.gen(function*() {
      const args = (yield* checkArgs).map((arg) => arg.endsWith("/Containerfile") ? "/dev/null" : arg)
      const { err, status } = yield* run(args, [able])
      assert.strictEqual(status, 2)
      assert.match(err, /^Build rejected: the input is not valid\.\n {2}--file: /)
    }))
})

describe("exit status", () => {
  const ref = new BuildRef.BuildRef({ backend: "b", namespace: "n", name: "m", uid: "u" })
  const rejected = (reason: BuildError.BuildRejected["reason"]) => new BuildError.BuildRejected({ reason, issues: [] })
  const table: ReadonlyArray<readonly [CliError, number]> = [
    [rejected("InvalidInput"), 2],
    [rejected("Unsupported"), 2],
    [rejected("MissingReference"), 2],
    [rejected("Denied"), 3],
    [rejected("QuotaExceeded"), 3],
    [new BuildError.BackendError({ backend: "b", reason: "Unreachable", operation: "o" }), 3],
    [new BuildError.BuildNotFound({ ref }), 2],
    [new BuildError.BuildCancelled({ ref }), 3],
    [new UsageError({ problems: ["p"] }), 2],
    [new NoBackendCan(), 2],
    [new InternalError({ defect: "d" }), 3]
  ]
  for (const [error, expected] of table) {
    it(`${error._tag}${"reason" in error ? ` ${error.reason}` : ""}: exits with ${expected}`, () => {
      assert.strictEqual(exitStatusOf(error), expected)
    })
  }
})

describe("unexpected errors", () => {
  it.scoped("defect: prints a sentence, and its stack trace with --log-level debug", () =>
    Effect.gen(function*() {
      const args = yield* buildArgs()
      const broken = {
        name: "memory",
        outlivesProcess: true,
        layer: () => BuildBackend.layerMock({ build: () => Effect.die(new Error("a bug")) })
      }
      const printed = (...more: ReadonlyArray<string>) =>
        Effect.gen(function*() {
          const { err, layer } = yield* harness({}, { backends: [broken] })
          assert.strictEqual(yield* Effect.provide(OsBuilder.run([...args, ...more]), layer), 3)
          return yield* err
        })
      const sentence = "Internal error: a bug\n" +
        "Run the command with `--log-level debug` for the stack trace.\n"
      assert.strictEqual(yield* printed(), sentence)
      const asked = yield* printed("--log-level", "debug")
      assert.match(asked, /^os-builder: debug: .*\n(.*\n)* +at /)
      assert.include(asked, sentence)
    }))

  it.effect("environment: names the invalid variable", () =>
    Effect.gen(function*() {
      const error = ConfigError.InvalidData(["OS_BUILDER_X"], "Expected a number")
      const misled = { name: "local", outlivesProcess: true, layer: () => Layer.fail(error) }
      const { err, layer } = yield* harness({}, { backends: [misled] })
      assert.strictEqual(yield* Effect.provide(OsBuilder.run(["list", "--backend", "local"]), layer), 2)
      assert.strictEqual(
        (yield* err).split("\n")[0],
        "invalid environment: (Invalid data at OS_BUILDER_X: \"Expected a number\")"
      )
    }))
})

describe("list --watch", () => {
  it.scoped("--watch: prints each build and then every change", () =>
    Effect.gen(function*() {
      const summary = (status: BuildStatus.BuildStatus) =>
        new BuildBackend.BuildSummary({
          ref: new BuildRef.BuildRef({ backend: "memory", namespace: "n", name: "m", uid: "u" }),
          fingerprint: "f",
          finalImage: "registry.example.com/os:1",
          createdAt: DateTime.unsafeMake(0),
          status
        })
      const statuses = [new BuildStatus.Pending({}), new BuildStatus.Cancelled({})].map(summary)
      const changing = {
        name: "memory",
        outlivesProcess: true,
        layer: () => BuildBackend.layerMock({ watch: () => Stream.concat(Stream.fromIterable(statuses), Stream.never) })
      }
      const { layer, until } = yield* harness({}, { backends: [changing] })
      yield* Effect.forkScoped(Effect.provide(OsBuilder.run(["list", "--backend", "memory", "-w"]), layer))
      yield* until((out) => out === "memory/n/m/u: Pending\nmemory/n/m/u: Cancelled\n")
      const { layer: second, until: untilJson } = yield* harness({}, { backends: [changing] })
      yield* Effect.forkScoped(
        Effect.provide(OsBuilder.run(["list", "--backend", "memory", "--watch", "--json"]), second)
      )
      yield* untilJson((out) =>
        out.trim().split("\n").map((line) => JSON.parse(line || "{}").status?._tag).join() === "Pending,Cancelled"
      )
    }))
})

describe("logs", () => {
  it.scoped("logs: prints each line as it arrives", () =>
    Effect.gen(function*() {
      const lines = {
        name: "memory",
        outlivesProcess: true,
        layer: () =>
          Layer.merge(
            Layer.empty,
            BuildBackend.layerMock({ logs: () => Stream.concat(Stream.make("one"), Stream.never) })
          )
      }
      const { layer, until } = yield* harness({}, { backends: [lines] })
      yield* Effect.forkScoped(Effect.provide(OsBuilder.run(["logs", "memory/n/m/u", "-f"]), layer))
      yield* until((out) => out === "one\n")
    }))
})

it("version: is that of package.json", () => {
  assert.strictEqual(Usage.version, packageJson.version)
})
