import { assert, describe, it } from "@effect/vitest"
import * as PodBlocked from "../../../src/backends/pod/PodBlocked.js"
import type { Event } from "../../../src/kubernetes/Resources.js"
import type { Pod } from "../../../src/kubernetes/Resources.js"

const pod = (status: Pod["status"]): Pod => ({
  metadata: { name: "p", namespace: "ns", uid: "u", resourceVersion: "1" },
  status: { phase: "Pending", ...status }
})

const event = (reason: string, message: string, minute = 0, uid = "u"): Event => ({
  metadata: { name: `p.${reason}`, uid: reason, resourceVersion: "1" },
  type: "Warning",
  reason,
  message,
  involvedObject: { kind: "Pod", name: "p", uid },
  lastTimestamp: `2026-01-01T00:0${minute}:00Z`
})

const scheduled = (reason: string): Pod["status"] => ({
  conditions: [{ type: "PodScheduled", status: "False", reason, message: `says ${reason}` }]
})

const waits = (reason: string): Pod["status"] => ({
  initContainerStatuses: [{ name: "build", state: { waiting: { reason, message: `says ${reason}` } } }],
  containerStatuses: [{ name: "push", state: { waiting: { reason: "PodInitializing" } } }]
})

const states: ReadonlyArray<readonly [Pod["status"], reason: string, upstream: string]> = [
  [scheduled("Unschedulable"), "Unschedulable", "Unschedulable"],
  [scheduled("SchedulingGated"), "Queued", "SchedulingGated"],
  [scheduled("SchedulerError"), "Unknown", "SchedulerError"],
  [waits("ErrImagePull"), "ImagePull", "ErrImagePull"],
  [waits("ImagePullBackOff"), "ImagePull", "ImagePullBackOff"],
  [waits("RegistryUnavailable"), "ImagePull", "RegistryUnavailable"],
  [waits("ImageInspectError"), "ImagePull", "ImageInspectError"],
  [waits("ErrImageNeverPull"), "ImagePull", "ErrImageNeverPull"],
  [waits("InvalidImageName"), "ImagePull", "InvalidImageName"],
  [waits("SignatureValidationFailed"), "ImagePull", "SignatureValidationFailed"],
  [waits("PreCreateHookError"), "Unknown", "PreCreateHookError"],
  [waits("PreStartHookError"), "Unknown", "PreStartHookError"],
  [waits("RROUnsupported"), "Unknown", "RROUnsupported"],
  [waits("CreateContainerConfigError"), "MissingReference", "CreateContainerConfigError"],
  [waits("CreateContainerError"), "Unknown", "CreateContainerError"],
  [waits("RunContainerError"), "Unknown", "RunContainerError"]
]

const events: ReadonlyArray<readonly [reason: string, message: string, means: string]> = [
  ["FailedScheduling", "0/3 nodes are available", "Unschedulable"],
  ["FailedMount", "MountVolume.SetUp failed for volume \"a\" : secret \"a\" not found", "MissingReference"],
  [
    "FailedMount",
    "MountVolume.SetUp failed for volume \"a\" : references non-existent secret key: b",
    "MissingReference"
  ],
  ["FailedMount", "MountVolume.SetUp failed for volume \"a\" : timed out", "Unknown"],
  ["FailedAttachVolume", "Multi-Attach error for volume", "Unknown"],
  ["FailedCreatePodSandBox", "Failed to create pod sandbox", "Unknown"],
  ["FailedCreate", "Error creating: pods \"p\" is forbidden: exceeded quota: q", "Quota"],
  ["FailedCreate", "Error creating: pods \"p\" is forbidden: failed quota: q: must specify cpu", "Quota"],
  ["FailedCreate", "Error creating: pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\"", "Admission"]
]

describe("PodBlocked", () => {
  for (const [status, reason, upstreamReason] of states) {
    it(`PodBlocked: ${upstreamReason} is ${reason}`, () => {
      const blocked = PodBlocked.classify(pod(status), [])
      assert.deepStrictEqual({ ...blocked }, { reason, upstreamReason, message: `says ${upstreamReason}` })
    })
  }

  for (const [reason, message, means] of events) {
    it(`PodBlocked: a warning ${reason} (${message.slice(-30)}) is ${means}`, () => {
      const blocked = PodBlocked.classify(pod({}), [event(reason, message)])
      assert.deepStrictEqual({ ...blocked }, { reason: means, upstreamReason: reason, message })
    })
  }

  it("PodBlocked: the latest warning counts, and what is about another pod does not", () => {
    const told = [
      event("FailedScheduling", "old", 1),
      event("FailedMount", "secret \"a\" not found", 2),
      event("FailedCreatePodSandBox", "another", 3, "v"),
      event("Pulling", "no warning that we know", 4)
    ]
    assert.strictEqual(PodBlocked.classify(pod({}), told)?.reason, "MissingReference")
    assert.strictEqual(PodBlocked.classify(pod({}), told.toReversed())?.reason, "MissingReference")
  })

  it("PodBlocked: a series of events is as late as the last of them", () => {
    const { lastTimestamp: _, ...scheduling } = event("FailedScheduling", "no nodes")
    const series = {
      ...scheduling,
      eventTime: "2026-01-01T00:01:00.000000Z",
      series: { count: 2, lastObservedTime: "2026-01-01T00:03:00.000000Z" }
    }
    const mount = event("FailedMount", "secret \"a\" not found", 2)
    assert.strictEqual(PodBlocked.classify(pod({}), [mount, series])?.reason, "Unschedulable")
  })

  it("PodBlocked: an ordinary start is not blocked", () => {
    assert.isUndefined(PodBlocked.classify(pod(undefined), []))
    assert.isUndefined(PodBlocked.classify(pod(waits("ContainerCreating")), []))
    assert.isUndefined(PodBlocked.classify(pod({ conditions: [{ type: "PodScheduled", status: "True" }] }), []))
  })
})
