/**
 * What follows for a followed build from each event, without a cluster.
 */
import { assert, describe, it } from "@effect/vitest"
import { DateTime, Duration, Option } from "effect"
import { BuildError, BuildRef, BuildStatus } from "effect-os-builder"
import type * as ClusterBackend from "../../../src/backends/controller/ClusterBackend.js"
import * as WatchedBuild from "../../../src/backends/controller/WatchedBuild.js"
import type { RecordSummary } from "../../../src/backends/record/RecordSummary.js"
import { type Craft, definition } from "../../support/ControllerWorld.js"

type State = WatchedBuild.WatchedBuild<Craft>
type Event = WatchedBuild.Event<Craft>

const uid = "00000000-0000-4000-8000-000000000001"

const at = (seconds: number): DateTime.Utc => DateTime.unsafeMake(seconds * 1_000)

const ref = new BuildRef.BuildRef({
  backend: "craft",
  namespace: "default",
  name: "os-build-abcdefghijklmnopqrstuvwxyz-1",
  uid
})

const record: RecordSummary = {
  ref,
  number: 1,
  fingerprint: "abcdefghijklmnopqrstuvwxyz",
  finalImage: "registry.example.com/os:1",
  createdAt: at(0),
  resourceVersion: "1",
  stop: Option.none(),
  callerMetadata: {},
  outcome: Option.none(),
  input: { retries: 1 }
}

const cancelled: RecordSummary = {
  ...record,
  stop: Option.some({ status: new BuildStatus.Cancelled({}) })
}

const owner = (uid: string) => ({ apiVersion: "v1", kind: "ConfigMap", name: ref.name, uid })

const craft = (phase?: string, attempt = 1): Craft => ({
  metadata: {
    name: `craft-${attempt}`,
    namespace: "default",
    uid: `craft-${attempt}`,
    resourceVersion: "1",
    creationTimestamp: "1970-01-01T00:00:00Z",
    labels: { "effect-os-builder/attempt": `${attempt}` },
    ownerReferences: [owner(uid)]
  },
  ...(phase === undefined ? {} : { status: { phase } })
})

const fresh = (given: Partial<State> = {}): State => ({
  ...WatchedBuild.make<Craft>({ metadata: record, record, presence: "present", children: [craft()], pods: [] }),
  ...given
})

const objects = (...children: ReadonlyArray<Craft>): Event => ({ _tag: "ObjectsChanged", children, pods: [] })

const evaluate = (seconds: number): Event => ({ _tag: "Evaluate", now: at(seconds) })

const unreachable = new BuildError.BackendError({
  backend: "craft",
  reason: "Unreachable",
  operation: "x",
  detail: "y"
})
const forbidden = new BuildError.BackendError({ backend: "craft", reason: "Forbidden", operation: "x", detail: "y" })

const failed = (error: BuildError.BackendError, seconds: number): Event => ({
  _tag: "Failed",
  error,
  now: at(seconds),
  delay: Duration.seconds(1)
})

/** Actions in short: `Report Running`, `Wake 10` (seconds), `Wake never`, `Reconcile Terminal`, … */
const short = (action: WatchedBuild.Action<Craft>): string => {
  switch (action._tag) {
    case "Report":
      return `Report ${action.status._tag}`
    case "Fail":
      return `Fail ${action.error.reason}`
    case "Wake":
      return `Wake ${action.at === undefined ? "never" : action.at / 1_000}`
    case "Reconcile":
      return `Reconcile ${action.evaluation._tag}`
    case "Explain":
      return `Explain ${action.uid}`
    default:
      return action._tag
  }
}

/**
 * Sends events one after another; the state after the last, and the actions of each. Every state is frozen: requests that were begun with
 * it take it for what was known before them.
 */
const run = (
  state: State,
  events: ReadonlyArray<Event>,
  backend: ClusterBackend.Definition<Craft> = definition
): readonly [State, ReadonlyArray<ReadonlyArray<string>>] => {
  let next = Object.freeze(state)
  const actions = events.map((event) => {
    const [after, made] = WatchedBuild.step(backend, next, event)
    next = Object.freeze(after)
    return made.map(short)
  })
  return [next, actions]
}

