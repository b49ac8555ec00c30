import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { BuildBackend } from "effect-os-builder"
import { buildArgs, Command, containerfile, documents, folderWith, layer } from "../support/CommandHarness.js"

const log = ["STEP 1/2: FROM registry.example.com/base:1", "STEP 2/2: RUN true", "working"]

describe("build", () => {
  it.scoped("success: prints the log, then the image, and exits with 0", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Succeeds", digest: `sha256:${"a".repeat(64)}`, log })
      const { err, out, status } = yield* run(yield* buildArgs())
      assert.strictEqual(status, 0)
      assert.strictEqual(err, "")
      const lines = out.trimEnd().split("\n")
      assert.match(lines[0] ?? "", /^os-builder: submitted memory\/default\/os-build-\w+-1\/[\w-]+$/)
      assert.includeMembers(lines, ["os-builder: Succeeded in 0s", ...log])
      assert.strictEqual(lines.at(-1), `registry.example.com/os@sha256:${"a".repeat(64)}`)
    }).pipe(Effect.provide(layer)))

  it.scoped("equal input: is adopted, and built again with --again", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const args = yield* buildArgs()
      const first = yield* run(args)
      const second = yield* run(args)
      assert.strictEqual(second.status, 0)
      assert.include(second.out, "os-builder: adopted memory/")
      assert.strictEqual(second.out.trimEnd().split("\n").at(-1), first.out.trimEnd().split("\n").at(-1))
      const third = yield* run([...args, "--again"])
      assert.include(third.out, "os-builder: submitted memory/")
    }).pipe(Effect.provide(layer)))

  it.scoped("Failed: exits with 1 and prints the step", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Fails", message: "RUN true: exit status 14", exitCode: 14, log })
      const { err, out, status } = yield* run(yield* buildArgs())
      assert.strictEqual(status, 1)
      assert.include(out, "working\n")
      assert.match(
        err,
        /^The build failed in STEP 2\/2: RUN true\nBuild memory\/.* failed \(InstructionFailed\): RUN true: exit status 14\n$/
      )
    }).pipe(Effect.provide(layer)))

  it.scoped("ContainerfileInvalid: prints no step", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Fails", reason: "ContainerfileInvalid", message: "resolving step: quote", log })
      const { err, status } = yield* run(yield* buildArgs())
      assert.strictEqual(status, 1)
      assert.match(err, /^Build memory\/.* failed \(ContainerfileInvalid\): resolving step: quote\n$/)
    }).pipe(Effect.provide(layer)))

  it.scoped("Errored: exits with 3 and says whether it is retryable", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Errors", reason: "PushFailed", message: "connection refused" })
      const { err, status } = yield* run(yield* buildArgs())
      assert.strictEqual(status, 3)
      assert.match(err, /^Build memory\/.* errored \(PushFailed\): connection refused \(building again may help\)\n$/)
    }).pipe(Effect.provide(layer)))

  it.scoped("invalid input: exits with 2 and prints every issue with its option", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const folder = yield* folderWith({ Containerfile: "FROM x\nNONSENSE\n" })
      const { err, out, status } = yield* run([
        ...["build", "--backend", "memory", "-f", `${folder}/Containerfile`, "--base", "UPPER", "--final", "a b"],
        ...[
          "--build-arg",
          "noequals",
          "--build-arg",
          "A=1",
          "--build-arg",
          "A=2",
          "--build-arg",
          "1x=",
          "--label",
          "k"
        ],
        ...["--timeout", "soon", "--pending-timeout", "0s", "--retries", "11", "--mount-secret", "x"],
        ...["--http-proxy", "http://user:hunter2@proxy:1", "--context", `${folder}/none`]
      ])
      assert.strictEqual(status, 2)
      assert.strictEqual(out, "")
      const lines = err.trimEnd().split("\n")
      assert.strictEqual(lines[0], "Build rejected: the input is not valid.")
      for (
        const start of [
          "  --file (line 2): ",
          "  --base: ",
          "  --final: ",
          "  --build-arg: has no \"=\"",
          "  --build-arg (buildArgs[\"A\"]): is given twice",
          "  --build-arg (buildArgs[\"1x\"]): ",
          "  --label: has no \"=\"",
          "  --timeout: invalid duration \"soon\"; use",
          "  --pending-timeout: ",
          "  --retries: ",
          "  --mount-secret, --mount-config-map: \"x\" has no \":\"",
          "  --http-proxy: ",
          "  --context: "
        ]
      ) {
        assert.isTrue(lines.some((line) => line.startsWith(start)), `${start}… in\n${err}`)
      }
      assert.notInclude(err, "hunter2")
    }).pipe(Effect.provide(layer)))

  it.scoped("interruption: cancels its own build", () =>
    Effect.gen(function*() {
      const { start } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Held" })
      const running = yield* start(yield* buildArgs(), (out) => out.includes("Running"))
      const { err } = yield* running.interrupted
      assert.match(err, /^Interrupted\. Build memory\/.*: Cancelled\.\n$/)
      const [summary] = yield* BuildBackend.list()
      assert.strictEqual(summary?.status._tag, "Cancelled")
    }).pipe(Effect.provide(layer)))

  it.scoped("interruption: does not cancel an adopted build", () =>
    Effect.gen(function*() {
      const { run, start } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Held" })
      const args = yield* buildArgs()
      assert.strictEqual((yield* run([...args, "--detach"])).status, 0)
      const running = yield* start(args, (out) => out.includes("Running"))
      const { err } = yield* running.interrupted
      assert.match(err, /^Interrupted\. Build memory\/.* is an earlier build and continues\.\n$/)
      const [summary] = yield* BuildBackend.list()
      assert.strictEqual(summary?.status._tag, "Running")
    }).pipe(Effect.provide(layer)))

  it.scoped("cancelled by another client: exits with 3", () =>
    Effect.gen(function*() {
      const { start } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Held" })
      const running = yield* start(yield* buildArgs(), (out) => out.includes("Running"))
      const [summary] = yield* BuildBackend.list()
      assert(summary !== undefined)
      yield* BuildBackend.cancel(summary.ref)
      const { err, status } = yield* running.ended
      assert.strictEqual(status, 3)
      assert.strictEqual(err, `Build ${summary.ref} was cancelled.\n`)
    }).pipe(Effect.provide(layer)))

  it.scoped("--detach: prints only the ref; refused where builds end with the command", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Succeeds", after: "1 hour" })
      const { out, status } = yield* run(yield* buildArgs("--detach"))
      assert.strictEqual(status, 0)
      assert.match(out, /^memory\/default\/os-build-\w+-1\/[\w-]+\n$/)
      yield* TestClock.adjust("1 hour")
      assert.include((yield* run(["status", out.trim()])).out, "Succeeded in 1h00m\nregistry.example.com/os@sha256:")
      const refused = yield* run([...(yield* buildArgs("--detach")), "--backend=fleeting"])
      assert.strictEqual(refused.status, 2)
    }).pipe(Effect.provide(layer)))

  it.scoped("input: keeps arguments, labels and files byte for byte", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const backend = yield* BuildBackend.BuildBackend
      const value = " \"two\"\n'lines' $(touch /tmp/x) `id` = \\ "
      const folder = yield* folderWith({ Containerfile: containerfile, "context/a b/ü.txt": "text" })
      const { status } = yield* run([
        ...["build", "--backend=memory", `--file=${folder}/Containerfile`, "--base=registry.example.com/base:1"],
        ...["--final=registry.example.com/os:1", "--build-arg", `A=${value}`, `--build-arg=B=${value}`],
        ...["--build-arg", "EMPTY=", "--build-arg=--again=x", "--label", `org.example=${value}`],
        ...["--context", `${folder}/context`, "--mount-secret", "s:/opt/s", "--mount-config-map=c:/opt/c"],
        ...["--trust-bundle", "ca:ca.pem", "--no-proxy", ".local", "--arch", "arm64", "--revision", value.trim()],
        ...["-n", "builds", "--base-secret", "pull", "--final-secret", "push", "--entitlement-secret", "etc"]
      ])
      assert.strictEqual(status, 2, "an argument must not be called --again")
      const valid = yield* run([
        ...["build", "--backend=memory", `--file=${folder}/Containerfile`, "--base=registry.example.com/base:1"],
        ...["--final=registry.example.com/os:1", "--build-arg", `A=${value}`, `--build-arg=B=${value}`],
        ...["--build-arg", "EMPTY=", "--label", `org.example=${value}`, "--json", "-n", "builds"],
        ...["--context", `${folder}/context`, "--mount-secret", "s:/opt/s", "--mount-config-map=c:/opt/c"],
        ...["--trust-bundle", "ca:ca.pem", "--no-proxy", ".local", "--arch", "arm64", "--revision", value.trim()],
        ...["--base-secret", "pull", "--final-secret", "push", "--entitlement-secret", "etc"]
      ])
      assert.strictEqual(valid.status, 0)
      const { BuildInput } = yield* Effect.promise(() => import("effect-os-builder"))
      const input = yield* BuildInput.make({
        dockerfile: containerfile,
        baseImage: { pullspec: "registry.example.com/base:1" },
        finalImage: { pullspec: "registry.example.com/os:1" },
        entitlementSecretName: "other",
        buildArgs: { A: value, B: value, EMPTY: "" },
        imageLabels: { "org.example": value },
        context: { "a b/ü.txt": { content: "text", mode: 0o644 } },
        mounts: [{ kind: "Secret", name: "s", path: "/opt/s" }, { kind: "ConfigMap", name: "c", path: "/opt/c" }],
        trustBundle: { configMapName: "ca", key: "ca.pem" },
        proxy: { noProxy: ".local" },
        architecture: "arm64",
        revision: value.trim()
      })
      const found = yield* backend.list({ namespace: "builds", fingerprint: BuildInput.fingerprint(input) })
      assert.lengthOf(found, 1)
      assert.strictEqual(documents(valid.out).at(-1)?.type, "result")
    }).pipe(Effect.provide(layer)))
})
