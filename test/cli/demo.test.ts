import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { documents, runIn, type Screen } from "../support/CommandHarness.js"
import { timed } from "../support/Quiescence.js"

const demo = (args: ReadonlyArray<string>, screen: Screen = {}) =>
  Effect.gen(function*() {
    const { took, value } = yield* timed(runIn({})(["demo", ...args], screen))
    return { took, ...value }
  })

const expected = [
  ["Kubernetes", "custom"],
  ["OpenShift", "openshift"],
  ["OpenShift on a single node", "single-node"]
] as const

describe("demo", () => {
  it.effect("text: builds on three clusters with three backends, and shows verdicts, log and digest", () =>
    Effect.gen(function*() {
      const { err, out, status, took } = yield* demo([])
      assert.strictEqual(status, 0)
      assert.strictEqual(err, "")
      assert.isAtMost(took, 5_000)
      assert.notInclude(out, "\u001b")
      const [introduction = "", ...sections] = out.split(/^── (?=.* ──$)/m)
      assert.include(introduction, "no image is made")
      assert.lengthOf(sections, expected.length)
      for (const [index, [cluster, backend]] of expected.entries()) {
        const section = sections[index] ?? ""
        assert.isTrue(section.startsWith(`${cluster} ──\n`))
        assert.match(section, new RegExp(`^→  ${backend} +Available  \\w`, "m"))
        assert.include(section, `Chosen: ${backend}, the first available backend that supports this input.`)
        assert.match(section, new RegExp(`^· ${backend}/default/os-build-`, "m"))
        for (const line of ["· Running", "  │ STEP 3/3: COPY --chmod=644 motd /etc/motd", "✓ Succeeded in 1s"]) {
          assert.include(section, `${line}\n`)
        }
        assert.match(section, /^ {2}registry\.example\.com\/os\/workstation@sha256:[0-9a-f]{64}$/m)
        const summary = new RegExp(`^${cluster} +${backend} +sha256:[0-9a-f]{12}…$`, "m")
        assert.match(sections.at(-1) ?? "", summary)
      }
    }))

  it.effect("terminal: uses colours and fits the width", () =>
    Effect.gen(function*() {
      const { out } = yield* demo([], { isTTY: true, columns: 80, environment: { TERM: "xterm" } })
      assert.include(out, "\u001b[1m── OpenShift ──\u001b[22m")
      const plain = out.replace(/\u001b\[\d*m/g, "")
      const endless = /os-build-|@sha256:/
      const widest = plain.split("\n").filter((line) => !endless.test(line)).map((line) => line.length)
      assert.isAtMost(Math.max(...widest), 80, plain)
      const uncoloured = yield* demo([], { isTTY: true, columns: 80, environment: { TERM: "xterm", NO_COLOR: "1" } })
      assert.strictEqual(uncoloured.out, plain)
    }))

  it.effect("--json: prints one document a line", () =>
    Effect.gen(function*() {
      const lines = documents((yield* demo(["--json"])).out)
      assert.deepStrictEqual(
        lines.flatMap((line) => line.type === "result" ? [line.ref.backend] : []),
        expected.map(([, backend]) => backend)
      )
      assert.deepStrictEqual(
        lines.flatMap((line) => line.type === "cluster" ? [line.name] : []),
        expected.map(([cluster]) => cluster)
      )
      assert.deepStrictEqual(
        lines.flatMap((line) => line.type === "probe" && line.preferred ? [line.backend] : []),
        expected.map(([, backend]) => backend)
      )
    }))
})