const reconciled = (status: BuildStatus.BuildStatus, seconds: number): Event => ({
  _tag: "Reconciled",
  status,
  now: at(seconds)
})

const running = (attempt: number) => new BuildStatus.Running({ startedAt: at(0), attempt })
const broken = new BuildStatus.Failed({ reason: "InstructionFailed", message: "broken", logTail: [] })

describe("step: a build that goes on", () => {
  it("step: a build that goes on: reports its status once, and wakes at its deadline", () => {
    const [state, actions] = run(fresh(), [evaluate(1), evaluate(2)])
    assert.deepStrictEqual(actions, [["Report Pending", "Wake 600"], []])
    assert.strictEqual(state.wakeAt, 600_000)
  })

  it("step: a build that goes on: reports each status that follows, and none that is behind", () => {
    const [, actions] = run(fresh(), [
      objects(craft("Running")),
      evaluate(1),
      objects(craft()),
      evaluate(2)
    ])
    assert.deepStrictEqual(actions, [[], ["Report Running"], [], ["Wake 600"]])
  })

  it("step: a build that goes on: ignores children of other records", () => {
    const other: Craft = { ...craft("Complete"), metadata: { ...craft().metadata, ownerReferences: [owner("other")] } }
    const [state] = run(fresh(), [objects(craft(), other), evaluate(1)])
    assert.strictEqual(state.reported?._tag, "Pending")
  })

  it("step: a build that goes on: remembers an attempt whose child is gone", () => {
    const [state, actions] = run(fresh({ children: [] }), [
      { _tag: "ObjectsChanged", children: [craft()], pods: [], deleted: craft("Evicted", 2) },
      evaluate(1)
    ])
    assert.strictEqual(state.attemptSeen, 2)
    assert.deepStrictEqual(actions, [[], ["Reconcile DeadlineExceeded"]])
  })
})

describe("step: pods that are deleted", () => {
  const pod = (uid: string, phase: string) => ({
    metadata: { name: uid, namespace: "default", uid, resourceVersion: "1", ownerReferences: [owner("craft-1")] },
    status: { phase }
  })
  const deleted = (uid: string, phase: string): Event => ({
    _tag: "ObjectsChanged",
    children: [craft()],
    pods: [],
    deletedPod: pod(uid, phase)
  })

  it("step: pods that are deleted: are remembered if they had ended", () => {
    const [state] = run(fresh(), [
      deleted("a", "Running"),
      deleted("b", "Failed"),
      deleted("c", "Succeeded"),
      evaluate(1)
    ])
    const snapshot = WatchedBuild.snapshotOf(state)
    assert.deepStrictEqual(snapshot?.lostPods.map(({ metadata }) => metadata.uid), ["b", "c"])
  })
})

describe("step: a build that ends", () => {
  it("step: a build that ends: is reconciled once, reported, and never evaluated again", () => {
    let evaluations = 0
    const counting: ClusterBackend.Definition<Craft> = {
      ...definition,
      interpret: (observed) => {
        evaluations++
        return definition.interpret(observed)
      }
    }
    const events = [
      objects(craft("Broken")),
      evaluate(5),
      evaluate(6),
      reconciled(broken, 7),
      objects(craft("Broken")),
      evaluate(8)
    ]
    const [, actions] = run(fresh({ reported: running(1) }), events, counting)
    assert.deepStrictEqual(actions, [[], ["Reconcile Terminal"], [], ["Report Failed"], [], []])
    assert.strictEqual(evaluations, 1)
  })

  it("step: a build that ends: is evaluated again after a request if it has changed meanwhile", () => {
    const [, actions] = run(fresh(), [
      objects(craft("Evicted")),
      evaluate(1),
      objects(craft("Evicted"), craft("Running", 2)),
      evaluate(2),
      reconciled(running(2), 3)
    ])
    assert.deepStrictEqual(actions, [[], ["Reconcile Retry"], [], [], ["Report Running"]])
  })

  it("step: a build that ends: takes the stored outcome of its record without a request", () => {
    const outcome = Option.some({ status: broken, finishedAt: at(3) })
    const finalized = { ...record, outcome }
    const [, actions] = run(fresh(), [
      { _tag: "RecordUpdated", metadata: finalized, record: finalized },
      evaluate(3)
    ])
    assert.deepStrictEqual(actions, [[], ["Report Failed"]])
  })

  it("step: a build that ends: finishes a stop", () => {
    const [, actions] = run(fresh(), [{ _tag: "RecordUpdated", metadata: cancelled, record: cancelled }, evaluate(3)])
    assert.deepStrictEqual(actions, [[], ["Reconcile Stopping"]])
  })

  it("step: a build that ends: rests ten seconds after the server called it unfinished, or until something changes", () => {
    const late = fresh({ children: [craft("Broken")], reported: running(1) })
    const [, actions] = run(late, [
      evaluate(1),
      reconciled(running(1), 2),
      evaluate(3),
      evaluate(12),
      reconciled(running(1), 13),
      objects(craft("Broken")),
      evaluate(14)
    ])
    assert.deepStrictEqual(actions, [
      ["Reconcile Terminal"],
      ["Wake 12"],
      [],
      ["Reconcile Terminal"],
      ["Wake 23"],
      [],
      ["Wake never", "Reconcile Terminal"]
    ])
  })
})

