/**
 * What a Job and its pods say, one row a case: the Job column of upstream's table of states, and the taxonomy of pod
 * failures.
 */
import { assert, describe, it } from "@effect/vitest"
import { DateTime } from "effect"
import { BuildStatus } from "effect-os-builder"
import type { Interpretation } from "../../../src/backends/controller/Definition.js"
import * as JobOutcome from "../../../src/backends/job/JobOutcome.js"
import { code, table } from "../../../src/backends/script/ExitCode.js"
import * as TerminationMessage from "../../../src/backends/script/TerminationMessage.js"
import type { Job, Pod } from "../../../src/kubernetes/Resources.js"
import {
  built,
  condition,
  digest,
  ended,
  failed,
  input,
  job,
  pod,
  pushed,
  record,
  runs,
  seen,
  states,
  succeeded,
  warning
} from "../../support/Jobs.js"

const time = (seconds: number) => DateTime.unsafeMake(seconds * 1000)

const blockedOf = (status: BuildStatus.BuildStatus) =>
  status._tag === "Pending" || status._tag === "Running" ? status.blocked : undefined

const told = ({ status }: Interpretation): string =>
  status._tag === "Failed" || status._tag === "Errored"
    ? `${status._tag} ${status.reason}${status._tag === "Errored" && status.retryable ? " retryable" : ""}`
    : status._tag === "Running"
    ? `Running ${status.attempt}`
    : status._tag

// --- before it begins ---

const scheduled = (message: string): Pod =>
  pod({
    phase: "Pending",
    conditions: [{ type: "PodScheduled", status: "False", reason: "Unschedulable", message }]
  })

const waits = (reason: string): Pod =>
  states({ waiting: { reason, message: `says ${reason}` } }, undefined, { phase: "Pending" })

describe("a Job that waits", () => {
  const rows: ReadonlyArray<
    readonly [what: string, Job, ReadonlyArray<Pod>, blocked: string | undefined, since: number | undefined]
  > = [
    ["before its controller saw it", { ...job(), status: undefined }, [], undefined, 1],
    ["without a pod", job(), [], undefined, 2],
    ["suspended by Kueue", job({ conditions: [condition("Suspended")] }, { suspend: true }), [], "Queued", undefined],
    ["with a pod nobody has looked at", job(), [pod({ phase: "Pending" })], undefined, 10],
    ["with a pod that finds no node", job(), [scheduled("0/3 nodes: Insufficient cpu")], "Unschedulable", 10],
    [
      "for the slot of its node",
      job(),
      [scheduled("0/1 nodes are available: 1 node(s) didn't match pod anti-affinity rules")],
      "Queued",
      undefined
    ],
    [
      "for the slot that another holds",
      job(),
      [scheduled("0/1 nodes are available: 1 node(s) didn't satisfy existing pods anti-affinity rules")],
      "Queued",
      undefined
    ],
    ["for the builder's image", job(), [waits("ImagePullBackOff")], "ImagePull", 10],
    ["once for the builder's image", job(), [waits("ErrImagePull")], "ImagePull", 10],
    ["for a registry that is away", job(), [waits("RegistryUnavailable")], "ImagePull", 10],
    ["for what no image is named", job(), [waits("InvalidImageName")], "ImagePull", 10],
    ["for a reference", job(), [waits("CreateContainerConfigError")], "MissingReference", 10],
    ["for its container", job(), [waits("CreateContainerError")], "Unknown", 10],
    ["in the ordinary course", job(), [waits("PodInitializing")], undefined, 10]
  ]
  for (const [what, child, pods, blocked, since] of rows) {
    it(`${what} is Pending, ${blocked ?? "unexplained"}, ${since === undefined ? "in a queue" : `since ${since}`}`, () => {
      const interpretation = JobOutcome.interpret(seen(child, pods))
      assert.strictEqual(told(interpretation), "Pending")
      assert.strictEqual(blockedOf(interpretation.status)?.reason, blocked)
      assert.deepStrictEqual(interpretation.waitingSince, since === undefined ? undefined : time(since))
      const explains = blocked === undefined ? pods[0]?.metadata.uid ?? child.metadata.uid : undefined
      assert.strictEqual(interpretation.explainedBy, explains)
    })
  }

  const events: ReadonlyArray<readonly [reason: string, message: string, means: string]> = [
    ["FailedCreate", "Error creating: pods \"p\" is forbidden: exceeded quota: q", "Quota"],
    [
      "FailedCreate",
      "Error creating: pods \"p\" is forbidden: violates PodSecurity \"restricted:latest\"",
      "Admission"
    ],
    [
      "FailedCreate",
      "Error creating: pods \"p\" is forbidden: unable to validate against any security context constraint",
      "Admission"
    ],
    ["FailedCreate", "Error creating: pods \"p\" is forbidden: error looking up service account ns/b", "Admission"]
  ]
  for (const [reason, message, means] of events) {
    it(`a Job that waits: without a pod for ${message.slice(-45)} is blocked by ${means}`, () => {
      const interpretation = JobOutcome.interpret(seen(job(), [], { events: [warning("job-1", reason, message)] }))
      assert.strictEqual(blockedOf(interpretation.status)?.reason, means)
      assert.strictEqual(blockedOf(interpretation.status)?.message, message)
      assert.strictEqual(interpretation.explainedBy, "job-1", "events may change")
    })
  }

  it("a Job that waits: says which queue it waits in", () => {
    const given = record(input({ queueName: "builds" }), [], "custom")
    const { status } = JobOutcome.interpret(seen(job({}, { suspend: true }), [], { record: given }))
    assert.include(blockedOf(status)?.message, "LocalQueue builds")
  })
})

