/**
 * A build is Succeeded only when the digest of its image is known.
 */
import { assert, describe, it } from "@effect/vitest"
import * as JobOutcome from "../../src/backends/job/JobOutcome.js"
import * as BuildOutcome from "../../src/backends/openshift/BuildOutcome.js"
import * as Build from "../support/Builds.js"
import * as Job from "../support/Jobs.js"

const told = (status: { readonly _tag: string; readonly reason?: string }) =>
  [status._tag, status.reason].filter((word) => word !== undefined).join(" ")

describe("MCO-1777: the platform reports completion, and the digest is lost", () => {
  it("Job: not Succeeded without a digest", () => {
    const pod = Job.states(Job.built, Job.ended(0, { verb: "push" }), { phase: "Succeeded" })
    const job = Job.job({ succeeded: 1, conditions: [Job.condition("Complete")] })
    assert.strictEqual(told(JobOutcome.interpret(Job.seen(job, [pod])).status), "Errored DigestLost")
  })

  it("Job: not Succeeded without a push, although the image was built", () => {
    const pod = Job.failed("push", 15)
    const job = Job.job({ failed: 1, conditions: [Job.condition("Failed", "BackoffLimitExceeded")] })
    assert.strictEqual(told(JobOutcome.interpret(Job.seen(job, [pod])).status), "Errored PushFailed")
  })

  it("Build: not Succeeded without a digest", () => {
    const build = Build.build({ phase: "Complete", completionTimestamp: Build.at(60) })
    assert.strictEqual(told(BuildOutcome.interpret(Build.seen(build)).status), "Errored DigestLost")
  })
})