describe("step: what the informers lack", () => {
  it("a missing child: the server is read after the time that an informer may lag behind", () => {
    const [, actions] = run(fresh({ children: [], attemptSeen: 0 }), [evaluate(1), evaluate(2), evaluate(3)])
    assert.deepStrictEqual(actions, [["Wake 3"], [], ["Confirm"]])
  })

  it("step: what the informers lack: a child that appears within that time is not confirmed", () => {
    const [, actions] = run(fresh({ children: [], attemptSeen: 0 }), [evaluate(1), objects(craft()), evaluate(2)])
    assert.deepStrictEqual(actions, [["Wake 3"], [], ["Report Pending", "Wake 600"]])
  })

  it("a record that it has not seen: nothing is reported before the server confirms it", () => {
    const [, actions] = run(fresh({ presence: "unseen" }), [
      evaluate(1),
      evaluate(3),
      reconciled(new BuildStatus.Pending({}), 4)
    ])
    assert.deepStrictEqual(actions, [["Wake 3"], ["Confirm"], ["Report Pending", "Wake 14"]])
  })

  it("step: what the informers lack: a record without terms is read, once for each state of it", () => {
    const bare = fresh({ record: undefined })
    const [, actions] = run(bare, [
      evaluate(1),
      evaluate(2),
      failed(forbidden, 3),
      evaluate(60),
      { _tag: "RecordUpdated", metadata: record, record: undefined },
      evaluate(61),
      { _tag: "RecordRead", record, now: at(62) }
    ])
    assert.deepStrictEqual(actions, [
      ["ReadRecord"],
      [],
      ["Fail Forbidden"],
      [],
      [],
      ["ReadRecord"],
      ["Report Pending", "Wake 600"]
    ])
  })
})

describe("step: a record that is deleted", () => {
  const deleted: Event = { _tag: "RecordDeleted", metadata: record }

  it("step: a record that is deleted: is reported when the server confirms it", () => {
    const [state, actions] = run(fresh(), [evaluate(1), deleted, evaluate(2), { _tag: "NotFound", now: at(3) }])
    assert.deepStrictEqual(actions.slice(1), [[], ["Wake never", "Confirm"], ["Report Errored"]])
    assert(state.reported?._tag === "Errored")
    assert.strictEqual(state.reported.reason, "Deleted")
  })

  it("step: a record that is deleted: ends as its last state says, if that has an outcome or a stop mark", () => {
    const [state] = run(fresh(), [
      { _tag: "RecordDeleted", metadata: cancelled },
      evaluate(2),
      { _tag: "NotFound", now: at(3) }
    ])
    assert.strictEqual(state.reported?._tag, "Cancelled")
  })

  it("step: a record that is deleted: has the time that an informer may lag behind to show its last state", () => {
    const terminal = fresh({ children: [craft("Broken")] })
    const events: ReadonlyArray<Event> = [evaluate(1), { _tag: "NotFound", now: at(2) }]
    const [waiting, actions] = run(terminal, events)
    assert.deepStrictEqual(actions, [["Reconcile Terminal"], ["Wake 4"]])
    assert.deepStrictEqual(run(waiting, [evaluate(4)])[1], [["Report Errored"]])
    const [shown] = run(waiting, [{ _tag: "RecordDeleted", metadata: cancelled }, evaluate(3)])
    assert.strictEqual(shown.reported?._tag, "Cancelled")
  })

  it("step: a record that is deleted: goes on if the server still has it", () => {
    const [state, actions] = run(fresh(), [evaluate(1), deleted, evaluate(2), reconciled(running(1), 3)])
    assert.deepStrictEqual(actions.at(-1), ["Report Running", "Wake 13"])
    assert.isFalse(WatchedBuild.isOver(state))
  })

  it("step: a record that is deleted: is nothing new for a build that has ended", () => {
    const [, actions] = run(fresh({ reported: broken }), [deleted, evaluate(2)])
    assert.deepStrictEqual(actions, [[], []])
  })
})

