import { assert, describe, it } from "@effect/vitest"
import { Deferred, Effect, Fiber, Layer, TestClock } from "effect"
import { BuildBackend, BuildInput } from "effect-os-builder"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as OsBuilder from "../../src/cli/OsBuilder.js"
import { buildArgs, Command, containerfile, documents, harness, layer, runIn } from "../support/CommandHarness.js"
import { folderWith } from "../support/TemporaryFolder.js"

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

  it.scoped("invalid input: an issue of one file of the context names the file", () =>
    Effect.gen(function*() {
      const folder = yield* folderWith({ Containerfile: containerfile, "context/a": "" })
      execFileSync("mkfifo", [`${folder}/context/pipe`])
      const { err } = yield* runIn({})([
        ...["check", "--backend", "local", "-f", `${folder}/Containerfile`, "--base", "quay.io/a/b:1"],
        ...["--final", "registry.example.com/os:1", "--context", `${folder}/context`]
      ])
      assert.include(err, "  --context (context.pipe): is neither a file, a link nor a directory\n")
    }))

  it.scoped("context: what could not be read is one issue, and nothing is said to be missing because of it", () =>
    Effect.gen(function*() {
      const run = runIn({})
      const dockerfile = `${containerfile}COPY a z /\nRUNN x\n`
      const folder = yield* folderWith({
        Containerfile: dockerfile,
        "context/a": ""
      })
      execFileSync("mkfifo", [`${folder}/context/z`])
      const { err, status } = yield* run([
        ...["build", "--backend", "custom", "-f", `${folder}/Containerfile`, "--base", "registry.example.com/base:1"],
        ...["--final", "registry.example.com/os:1", "--context", `${folder}/context`]
      ])
      assert.strictEqual(status, 2)
      const [first, second, ...more] = err.trimEnd().split("\n").slice(1)
      assert.match(first ?? "", /^ {2}--context \(context\.z\): is neither a file, a link nor a directory$/)
      assert.match(second ?? "", /^ {2}--file \(line 5\): /)
      assert.deepStrictEqual(more, [])
    }))

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

  it.scoped("interruption while the build is submitted: cancels it and says so", () =>
    Effect.gen(function*() {
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Held" })
      const backend = yield* BuildBackend.BuildBackend
      const [recorded, answered] = [yield* Deferred.make<void>(), yield* Deferred.make<void>()]
      const waiting = Effect.zipRight(Deferred.succeed(recorded, undefined), Deferred.await(answered))
      const slow: BuildBackend.Service = {
        ...backend,
        build: (input, options) => Effect.zipLeft(backend.build(input, options), waiting)
      }
      const { err, layer } = yield* harness({}, {
        backends: [{
          name: "memory",
          outlivesProcess: true,
          layer: () => Layer.succeed(BuildBackend.BuildBackend, slow)
        }]
      })
      const running = yield* Effect.forkDaemon(Effect.provide(OsBuilder.run(yield* buildArgs()), layer))
      yield* Deferred.await(recorded)
      const interrupting = yield* Effect.fork(Fiber.interrupt(running))
      yield* Effect.yieldNow()
      yield* Deferred.succeed(answered, undefined)
      yield* Fiber.join(interrupting)
      assert.match(yield* err, /^Interrupted\. Build memory\/.*: Cancelled\.\n$/)
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

  it.scoped("--quiet: prints only the image, or errors with the end of the log", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      const digest = `sha256:${"a".repeat(64)}`
      yield* memory.outcome({ _tag: "Succeeds", digest, log })
      assert.deepStrictEqual(yield* run(yield* buildArgs("-q")), {
        status: 0,
        out: `registry.example.com/os@${digest}\n`,
        err: ""
      })
      const json = yield* run(yield* buildArgs("-q", "--json"))
      assert.deepStrictEqual(documents(json.out).map(({ type }) => type), ["result"])
      yield* memory.outcome({ _tag: "Fails", message: "RUN true: exit status 1", log })
      const failed = yield* run(yield* buildArgs("-q", "--again"))
      assert.strictEqual(failed.out, "")
      assert.match(failed.err, /^The build failed in .*\nThe log ends with:\n(.*\n){3}Build memory.* failed/)
    }).pipe(Effect.provide(layer)))

  it.scoped("--metadata-file: has ref, pullspec, tag and digest, also as docker buildx writes them", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      const digest = `sha256:${"a".repeat(64)}`
      yield* memory.outcome({ _tag: "Succeeds", digest })
      const folder = yield* folderWith({})
      const file = `${folder}/metadata.json`
      const ref = (yield* run(yield* buildArgs("--detach", "--metadata-file", file))).out.trim()
      assert.deepStrictEqual(JSON.parse(fs.readFileSync(file, "utf8")), { ref })
      yield* run(yield* buildArgs("--metadata-file", file))
      assert.deepStrictEqual(JSON.parse(fs.readFileSync(file, "utf8")), {
        ref,
        pullspec: `registry.example.com/os@${digest}`,
        tag: "registry.example.com/os:1",
        digest,
        "containerimage.digest": digest,
        "image.name": "registry.example.com/os:1"
      })
    }).pipe(Effect.provide(layer)))

  it.scoped("--metadata-file: one that cannot be written is refused before the build", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const folder = yield* folderWith({ file: "" })
      for (
        const [file, problem] of [
          [`${folder}/none/metadata.json`, "ENOENT"],
          [`${folder}/file/metadata.json`, "ENOTDIR"],
          [folder, "it is a directory"]
        ] as const
      ) {
        const { err, out, status } = yield* run(yield* buildArgs("--metadata-file", file))
        assert.strictEqual(status, 2)
        assert.strictEqual(out, "")
        assert.include(err, `--metadata-file: cannot write ${file} (${problem}`)
      }
      assert.deepStrictEqual((yield* run(["list", "--backend", "memory", "-q"])).out, "")
    }).pipe(Effect.provide(layer)))

  it.scoped("--input: is what BuildInput.decode takes, and equals the same options", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const input = {
        dockerfile: containerfile,
        baseImage: { pullspec: "registry.example.com/base:1" },
        finalImage: { pullspec: "registry.example.com/os:1" }
      }
      const folder = yield* folderWith({
        "input.json": JSON.stringify({ ...input, timeout: "30m" }),
        "wrong.json": JSON.stringify({ ...input, baseImage: { pullspec: "UPPER" }, colour: "red" }),
        "text.json": "FROM x"
      })
      const build = (name: string, ...more: ReadonlyArray<string>) =>
        run(["build", "--backend", "memory", "--input", `${folder}/${name}`, ...more])
      assert.match((yield* build("input.json")).out, /^os-builder: submitted memory\//)
      assert.match((yield* run(yield* buildArgs())).out, /^os-builder: adopted memory\//)
      const wrong = yield* build("wrong.json")
      assert.strictEqual(wrong.status, 2)
      assert.match(wrong.err, /^Build rejected: the input is not valid\.\n/)
      assert.match(wrong.err, /^ {2}baseImage\.pullspec: /m)
      assert.match(wrong.err, /^ {2}colour: /m)
      assert.match((yield* build("text.json")).err, /\n {2}--input: .*text\.json is not JSON \(/)
      assert.match((yield* build("none.json")).err, /\n {2}--input: .*none\.json does not exist\n/)
    }).pipe(Effect.provide(layer)))

  it.scoped("resources, placement, queue and labels: are part of the input, with issues that name the option", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const backend = yield* BuildBackend.BuildBackend
      let received: BuildInput.BuildInput | undefined
      const recording = {
        name: "recording",
        outlivesProcess: true,
        layer: () =>
          Layer.succeed(BuildBackend.BuildBackend, {
            ...backend,
            build: (input: BuildInput.BuildInput, options?: BuildBackend.BuildOptions) =>
              Effect.suspend(() => {
                received = input
                return backend.build(input, options)
              })
          })
      }
      const given = [
        ...["--cpu", "2", "--memory", "4Gi", "--ephemeral-storage", "50Gi", "--queue", "builds"],
        ...["--node-selector", "disk=ssd", "--node-selector", "example.com/zone=", "--object-label", "team=os"],
        ...["--toleration", "dedicated=builds:NoSchedule", "--toleration", "gpu", "--toleration", "*"]
      ]
      const { err, status } = yield* runIn({ backends: [recording] })(
        (yield* buildArgs("--detach", ...given)).with(2, "recording")
      )
      assert.strictEqual(status, 0, err)
      assert(received !== undefined)
      const { objectLabels, placement, queueName, resources } = received
      assert.deepEqual({ objectLabels, placement, queueName, resources }, {
        objectLabels: { team: "os" },
        placement: {
          nodeSelector: { disk: "ssd", "example.com/zone": "" },
          tolerations: [
            { key: "dedicated", operator: "Equal", value: "builds", effect: "NoSchedule" },
            { key: "gpu", operator: "Exists" },
            { operator: "Exists" }
          ]
        },
        queueName: "builds",
        resources: { cpu: "2", memory: "4Gi", ephemeralStorage: "50Gi" }
      })
      const wrong = yield* run(
        yield* buildArgs(
          ...[
            "--cpu",
            "much",
            "--memory",
            "4 GB",
            "--ephemeral-storage",
            "-1",
            "--queue",
            "A b",
            "--node-selector",
            "x"
          ],
          ...["--toleration", ":NoSchedule", "--toleration", "a:Never", "--object-label", "a b=c"]
        )
      )
      assert.strictEqual(wrong.status, 2)
      for (
        const option of ["cpu", "memory", "ephemeral-storage", "queue", "node-selector", "toleration", "object-label"]
      ) {
        assert.match(wrong.err, new RegExp(`^  --${option}[ :(]`, "m"))
      }
      assert.include(wrong.err, "--toleration: invalid toleration \":NoSchedule\"; use KEY[=VALUE][:EFFECT]")
      assert.include(
        wrong.err,
        "--toleration: unknown effect in \"a:Never\"; use NoSchedule, PreferNoSchedule, NoExecute"
      )
    }).pipe(Effect.provide(layer)))

  it.scoped("hints: a base image that the Containerfile does not use is named on stderr", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const hints = (dockerfile: string, ...more: ReadonlyArray<string>) =>
        Effect.gen(function*() {
          const folder = yield* folderWith({ Containerfile: dockerfile })
          const { err, out, status } = yield* run([
            ...[
              "build",
              "--backend",
              "memory",
              "-f",
              `${folder}/Containerfile`,
              "--base",
              "registry.example.com/base:1"
            ],
            ...["--final", "registry.example.com/os:1", "--json", ...more]
          ])
          assert.strictEqual(status, 0)
          documents(out)
          return err
        })
      const hint =
        "os-builder: hint: the Containerfile does not use the base image registry.example.com/base:1, which is " +
        "not pulled; leave it out, or start the Containerfile with `ARG BASE_IMAGE` and `FROM ${BASE_IMAGE}`\n"
      assert.strictEqual(yield* hints("FROM quay.io/other:1\nRUN true\n"), hint)
      assert.strictEqual(yield* hints("FROM quay.io/other:1\n# $BASE_IMAGE\nRUN true\n"), hint)
      assert.strictEqual(yield* hints("FROM quay.io/other:1\nRUN true\n", "-q"), "")
      for (
        const dockerfile of [
          containerfile,
          "ARG BASE_IMAGE=x\nFROM $BASE_IMAGE\n",
          "FROM registry.example.com/base:1\n",
          "FROM scratch\nCOPY --from=registry.example.com/base:1 /etc /etc\n"
        ]
      ) assert.strictEqual(yield* hints(dockerfile), "")
    }).pipe(Effect.provide(layer)))

  it.scoped("hints: check and build name a stage that is not there, with its line", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const dockerfile = "ARG BASE_IMAGE\nFROM $BASE_IMAGE AS config\nFROM configs AS final\nCOPY --from=build /a /a\n"
      const folder = yield* folderWith({ Containerfile: dockerfile })
      for (const command of ["check", "build"]) {
        const { err, status } = yield* run([
          ...[command, "--backend", "memory", "-f", `${folder}/Containerfile`, "--base", "registry.example.com/base:1"],
          ...["--final", "registry.example.com/os:1", "--json"]
        ])
        assert.strictEqual(status, 0)
        assert.deepStrictEqual(err.trim().split("\n"), [
          "os-builder: hint: Containerfile line 3: FROM configs: no stage above has this name, so it is pulled as an image",
          "os-builder: hint: Containerfile line 4: COPY --from=build: no stage above has this name, so it is pulled as an image"
        ])
      }
    }).pipe(Effect.provide(layer)))

  it.scoped("ignore file: that of the Containerfile holds instead of those of the context", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const backend = yield* BuildBackend.BuildBackend
      const folder = yield* folderWith({
        "os/Containerfile": containerfile,
        "context/kept": "",
        "context/secret": "",
        "context/.dockerignore": "kept\n",
        "context/.containerignore": "kept\n"
      })
      // buildah prefers .dockerignore of the two.
      for (
        const [ends, context] of [
          [[], { secret: "", ".dockerignore": "kept\n", ".containerignore": "kept\n" }],
          [["containerignore"], { secret: "" }],
          [["containerignore", "dockerignore"], { kept: "" }]
        ] as const
      ) {
        for (const end of ends) {
          fs.writeFileSync(`${folder}/os/Containerfile.${end}`, end === "dockerignore" ? "secret\n" : "kept\n")
        }
        const { err, status } = yield* run([
          ...["build", "--backend=memory", `--file=${folder}/os/Containerfile`, "--base=registry.example.com/base:1"],
          ...["--final=registry.example.com/os:1", "--context", `${folder}/context`]
        ])
        assert.strictEqual(status, 0, err)
        const input = yield* BuildInput.make({
          dockerfile: containerfile,
          baseImage: { pullspec: "registry.example.com/base:1" },
          finalImage: { pullspec: "registry.example.com/os:1" },
          context: { ...context }
        })
        assert.lengthOf(yield* backend.list({ fingerprint: BuildInput.fingerprint(input) }), 1, ends.join())
      }
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
  it.scoped("input: secrets, target, contexts, labels and squash are options too", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const backend = yield* BuildBackend.BuildBackend
      const dockerfile = "FROM data AS os\nRUN --mount=type=secret,id=token true\nFROM os\n"
      const folder = yield* folderWith({ Containerfile: dockerfile })
      const least = ["--backend=memory", `--file=${folder}/Containerfile`, "--base=registry.example.com/base:1"]
      const given = [...least, "--final=registry.example.com/language:1"]
      const valid = yield* run([
        ...["build", ...given, "--secret", "token=logins", "--secret=other=logins:a.key", "--target", "os"],
        ...["--build-context", "data=docker-image://quay.io/acme/data:1", "--build-context=files=sub"],
        ...["--no-inherit-labels", "--unset-label", "a b", "--squash", "--json", "-n", "builds"]
      ])
      assert.strictEqual(valid.status, 0, valid.err)
      const input = yield* BuildInput.make({
        dockerfile,
        baseImage: { pullspec: "registry.example.com/base:1" },
        finalImage: { pullspec: "registry.example.com/language:1" },
        secrets: [{ id: "token", secretName: "logins" }, { id: "other", secretName: "logins", key: "a.key" }],
        target: "os",
        buildContexts: { data: { image: "quay.io/acme/data:1" }, files: { directory: `${process.cwd()}/sub` } },
        inheritLabels: false,
        unsetLabels: ["a b"],
        squash: true
      })
      const found = yield* backend.list({ namespace: "builds", fingerprint: BuildInput.fingerprint(input) })
      assert.lengthOf(found, 1)
      const wrong = yield* run(["build", ...given, "--secret", "token", "--build-context=data"])
      assert.strictEqual(wrong.status, 2)
      assert.include(wrong.err, "--secret: \"token\" has no \"=\"; write ID=NAME or ID=NAME:KEY")
      assert.include(wrong.err, "--build-context: has no \"=\"")
      const none = yield* run(["build", ...given, "--target", "none"])
      assert.strictEqual(none.status, 2)
      assert.include(none.err, "--target: names no stage of the Containerfile; its stages are os (line 1), 1 (line 3)")
    }).pipe(Effect.provide(layer)))

  it.scoped("invalid input: the secret of a context that is not given is an issue", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const { err, status } = yield* run([...yield* buildArgs(), "--git-secret", "a", "--context-secret", "b"])
      assert.strictEqual(status, 2)
      assert.include(err, "--git-secret: opens the repository of --git, which is not given")
      assert.include(err, "--context-secret: opens the registry of --context-image, which is not given")
    }).pipe(Effect.provide(layer)))
})
