import { assert, describe, it } from "@effect/vitest"
import { Effect, TestClock } from "effect"
import { BuildBackend } from "effect-os-builder"
import { buildArgs, Command, layer } from "../support/CommandHarness.js"

const terminal = { isTTY: true, columns: 60, environment: { TERM: "xterm", NO_COLOR: "1" } }

/** The rows of a terminal after a text, of which only the control sequences that the command uses are interpreted. */
const shown = (text: string): ReadonlyArray<string> => {
  const rows: Array<string> = []
  let row = 0
  for (
    const [, up, , line] of text.replace(/\u001b\[\?7[lh]/g, "").matchAll(/\u001b\[(\d+)A(\u001b\[J)|([^\n\u001b]*)\n/g)
  ) {
    if (up !== undefined) {
      row -= Number(up)
      rows.length = row
    } else {
      rows[row] = line ?? ""
      row += 1
    }
  }
  return rows
}

describe("build on a terminal", () => {
  it.scoped("current step: is redrawn; finished steps stay", () =>
    Effect.gen(function*() {
      const { start } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Held" })
      const running = yield* start(yield* buildArgs(), (out) => out.includes("Running"), terminal)
      yield* TestClock.adjust("3 seconds")
      const screen = shown(yield* running.out)
      assert.lengthOf(screen, 2)
      assert.match(screen[0] ?? "", /^ {2}memory\/default\/os-build-\w+-1\/[\w-]+$/)
      assert.strictEqual(screen[1], "  3s Running")

      const [summary] = yield* BuildBackend.list()
      assert(summary !== undefined)
      yield* memory.release(summary.ref, {
        _tag: "Succeeds",
        digest: `sha256:${"b".repeat(64)}`,
        log: ["STEP 1/1: FROM base", "x"]
      })
      const { err, out, status } = yield* running.ended
      assert.strictEqual(status, 0)
      assert.strictEqual(err, "")
      assert.deepStrictEqual(
        shown(out).slice(1).toSorted(),
        [
          `registry.example.com/os@sha256:${"b".repeat(64)}`,
          "✓ STEP 1/1: FROM base",
          "✓ Succeeded in 3s"
        ].toSorted()
      )
      assert.notMatch(out, /\u001b\[\d*m/, "NO_COLOR is set")
    }).pipe(Effect.provide(layer)))

  it.scoped("failed build: prints the end of the log", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Fails", message: "no", log: ["STEP 1/1: RUN x", "the reason"] })
      const { err, status } = yield* run(yield* buildArgs(), terminal)
      assert.strictEqual(status, 1)
      assert.match(
        err,
        /^The build failed in STEP 1\/1: RUN x\nThe log ends with:\n {2}STEP 1\/1: RUN x\n {2}the reason\nBuild .*: no\n$/
      )
    }).pipe(Effect.provide(layer)))

  it.scoped("interruption: erases the current step", () =>
    Effect.gen(function*() {
      const { start } = yield* Command
      const memory = yield* BuildBackend.MemoryBackend
      yield* memory.outcome({ _tag: "Held" })
      const running = yield* start(yield* buildArgs(), (out) => out.includes("Running"), terminal)
      const { err, out } = yield* running.interrupted
      assert.lengthOf(shown(out), 1)
      assert.include(err, ": Cancelled.")
    }).pipe(Effect.provide(layer)))

  it.scoped("TERM=dumb: prints plain lines", () =>
    Effect.gen(function*() {
      const { run } = yield* Command
      const { out } = yield* run(yield* buildArgs(), { ...terminal, environment: { TERM: "dumb" } })
      assert.notInclude(out, "\u001b")
      assert.include(out, "os-builder: submitted")
      const colored = yield* run(yield* buildArgs("--again"), { ...terminal, environment: { TERM: "xterm" } })
      assert.include(colored.out, "\u001b[32m✓\u001b[39m")
    }).pipe(Effect.provide(layer)))
})
