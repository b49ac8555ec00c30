import { assert, describe, layer } from "@effect/vitest"
import { Effect } from "effect"
import * as Case from "./Case.js"
import { execCases } from "./ExecCases.js"
import { fileCases } from "./FileCases.js"
import { Loopback } from "./Loopback.js"
import * as LoopbackModule from "./Loopback.js"
import { networkCases } from "./NetworkCases.js"
import { userCases } from "./UserCases.js"

/** The servers are shared, and what they see belongs to one case at a time. */
const turn = Effect.unsafeMakeSemaphore(1)

layer(LoopbackModule.layer, { excludeTestServices: true })("kubeconfig cases", (it) => {
  for (const [name, cases] of Object.entries({ fileCases, userCases, execCases, networkCases })) {
    describe(name, () => {
      // A failing name resolution takes seconds; the rules for it have a test of their own, and kubectl's suite.
      for (const testCase of cases.filter(({ patience }) => patience === undefined)) {
        it.effect(
          `kubeconfig: ${testCase.title}`,
          () =>
            Effect.gen(function*() {
              const world = yield* Loopback
              const folder = Case.write(world, testCase)
              const result = yield* Case.observe(world, Case.request(world, testCase, folder))
              const expect = Case.expectation(world, testCase)
              if ("refused" in expect) {
                assert.deepStrictEqual(result.seen, [])
                assert.match(result.error ?? "", expect.refused)
              } else {
                assert.strictEqual(result.error, undefined)
                assert.deepStrictEqual(Case.project(expect, result), Case.complete(expect))
              }
            }).pipe(turn.withPermits(1)),
          60_000
        )
      }
    })
  }
})
