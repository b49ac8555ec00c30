/**
 * How a cluster refuses a build, and the error of each: the last rows of the second table in README.md.
 */
import { assert, describe } from "@effect/vitest"
import { Effect } from "effect"
import * as FakeCluster from "effect-os-builder/FakeCluster"
import * as Resource from "../../src/kubernetes/Resource.js"
import { ended, input, ofKind, remains, scenario } from "../support/Scenario.js"

const refusals = [
  ["a quota", "QuotaExceeded", "pods \"p\" is forbidden: exceeded quota: q, requested: count/jobs.batch=1, limited: 0"],
  [
    "PodSecurity",
    "Denied",
    "pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true"
  ],
  ["an SCC", "Denied", "pods \"p\" is forbidden: unable to validate against any security context constraint: []"],
  ["a webhook", "Denied", "admission webhook \"policy.example.com\" denied the request: no builds on Fridays"]
] as const

describe.sequential("taxonomy", () => {
  for (const [who, reason, words] of refusals) {
    scenario(who, `refuses for good: ${reason}`, (stage) =>
      Effect.gen(function*() {
        yield* Effect.asVoid(stage.fake.fail(
          { verb: "create", resource: Resource.label(stage.child) },
          FakeCluster.status(403, "Forbidden", words)
        ))
        const error = yield* Effect.flip(stage.backend.build(yield* input("os")))
        assert(error._tag === "BuildRejected", String(error))
        assert.strictEqual(error.reason, reason)
        assert.include(error.message, words)
        assert.strictEqual(error.retryable, reason === "QuotaExceeded")
        assert.deepStrictEqual(yield* remains(stage), [])
      }))
  }

  const moments = [
    [
      "a quota that other clients change",
      FakeCluster.status(409, "Conflict", "Operation cannot be fulfilled on resourcequotas \"q\"")
    ],
    ["too many requests", FakeCluster.throttled("2 seconds")],
    ["a server that is not ready", FakeCluster.unavailable()],
    ["a refused connection", FakeCluster.drop]
  ] as const
  for (const [what, fault] of moments) {
    scenario(what, "delays a build briefly", (stage) =>
      Effect.gen(function*() {
        for (const resource of ["configmaps", Resource.label(stage.child)]) {
          yield* Effect.asVoid(stage.fake.fail({ verb: "create", resource }, fault, { times: 2 }))
        }
        const { ref } = yield* stage.backend.build(yield* input("os"))
        assert.strictEqual(yield* ended(stage.backend, ref), "Succeeded")
        assert.lengthOf(yield* ofKind(stage, stage.child.kind), 1)
      }))
  }
})
