import { assert, describe, it } from "@effect/vitest"
import * as PodFailure from "../../../src/backends/pod/PodFailure.js"
import type { Pod } from "../../../src/kubernetes/Resources.js"

const pod = (status: Pod["status"]): Pod => ({
  metadata: { name: "p", namespace: "ns", uid: "u", resourceVersion: "1" },
  status
})

const terminated = (reason: string, exitCode = 137): Pod["status"] => ({
  phase: "Failed",
  containerStatuses: [{ name: "main", state: { terminated: { exitCode, reason, message: "the tail of a log" } } }]
})

const disrupted = (reason: string): Pod["status"] => ({
  phase: "Failed",
  conditions: [{ type: "DisruptionTarget", status: "True", reason, message: `by ${reason}` }]
})

const own = "Usage of EmptyDir volume \"work\" exceeds the limit \"20Gi\". "

const cases: ReadonlyArray<readonly [what: string, Pod["status"], reason: string, upstream: string, message: RegExp]> =
  [
    [
      "Evicted",
      { reason: "Evicted", message: "The node was low on resource: memory. " },
      "Evicted",
      "Evicted",
      /node was/
    ],
    ["Evicted for its own files", { reason: "Evicted", message: own }, "OutOfDisk", "Evicted", /EmptyDir/],
    [
      "Evicted for the limit of a container",
      { reason: "Evicted", message: "Container main exceeded its local ephemeral storage limit \"1Gi\". " },
      "OutOfDisk",
      "Evicted",
      /exceeded/
    ],
    [
      "Evicted for the limit of the pod",
      { reason: "Evicted", message: "Pod ephemeral local storage usage exceeds the total limit of containers 1Gi. " },
      "OutOfDisk",
      "Evicted",
      /exceeds/
    ],
    ["Preempting", { reason: "Preempting" }, "Evicted", "Preempting", /its pod failed with the reason Preempting/],
    [
      "DeadlineExceeded",
      { reason: "DeadlineExceeded", message: "Pod was active" },
      "Timeout",
      "DeadlineExceeded",
      /active/
    ],
    ["Terminated", { reason: "Terminated", message: "node shutdown" }, "NodeLost", "Terminated", /shutdown/],
    ["NodeShutdown", { reason: "NodeShutdown" }, "NodeLost", "NodeShutdown", /NodeShutdown/],
    ["NodeAffinity", { reason: "NodeAffinity" }, "Evicted", "NodeAffinity", /NodeAffinity/],
    ["UnexpectedAdmissionError", { reason: "UnexpectedAdmissionError" }, "Evicted", "UnexpectedAdmissionError", /./],
    ["OutOfcpu", { reason: "OutOfcpu" }, "Evicted", "OutOfcpu", /./],
    ["OutOfmemory", { reason: "OutOfmemory" }, "Evicted", "OutOfmemory", /./],
    ["OutOfephemeral-storage", { reason: "OutOfephemeral-storage" }, "Evicted", "OutOfephemeral-storage", /./],
    ["OutOfpods", { reason: "OutOfpods" }, "Evicted", "OutOfpods", /./],
    ...[
      "OutOfnvidia.com/gpu",
      "NodeName",
      "NodePorts",
      "TaintToleration",
      "PodOSNotSupported",
      "PodFeatureUnsupported",
      "PodLevelResourcesNotSupported",
      "TopologyAffinityError",
      "AppArmor",
      "SysctlForbidden",
      "UnexpectedPredicateFailureType",
      "UnknownReason",
      "InvalidNodeInfo",
      "InitContainerRestartPolicyForbidden",
      "SupplementalGroupsPolicyNotSupported",
      "SMTAlignmentError",
      "EmptyPodSharedPoolError",
      "VolumeAttachmentLimitExceeded"
    ].map((reason) => [reason, { reason }, "Evicted", reason, /./] as const),
    ["Shutdown", { reason: "Shutdown" }, "NodeLost", "Shutdown", /./],
    ["a restart of containerd", terminated("Unknown", 255), "NodeLost", "Unknown", /tail/],
    ["NodeLost", { reason: "NodeLost" }, "NodeLost", "NodeLost", /./],
    ["OOMKilled", terminated("OOMKilled"), "OutOfMemory", "OOMKilled", /main exceeded its memory limit/],
    ["PreemptionByScheduler", disrupted("PreemptionByScheduler"), "Evicted", "PreemptionByScheduler", /^by /],
    ["EvictionByEvictionAPI", disrupted("EvictionByEvictionAPI"), "Evicted", "EvictionByEvictionAPI", /^by /],
    ["TerminationByKubelet", disrupted("TerminationByKubelet"), "Evicted", "TerminationByKubelet", /^by /],
    ["DeletionByTaintManager", disrupted("DeletionByTaintManager"), "NodeLost", "DeletionByTaintManager", /^by /],
    ["DeletionByPodGC", disrupted("DeletionByPodGC"), "NodeLost", "DeletionByPodGC", /^by /],
    ["a disruption of a kind to come", disrupted("Whatever"), "Evicted", "Whatever", /^by /],
    ["ContainerStatusUnknown", terminated("ContainerStatusUnknown"), "NodeLost", "ContainerStatusUnknown", /tail/]
  ]

describe("PodFailure", () => {
  for (const [what, status, reason, upstreamReason, message] of cases) {
    it(`PodFailure: ${what} is ${reason}`, () => {
      const failure = PodFailure.classify(pod(status))
      assert.strictEqual(failure?.reason, reason)
      assert.strictEqual(failure?.upstreamReason, upstreamReason)
      assert.match(failure?.message ?? "", message)
    })
  }

  it("OOMKilled: counts with an exit code alone, and not over a message of the program itself", () => {
    assert.isUndefined(PodFailure.classify(pod(terminated("OOMKilled", 0))))
    assert.isUndefined(PodFailure.classify(pod(terminated("OOMKilled", 14)), (message) => message.includes("tail")))
    assert.strictEqual(PodFailure.classify(pod(terminated("OOMKilled", 14)), () => false)?.reason, "OutOfMemory")
  })

  it("PodFailure: a pod's own reason goes before what its containers say", () => {
    assert.strictEqual(PodFailure.classify(pod({ ...terminated("OOMKilled"), reason: "Evicted" }))?.reason, "Evicted")
  })

  it("PodFailure: nothing was done to a pod that runs, or whose program failed, or whose disruption did not come", () => {
    assert.isUndefined(PodFailure.classify(pod(undefined)))
    assert.isUndefined(
      PodFailure.classify(pod({ phase: "Running", containerStatuses: [{ name: "main", state: { running: {} } }] }))
    )
    assert.isUndefined(PodFailure.classify(pod(terminated("Error", 1))))
    assert.isUndefined(
      PodFailure.classify(
        pod({ conditions: [{ type: "DisruptionTarget", status: "False", reason: "DeletionByPodGC" }] })
      )
    )
  })

  it("PodFailure: names the pod", () => {
    assert.deepStrictEqual({ ...PodFailure.reference(pod(undefined)) }, { namespace: "ns", name: "p", uid: "u" })
  })
})