// --- while it runs ---

describe("a Job that runs", () => {
  const between = failed("build", code.pullFailed)
  const lost = { phase: "Running", reason: "NodeLost", message: "Node n is unresponsive" }
  const rows: ReadonlyArray<readonly [what: string, Job, ReadonlyArray<Pod>, says: string, blocked?: string]> = [
    ["builds", job({ active: 1 }), [states(runs)], "Running 1"],
    ["is between build and push", job({ active: 1 }), [states(built)], "Running 1"],
    ["pushes", job({ active: 1 }), [states(built, runs)], "Running 1"],
    [
      "cannot start its push",
      job(),
      [states(built, { waiting: { reason: "ImagePullBackOff" } })],
      "Running 1",
      "ImagePull"
    ],
    ["is on a node that does not answer", job(), [states(runs, undefined, lost)], "Running 1", "NodeLost"],
    [
      "is on a node that was given up",
      job(),
      [states(runs, undefined, {
        phase: "Running",
        conditions: [{
          type: "DisruptionTarget",
          status: "True",
          reason: "DeletionByTaintManager",
          message: "Taint manager: deleting due to NoExecute taint"
        }]
      })],
      "Running 1",
      "NodeLost"
    ],
    ["has failed once, and that is not counted yet", job(), [between], "Running 1"],
    ["has failed once, and has no other pod yet", job({ failed: 1 }), [between], "Running 1"],
    ["waits for its second pod", job({ failed: 1 }), [between, pod({ phase: "Pending" }, 2)], "Running 2"],
    ["runs its second pod", job({ failed: 1 }), [between, states(runs, undefined, {}, 2)], "Running 2"],
    [
      "runs its second pod, and the first is gone",
      job({ active: 1, failed: 1 }),
      [states(runs, undefined, {}, 2)],
      "Running 2"
    ],
    ["has failed once, and the pod is still seen as it was", job({ failed: 1 }), [states(runs)], "Running 1"],
    ["has its second pod, which is not seen yet", job({ active: 1, failed: 1 }), [between], "Running 2"],
    ["is the second Job", job({}, {}, 2), [], "Running 2"],
    ["is the second Job, with a pod", job({}, {}, 2), [states(runs)], "Running 2"],
    [
      "is about to have failed",
      job({ conditions: [condition("FailureTarget", "PodFailurePolicy")] }),
      [states(runs)],
      "Running 1"
    ]
  ]
  for (const [what, child, pods, says, blocked] of rows) {
    it(`and ${what}: ${says}${blocked === undefined ? "" : `, blocked by ${blocked}`}`, () => {
      const interpretation = JobOutcome.interpret(seen(child, pods))
      assert.strictEqual(told(interpretation), says)
      assert.strictEqual(blockedOf(interpretation.status)?.reason, blocked)
    })
  }

  it("a Job that runs: began when its first container did", () => {
    const { status } = JobOutcome.interpret(seen(job({ failed: 1 }), [
      failed("build", code.pullFailed),
      states({ running: { startedAt: "1970-01-01T00:02:00Z" } }, undefined, {}, 2)
    ]))
    assert(status._tag === "Running")
    assert.deepStrictEqual(status.startedAt, time(12))
    assert.strictEqual(status.pod?.uid, "pod-2")
  })

  it("a Job that runs: waits for a retry from the end of the last attempt", () => {
    const { waitingSince } = JobOutcome.interpret(seen(job({ failed: 1 }), [failed("build", code.pullFailed)]))
    assert.deepStrictEqual(waitingSince, time(60))
  })
})