describe("step: requests that fail", () => {
  const due = fresh({ children: [craft("Broken")], reported: running(1) })

  it("step: requests that fail: a retryable error is waited out, also when something changes", () => {
    const [state, actions] = run(due, [
      evaluate(1),
      failed(unreachable, 2),
      objects(craft("Broken")),
      evaluate(2.1),
      evaluate(3),
      failed(unreachable, 4)
    ])
    assert.deepStrictEqual(actions, [["Reconcile Terminal"], ["Wake 3"], [], [], ["Reconcile Terminal"], ["Wake 5"]])
    assert.strictEqual(state.failures, 2)
    assert.strictEqual(run(state, [evaluate(5), reconciled(running(1), 6)])[0].failures, 0)
  })

  it("step: requests that fail: a final error reaches the subscribers", () => {
    const [, actions] = run(due, [evaluate(1), failed(forbidden, 2)])
    assert.deepStrictEqual(actions, [["Reconcile Terminal"], ["Wake 12", "Fail Forbidden"]])
  })
})

describe("step: explanations", () => {
  const silent: ClusterBackend.Definition<Craft> = {
    ...definition,
    interpret: ({ child }) => ({ status: new BuildStatus.Pending({}), explainedBy: child.metadata.uid })
  }
  const explained = (seconds: number): Event => ({ _tag: "Explained", events: [], now: at(seconds) })

  it("step: explanations: events are read after 10 seconds without a change, then at twice the interval, up to five minutes", () => {
    const times = [10, 30, 70, 150, 310, 610, 910]
    let state = run(fresh(), [evaluate(0)], silent)[0]
    for (const [index, time] of times.entries()) {
      const [next, actions] = run(state, [evaluate(time - 1), evaluate(time), explained(time)], silent)
      assert.deepStrictEqual(actions.slice(0, 2), [[], ["Explain craft-1"]], `${time}`)
      assert.deepStrictEqual(actions[2], [`Wake ${times[index + 1] ?? 1_210}`])
      state = next
    }
    const [, changed] = run(state, [objects(craft("x")), evaluate(1_000), evaluate(1_010)], silent)
    assert.deepStrictEqual(changed, [[], ["Wake 1010"], ["Explain craft-1"]])
  })

  it("step: explanations: one that fails retryably is repeated like one that explained nothing; a final error reaches the subscribers", () => {
    const asked = run(fresh(), [evaluate(0), evaluate(10)], silent)[0]
    const failing = (error: BuildError.BackendError): Event => ({ _tag: "ExplainFailed", error, now: at(11) })
    assert.deepStrictEqual(run(asked, [failing(unreachable)], silent)[1], [["Wake 31"]])
    assert.deepStrictEqual(run(asked, [failing(forbidden)], silent)[1], [["Wake 31", "Fail Forbidden"]])
  })

  it("step: explanations: is not asked for twice while one is under way", () => {
    const [, actions] = run(fresh(), [evaluate(0), evaluate(10), objects(craft("x")), evaluate(30)], silent)
    assert.deepStrictEqual(actions, [["Report Pending", "Wake 10"], ["Explain craft-1"], [], []])
  })
})
