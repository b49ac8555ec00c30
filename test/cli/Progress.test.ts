import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { BuildError, BuildEvent, BuildRef, BuildStatus } from "effect-os-builder"
import * as Progress from "../../src/cli/Progress.js"
import * as Render from "../../src/cli/Render.js"

const ref = new BuildRef.BuildRef({ backend: "local", namespace: "default", name: "os-build-a-1", uid: "u1" })
const at = (seconds: number) => DateTime.unsafeMake(seconds * 1000)
const running = new BuildStatus.Running({ startedAt: at(0), attempt: 1 })
const changed = (status: BuildStatus.BuildStatus) => new BuildEvent.StatusChanged({ status })
const line = (line: string) => new BuildEvent.LogLine({ line, number: 1 })
const step = (current: number, instruction: string) => new BuildEvent.Step({ current, total: 3, instruction })

const succeeded = new BuildStatus.Succeeded({
  image: new BuildStatus.BuiltImage({
    pullspec: `r/os@sha256:${"a".repeat(64)}`,
    digest: `sha256:${"a".repeat(64)}`,
    tag: "r/os:1"
  }),
  startedAt: at(0),
  finishedAt: at(75)
})

type Events = ReadonlyArray<readonly [seconds: number, event: BuildEvent.BuildEvent]>

/** All finished rows, and the moving ones at the end. */
const draw = (events: Events, screen: Progress.Screen, end: number) => {
  let progress = Progress.start(0)
  const done: Array<string> = []
  for (const [seconds, event] of events) {
    const [next, rows] = Progress.advance(progress, event, seconds * 1000, screen)
    progress = next
    done.push(...rows)
  }
  return { done, moving: Progress.rows(progress, end * 1000, screen), last: Progress.end(progress, end * 1000, screen) }
}

const plain = { columns: 40, color: false }

const story: Events = [
  [0, new BuildEvent.Submitted({ ref, adopted: false })],
  [1, changed(running)],
  [2, line("STEP 1/3: FROM base")],
  [2, step(1, "FROM base")],
  [3, step(2, "RUN dnf -y install a-package-with-a-very-long-name")],
  [4, line("\u001b[31mred\u001b[0m\tand\u0007 \u001b]0;title\u0007more\r")]
]

describe("Progress", () => {
  it("rows: finished steps and the current one", () => {
    const { done, moving } = draw(story, plain, 68)
    assert.deepStrictEqual({ done, moving }, {
      done: [`  ${ref}`, "✓ STEP 1/3 (1s): FROM base"],
      moving: ["  STEP 2/3 1m05s: RUN dnf -y install a-…", "    red and  more "]
    })
  })

  it("waiting: shows how long and why", () => {
    assert.deepStrictEqual(draw([], plain, 2).moving, ["  2s Submitting"])
    const blocked = new BuildStatus.Blocked({ reason: "Quota", upstreamReason: "FailedCreate", message: "full" })
    const pending = changed(new BuildStatus.Pending({ blocked }))
    assert.deepStrictEqual(draw([[1, pending]], { columns: 100, color: false }, 4).moving, [
      "  3s Pending, waiting (Quota, FailedCreate): full"
    ])
    const unschedulable = new BuildStatus.Blocked({
      reason: "Unschedulable",
      upstreamReason: "Unschedulable",
      message: "no nodes available to schedule pods"
    })
    const waiting = changed(new BuildStatus.Pending({ blocked: unschedulable }))
    assert.deepStrictEqual(draw([[1, waiting]], { columns: 100, color: false }, 4).moving, [
      "  3s Pending, waiting (Unschedulable): no nodes available to schedule pods"
    ])
    assert.deepStrictEqual(draw([[1, changed(running)]], plain, 4).moving, ["  3s Running"])
  })

  it("end: a tick, a cross, or neither", () => {
    const failed = changed(new BuildStatus.Failed({ reason: "InstructionFailed", message: "no", logTail: [] }))
    const errored = changed(BuildStatus.errored("Evicted", { message: "no" }))
    const last = (event: BuildEvent.BuildEvent) => draw([[0, step(3, "RUN x")], [75, event]], plain, 75).last
    assert.deepStrictEqual(last(changed(succeeded)), ["✓ STEP 3/3 (1m15s): RUN x", "✓ Succeeded in 1m15s"])
    assert.deepStrictEqual(last(failed), ["✗ STEP 3/3 (1m15s): RUN x"])
    assert.deepStrictEqual(last(errored), ["  STEP 3/3 (1m15s): RUN x"])
  })

  it("COMMIT: ends the last step", () => {
    const events: Events = [[0, step(3, "RUN x")], [2, line("COMMIT")], [3, line("Copying blob")]]
    const { done, moving } = draw(events, plain, 9)
    assert.deepStrictEqual({ done, moving }, {
      done: ["✓ STEP 3/3 (2s): RUN x"],
      moving: ["  Committing and pushing 7s", "    Copying blob"]
    })
    assert.deepStrictEqual(draw([...events, [9, changed(succeeded)]], plain, 9).last, ["✓ Succeeded in 1m15s"])
  })

  it("other events: stages, steps without a total, an adopted build, a log that cannot be read", () => {
    const error = new BuildError.BackendError({ backend: "local", reason: "Forbidden", operation: "read the log" })
    const { done, last } = draw(
      [
        [0, new BuildEvent.Submitted({ ref, adopted: true })],
        [0, new BuildEvent.Step({ current: 4, instruction: "LABEL a", stage: { current: 1, total: 2 } })],
        [0, new BuildEvent.LogLost({ error })],
        [0, changed(new BuildStatus.Cancelled({}))]
      ],
      plain,
      0
    )
    assert.deepStrictEqual(done, [
      `  ${ref}, an earlier build of an equal input`,
      "  The log cannot be read: Cannot read the log: the local backend is not allowed to"
    ])
    assert.deepStrictEqual(last, ["  [1/2] STEP 4: LABEL a"])
  })

  it("colours: are used if the screen has them", () => {
    const { done, moving } = draw([...story, [5, step(3, "CMD x")], [6, line("y")]], { columns: 40, color: true }, 6)
    assert.strictEqual(done[1], "\u001b[32m✓\u001b[39m STEP 1/3 (1s): FROM base")
    assert.deepStrictEqual(moving, ["  STEP 3/3 1s: CMD x", "\u001b[2m    y\u001b[22m"])
  })
})

describe("Render.elapsed", () => {
  it("durations: are in seconds, minutes or hours", () => {
    assert.deepStrictEqual(
      [-5, 0, 999, 59_999, 60_000, 125_000, 3_599_999, 3_600_000, 90_000_000].map(Render.elapsed),
      ["0s", "0s", "0s", "59s", "1m00s", "2m05s", "59m59s", "1h00m", "25h00m"]
    )
  })
})
