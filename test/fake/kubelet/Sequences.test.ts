/**
 * What the fake kubelet reports of a pod is what a real one was recorded to report: test/node/Sequences.node.test.ts.
 */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Schema, Stream, TestClock } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as FakeDriver from "../../../src/fake/apiserver/FakeDriver.js"
import * as Program from "../../../src/fake/kubelet/Program.js"
import { admin, plane, settle } from "../../support/FakeApi.js"
import { type Act, type Case, cases, limit, Recorded, sequence } from "../../support/PodSequences.js"

const recorded = Schema.decodeSync(Recorded)(fs.readFileSync(path.join(import.meta.dirname, "recorded.json"), "utf8"))

/** Acts as the shell in the container of the real pod. */
const acting = ({ exitCode, fills, lingers = 0, says, seconds }: Act): Program.ContainerProgram => ({
  steps: Program.log(says).pipe(
    Stream.concat(Stream.drain(Stream.fromEffect(Effect.sleep(`${seconds} seconds`)))),
    Stream.concat(fills === undefined ? Program.exit(exitCode) : Program.exceedsVolume("work", limit))
  ),
  stopped: { exitCode: 143, after: `${lingers} seconds` }
})

const program = ({ init, main }: Case): Program.PodProgram => (container) =>
  acting(container === "first" && init !== undefined ? init : main)

const reported = (of: Case) =>
  Effect.gen(function*() {
    const made = yield* plane({ pods: () => ({ programs: () => Effect.succeed(program(of)) }) })
    const driver = FakeDriver.make((request) => made.gateway.handle(request, admin), "default")
    const seen = yield* Effect.fork(sequence(driver, { name: "p", image: "i", of }))
    yield* settle
    for (let second = 0; second < 70; second++) {
      yield* TestClock.adjust("1 second")
      yield* settle
    }
    return yield* Fiber.join(seen)
  })

describe.sequential("the fake kubelet", () => {
  for (const [name, of] of Object.entries(cases)) {
    it.scoped(`the fake kubelet: reports what a real one reports of a pod that ${name}`, () =>
      Effect.map(reported(of), (seen) => assert.deepStrictEqual(seen, recorded[name])))
  }
})