// --- how it ends ---

describe("a Job that is over", () => {
  const complete = job({ succeeded: 1, conditions: [condition("SuccessCriteriaMet"), condition("Complete")] })
  const by = (reason: string, message = "", status: Job["status"] = { failed: 1 }) =>
    job({ ...status, conditions: [condition("Failed", reason, message)] })
  const byPolicy = (verb: string, exitCode: number) =>
    by(
      "PodFailurePolicy",
      `Container ${verb} for pod ns/${
        pod({}).metadata.name
      } failed with exit code ${exitCode} matching FailJob rule at index 1`
    )
  const killed = (verb: "build" | "push", reason: string) => {
    const state = { terminated: { exitCode: 137, reason } }
    return verb === "build"
      ? states(state, undefined, { phase: "Failed" })
      : states(built, state, { phase: "Failed" })
  }
  const platform = (reason: string, message = "", conditions: NonNullable<Pod["status"]>["conditions"] = []): Pod =>
    states(killedBySignal, undefined, { phase: "Failed", reason, message, conditions })
  const killedBySignal = { terminated: { exitCode: 143, reason: "Error" } }
  const disrupted = (reason: string): Pod =>
    platform("", "", [{ type: "DisruptionTarget", status: "True", reason, message: `by ${reason}` }])
  const backoff = by("BackoffLimitExceeded", "Job has reached the specified backoff limit")

  const rows: ReadonlyArray<readonly [what: string, Job, ReadonlyArray<Pod>, says: string]> = [
    ["its pod has pushed", complete, [succeeded], "Succeeded"],
    ["its pod has pushed, and the Job does not know", job({ active: 1 }), [succeeded], "Succeeded"],
    ["has pushed, beside a container that goes on", job({ active: 1 }), [states(built, pushed)], "Succeeded"],
    [
      "has pushed, and was evicted then",
      job(),
      [states(built, pushed, { phase: "Failed", reason: "Evicted" })],
      "Succeeded"
    ],
    [
      "has pushed at the second try",
      complete,
      [failed("build", 13), { ...succeeded, metadata: pod({}, 2).metadata }],
      "Succeeded"
    ],
    [
      "has pushed, and says no digest",
      complete,
      [states(built, ended(0), { phase: "Succeeded" })],
      "Errored DigestLost retryable"
    ],
    ...Object.entries(table).flatMap(([exitCode, row]) =>
      (["build", "push"] as const).map((verb) =>
        [
          `its ${verb} ended with ${exitCode}`,
          byPolicy(verb, Number(exitCode)),
          [failed(verb, Number(exitCode))],
          `${row.state} ${row.reason}${row.state === "Errored" && row.retryable ? " retryable" : ""}`
        ] as const
      )
    ),
    ["its build ended with another code", byPolicy("build", 1), [failed("build", 1)], "Errored Unknown"],
    ["its build was stopped by a signal", backoff, [
      states(killedBySignal, undefined, { phase: "Failed" })
    ], "Errored Evicted retryable"],
    [
      "its push was denied, and the runtime set OOMKilled",
      byPolicy("push", 14),
      [states(built, {
        terminated: {
          exitCode: 14,
          reason: "OOMKilled",
          message: TerminationMessage.format({ verb: "push", code: 14, text: "denied" })
        }
      }, { phase: "Failed" })],
      "Errored PushDenied"
    ],
    ["its build needed too much memory", byPolicy("build", 137), [killed("build", "OOMKilled")], "Errored OutOfMemory"],
    ["its push needed too much memory", byPolicy("push", 137), [killed("push", "OOMKilled")], "Errored OutOfMemory"],
    ["its build was killed", byPolicy("build", 137), [killed("build", "Error")], "Errored Unknown"],
    [
      "its node forgot what became of it",
      byPolicy("build", 137),
      [killed("build", "ContainerStatusUnknown")],
      "Errored NodeLost retryable"
    ],
    ["its containers cannot start", byPolicy("build", 128), [
      states({ terminated: { exitCode: 128, reason: "StartError", message: "no sh" } }, undefined, { phase: "Failed" })
    ], "Errored Unknown"],
    [
      "was evicted each time",
      backoff,
      [platform("Evicted", "The node was low on resource: memory.")],
      "Errored Evicted retryable"
    ],
    ["was evicted for its own files", backoff, [
      platform("Evicted", "Usage of EmptyDir volume \"work\" exceeds the limit \"20Gi\".")
    ], "Errored OutOfDisk"],
    ["was preempted by the kubelet", backoff, [platform("Preempting", "Preempted")], "Errored Evicted retryable"],
    ["took too long for its pod", byPolicy("build", 137), [
      platform("DeadlineExceeded", "Pod was active on the node longer")
    ], "Errored Timeout"],
    ["its node was shut down", backoff, [
      platform("Terminated", "Pod was terminated in response to imminent node shutdown.")
    ], "Errored NodeLost retryable"],
    ["its node is about to shut down", backoff, [
      platform("NodeShutdown", "Pod was rejected as the node is shutting down.")
    ], "Errored NodeLost retryable"],
    ["a node refuses it", backoff, [platform("NodeAffinity")], "Errored Evicted retryable"],
    ["a node has no CPU for it", backoff, [platform("OutOfcpu")], "Errored Evicted retryable"],
    ["a node has no memory for it", backoff, [platform("OutOfmemory")], "Errored Evicted retryable"],
    ["a node does not admit it", backoff, [platform("UnexpectedAdmissionError")], "Errored Evicted retryable"],
    ["was preempted by the scheduler", backoff, [disrupted("PreemptionByScheduler")], "Errored Evicted retryable"],
    ["its node was drained", backoff, [disrupted("EvictionByEvictionAPI")], "Errored Evicted retryable"],
    ["its node did not answer", backoff, [disrupted("DeletionByTaintManager")], "Errored NodeLost retryable"],
    ["its node is gone", backoff, [disrupted("DeletionByPodGC")], "Errored NodeLost retryable"],
    ["the kubelet ended it", backoff, [disrupted("TerminationByKubelet")], "Errored Evicted retryable"],
    ["a container failed that was put into its pod", backoff, [
      states(runs, undefined, { phase: "Failed", message: "sidecar" })
    ], "Errored Unknown"],
    [
      "took too long for its Job",
      by("DeadlineExceeded", "Job was active longer than specified deadline", {}),
      [],
      "Errored Timeout"
    ],
    [
      "failed for a reason to come",
      by("MaxFailedIndexesExceeded"),
      [failed("build", 15)],
      "Errored PushFailed retryable"
    ]
  ]
  for (const [what, child, pods, says] of rows) {
    it(`${what}: ${says}`, () => assert.strictEqual(told(JobOutcome.interpret(seen(child, pods))), says))
  }

  it("a Job that is over: names its image by digest, with the times and the pod of the push", () => {
    const { status } = JobOutcome.interpret(seen(complete, [succeeded]))
    assert.deepStrictEqual(
      status,
      new BuildStatus.Succeeded({
        image: new BuildStatus.BuiltImage({
          pullspec: `registry.example.com/os@${digest}`,
          digest,
          tag: "registry.example.com/os:1",
          architecture: "arm64"
        }),
        startedAt: time(12),
        finishedAt: time(60),
        pod: new BuildStatus.PodReference({ namespace: "ns", name: succeeded.metadata.name, uid: "pod-1" })
      })
    )
  })

  it("a Job that is over: says in buildah's words what failed, with the exit code of the RUN", () => {
    const { status } = JobOutcome.interpret(
      seen(byPolicy("build", 11), [failed("build", 11, { exitCode: 3, text: "STEP 2/2: RUN make: exit status 3" })])
    )
    assert(status._tag === "Failed")
    assert.strictEqual(status.exitCode, 3)
    assert.strictEqual(status.message, "STEP 2/2: RUN make: exit status 3")
    assert.strictEqual(status.pod?.uid, "pod-1")
  })

  it("a Job that is over: distinguishes the pod that its policy names from those of earlier attempts", () => {
    const pods = [failed("build", code.pullFailed), failed("push", code.pushDenied, {}, 2)]
    const child = by(
      "PodFailurePolicy",
      `Container push for pod ns/${pod({}, 2).metadata.name} failed with exit code 14 matching FailJob rule at index 2`,
      { failed: 2 }
    )
    assert.strictEqual(told(JobOutcome.interpret(seen(child, pods))), "Errored PushDenied")
  })

  const late: ReadonlyArray<readonly [what: string, Job, ReadonlyArray<Pod>, says: string]> = [
    ["its pod is not seen to have pushed", complete, [states(built, runs)], "Errored DigestLost retryable"],
    ["its pod is gone", complete, [], "Errored DigestLost retryable"],
    ["the pod that its policy names is gone", byPolicy("build", 11), [], "Failed InstructionFailed"],
    ["the pod of a denied push is gone", byPolicy("push", 14), [], "Errored PushDenied"],
    ["all its pods are gone", backoff, [], "Errored Evicted retryable"],
    [
      "its last pod is seen as it was before",
      by("BackoffLimitExceeded"),
      [states(runs)],
      "Errored Evicted retryable"
    ],
    ["its Job failed for a reason that is not known", by("Other"), [], "Errored Unknown"],
    [
      "one of two failed pods is not seen",
      by("BackoffLimitExceeded", "", { failed: 2 }),
      [failed("build", code.pullFailed)],
      "Errored ImagePullFailed retryable"
    ]
  ]
  for (const [what, child, pods, says] of late) {
    it(`${what}: ${says}, when there was time for more`, () => {
      const interpretation = JobOutcome.interpret(seen(child, pods))
      assert.match(told(interpretation), /^Running/)
      assert(interpretation.ending !== undefined)
      assert.deepStrictEqual(interpretation.ending.at, time(110))
      assert.strictEqual(told({ status: interpretation.ending.status }), says)
    })
  }

  describe("a Job whose pods were deleted", () => {
    const gone = (pods: ReadonlyArray<Pod>, lostPods: ReadonlyArray<Pod>, child = by("BackoffLimitExceeded")) =>
      JobOutcome.interpret(seen(child, pods, { lostPods }))

    it("a Job whose pods were deleted: has the outcome of the last one, if it was seen", () => {
      assert.strictEqual(told(gone([], [disrupted("EvictionByEvictionAPI")])), "Errored Evicted retryable")
      assert.strictEqual(told(gone([], [failed("push", code.pushFailed)])), "Errored PushFailed retryable")
      assert.strictEqual(
        told(gone([failed("build", code.pullFailed)], [failed("push", code.pushFailed, {}, 2)])),
        "Errored PushFailed retryable"
      )
      assert.strictEqual(
        told(gone([failed("build", code.pullFailed, {}, 2)], [failed("push", code.pushFailed)])),
        "Errored ImagePullFailed retryable"
      )
      assert.strictEqual(told(gone([], [succeeded], complete)), "Succeeded")
    })

    it("a Job whose pods were deleted: does not count as failures those that it stopped itself", () => {
      const lostPods = [states(ended(code.stopped), undefined, { phase: "Failed" })]
      assert.match(told(JobOutcome.interpret(seen(job({ active: 1 }), [], { lostPods }))), /^Pending/)
    })

    it("a Job whose pods were deleted: has the end of their logs", () => {
      const state = { terminated: { exitCode: 143, message: "compiling\n" } }
      const lostPods = [states(state, undefined, { phase: "Failed" })]
      const logs = JobOutcome.logs(seen(by("BackoffLimitExceeded"), [], { lostPods }))
      assert.deepStrictEqual(logs.map(({ key, state, tail }) => [key, state, tail]), [
        ["pod-1/build", "closed", ["compiling"]]
      ])
    })
  })

  describe("a Job that goes on after a failure", () => {
    const own = {
      phase: "Failed",
      reason: "Evicted",
      message: "Usage of EmptyDir volume \"work\" exceeds the limit \"1Gi\". "
    }
    const stopped = (more: Pod["status"] = own) => states(ended(code.stopped), undefined, more)
    const disrupted = {
      ...own,
      conditions: [{ type: "DisruptionTarget", status: "True", reason: "TerminationByKubelet" }]
    }
    const deadline = { phase: "Failed", reason: "DeadlineExceeded" }
    const low = { ...disrupted, message: "The node was low on resource: memory. " }
    const results: ReadonlyArray<readonly [string, Job, ReadonlyArray<Pod>, string, boolean]> = [
      ["its own storage is full", job({ failed: 1 }), [stopped()], "Errored OutOfDisk", true],
      [
        "and the next pod runs",
        job({ failed: 1, active: 1 }),
        [stopped(), states(runs, undefined, {}, 2)],
        "Errored OutOfDisk",
        true
      ],
      ["with a disruption as well", job({ failed: 1 }), [stopped(disrupted)], "Errored OutOfDisk", true],
      ["the pod's deadline passed", job({ failed: 1 }), [stopped(deadline)], "Errored Timeout", true],
      ["a node was low on memory", job({ failed: 1 }), [stopped(low)], "Running 1", false],
      ["its policy fails it", job({ failed: 1 }), [failed("build", code.pushDenied)], "Running 1", false],
      [
        "its policy is failing it",
        job({ failed: 1, conditions: [condition("FailureTarget")] }),
        [stopped()],
        "Running 1",
        false
      ],
      ["it has failed", job({ failed: 1, conditions: [condition("Failed")] }), [stopped()], "Errored OutOfDisk", false]
    ]
    for (const [what, child, pods, says, isStopped] of results) {
      it(`a Job that goes on: ${what}: ${says}, ${isStopped ? "to be stopped" : "left alone"}`, () => {
        const interpretation = JobOutcome.interpret(seen(child, pods))
        assert.strictEqual(told(interpretation), says)
        assert.strictEqual(interpretation.repeatsInVain === true, isStopped)
      })
    }
  })

  it("a Job that is over: is tried again by us, when its policy took a lost node for a killed process", () => {
    const { again } = JobOutcome.interpret(seen(byPolicy("build", 137), [killed("build", "ContainerStatusUnknown")]))
    assert.strictEqual(again, 2)
    const second = { ...byPolicy("build", 137), metadata: job({}, {}, 2).metadata }
    assert.strictEqual(JobOutcome.interpret(seen(second, [killed("build", "ContainerStatusUnknown")])).again, 3)
  })
})

