import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { BuildBackend, BuildError, BuildEvent, BuildRef } from "effect-os-builder"
import { createHash } from "node:crypto"
import * as JsonLine from "../../src/cli/JsonLine.js"
import { buildArgs, Command, documents, layer } from "../support/CommandHarness.js"

const digest = `sha256:${"c".repeat(64)}`
const base = "registry.example.com/base:1"
const image = {
  pullspec: `registry.example.com/os@${digest}`,
  digest,
  tag: "registry.example.com/os:1",
  // The backend in memory makes a base's digest of its name.
  base: { pullspec: base, digest: `sha256:${createHash("sha256").update(base).digest("hex")}` }
}
const parsed = (out: string): ReadonlyArray<unknown> =>
  out.trimEnd().split("\n").map((line): unknown => JSON.parse(line))

describe("--json", () => {
  it.scoped("build: prints every event, one document a line, and finally the result", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Succeeds", digest, log: ["[1/2] STEP 1/2: FROM base", "two\twords"] })
      const { err, out, status } = yield* run(yield* buildArgs("--json"))
      assert.strictEqual(status, 0)
      assert.strictEqual(err, "")
      const [submitted] = documents(out)
      assert(submitted?.type === "submitted")
      const ref = String(submitted.ref)
      const time = "1970-01-01T00:00:00.000Z"
      assert.sameDeepMembers(
        [...parsed(out)].filter((line) => JSON.stringify(line).includes("\"Pending\"") === false),
        [
          { type: "submitted", ref, adopted: false },
          { type: "log", line: "[1/2] STEP 1/2: FROM base", number: 1 },
          { type: "step", current: 1, total: 2, instruction: "FROM base", stage: { current: 1, total: 2 } },
          { type: "log", line: "two\twords", number: 2 },
          { type: "status", ref, status: { _tag: "Running", attempt: 1, startedAt: time } },
          { type: "status", ref, status: { _tag: "Succeeded", image, startedAt: time, finishedAt: time } },
          { type: "result", ref, image }
        ].filter((line) => line.status?._tag !== "Running" || out.includes("\"Running\""))
      )
      assert.strictEqual(documents(out).at(-1)?.type, "result")
    }).pipe(Effect.provide(layer)))

  it.scoped("errored build: ends with an error", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Errors", reason: "PushFailed", message: "no route" })
      const { err, out, status } = yield* run(yield* buildArgs("--json"))
      assert.strictEqual(status, 3)
      assert.strictEqual(err, "")
      const [submitted] = documents(out)
      assert(submitted?.type === "submitted")
      assert.deepStrictEqual(parsed(out).at(-1), {
        type: "error",
        error: "BuildErrored",
        reason: "PushFailed",
        message: `Build ${submitted.ref} errored (PushFailed): no route (building again may help)`,
        retryable: true,
        exitStatus: 3,
        ref: String(submitted.ref)
      })
    }).pipe(Effect.provide(layer)))

  it.scoped("invalid input and wrong usage: print an error", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const wrong = yield* run(yield* buildArgs("--json", "--retries", "99"))
      assert.strictEqual(wrong.status, 2)
      assert.deepInclude(parsed(wrong.out)[0], {
        error: "BuildRejected",
        reason: "InvalidInput",
        exitStatus: 2,
        issues: [{ path: "retries", message: "must be a whole number from 0 to 10" }]
      })
      const usage = yield* run(["build", "--json", "--nonsense"])
      assert.strictEqual(usage.status, 2)
      assert.strictEqual(usage.err, "")
      assert.deepInclude(parsed(usage.out)[0], { type: "error", error: "UsageError", exitStatus: 2, retryable: false })
    }).pipe(Effect.provide(layer)))

  it.scoped("interruption: prints an error", () =>
    Effect.gen(function*() {
      const { start } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Held" })
      const running = yield* start(yield* buildArgs("--json"), (out) => out.includes("\"Running\""))
      const { err, out } = yield* running.interrupted
      assert.strictEqual(err, "")
      assert.deepInclude(parsed(out).at(-1), { type: "error", error: "Interrupted", exitStatus: 130, retryable: false })
    }).pipe(Effect.provide(layer)))

  it.scoped("every command: prints documents", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Succeeds", digest, log: ["one", "two"] })
      const build = yield* buildArgs()
      const [built] = documents((yield* run([...build, "--json", "--detach"])).out)
      assert(built?.type === "submitted")
      const ref = String(built.ref)
      const json = (...args: ReadonlyArray<string>) =>
        Effect.map(run([...args, "--json"]), ({ out, status }) => {
          assert.strictEqual(status, 0, out)
          documents(out)
          return parsed(out)
        })
      yield* TestClock.adjust("1 second")
      const time = "1970-01-01T00:00:00.000Z"
      const status = { _tag: "Succeeded", image, startedAt: time, finishedAt: time }
      assert.deepStrictEqual(yield* json("status", ref), [{ type: "status", ref, status }])
      assert.deepStrictEqual(yield* json("describe", ref), [{
        type: "description",
        ref,
        fingerprint: built.ref.name.slice("os-build-".length, -"-1".length),
        finalImage: "registry.example.com/os:1",
        metadata: {},
        createdAt: time,
        finishedAt: time,
        status,
        children: [],
        pods: [],
        events: []
      }])
      assert.deepStrictEqual(yield* json("wait", ref), [{ type: "result", ref, image }])
      assert.deepStrictEqual(yield* json("logs", ref), [
        { type: "log", line: "one", number: 1 },
        { type: "log", line: "two", number: 2 }
      ])
      assert.deepStrictEqual(yield* json("logs", ref, "--tail", "1", "-f"), [{ type: "log", line: "two" }])
      assert.deepStrictEqual(yield* json("cancel", ref), [{ type: "status", ref, status }])
      assert.deepStrictEqual(yield* json("list", "--backend", "memory"), [{
        type: "build",
        ref,
        metadata: {},
        fingerprint: built.ref.name.slice("os-build-".length, -"-1".length),
        finalImage: "registry.example.com/os:1",
        createdAt: time,
        finishedAt: time,
        status
      }])
      assert.deepStrictEqual(yield* json("check", "--backend", "memory", ...build.slice(3)), [
        { type: "check", backend: "memory", ok: true, issues: [] }
      ])
      yield* TestClock.adjust("8 days")
      assert.deepStrictEqual(yield* json("prune", "--backend=memory", "--older-than", "7d"), [{ type: "removed", ref }])
    }).pipe(Effect.provide(layer)))

  it("LogLost: has a document", () => {
    const error = new BuildError.BackendError({ backend: "local", reason: "Forbidden", operation: "read the log" })
    const ref = new BuildRef.BuildRef({ backend: "local", namespace: "n", name: "os-build-a-1", uid: "u" })
    assert.strictEqual(
      JsonLine.encode(JsonLine.event(ref, new BuildEvent.LogLost({ error }))),
      "{\"type\":\"log-lost\",\"message\":\"Cannot read the log: the local backend is not allowed to\"}"
    )
  })
})