// --- its logs ---

describe("the logs of a Job", () => {
  it("the logs of a Job: have the end that the kubelet kept, unless the script wrote a message or the log grows", () => {
    const killed = { terminated: { exitCode: 137, reason: "Error", message: "STEP 1/2: FROM a\nhalf\n" } }
    const tails = (one: Pod) => JobOutcome.logs(seen(job(), [one])).map(({ tail }) => tail)
    assert.deepStrictEqual(tails(states(killed, undefined, { phase: "Failed" })), [["STEP 1/2: FROM a", "half"]])
    assert.deepStrictEqual(tails(states(ended(code.stopped), undefined, { phase: "Failed" })), [[]])
    assert.deepStrictEqual(tails(states(runs)), [undefined, undefined])
  })

  const rows: ReadonlyArray<readonly [what: string, ReadonlyArray<Pod>, logs: ReadonlyArray<string>]> = [
    ["of no pod", [], []],
    ["of a pod that waits", [pod({ phase: "Pending" })], ["1/build waiting", "1/push waiting"]],
    ["of a build", [states(runs)], ["1/build open", "1/push waiting"]],
    ["of a push", [states(built, runs)], ["1/build closed", "1/push open"]],
    ["of a pod that is over", [succeeded], ["1/build closed", "1/push closed"]],
    ["of a build that failed", [failed("build", 11)], ["1/build closed"]],
    ["of a pod that failed before it began", [pod({ phase: "Failed", reason: "OutOfcpu" })], []],
    [
      "of two attempts",
      [failed("build", 13), states(runs, undefined, {}, 2)],
      ["1/build closed", "2/build open", "2/push waiting"]
    ]
  ]
  for (const [what, pods, logs] of rows) {
    it(what, () => {
      const sources = JobOutcome.logs(seen(job(), pods))
      assert.deepStrictEqual(sources.map(({ key, state }) => `${key.replace("pod-", "")} ${state}`), logs)
      for (const { container, key, name } of sources) {
        assert.isTrue(key.endsWith(`/${container}`) && name.includes("pod"))
      }
    })
  }
})
