/**
 * Jobs of every shape: indexes, policies, limits and suspension, whose pods are moved one after another as by a kubelet.
 *
 * Containers ended long ago, since a real controller waits ten seconds after the end of a failed pod before it makes another.
 */
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Action } from "./Action.js"
import type { Random } from "./Random.js"

const merge = "application/merge-patch+json"

const indexKey = "batch.kubernetes.io/job-completion-index"

const ended = (exitCode: number): JsonObject => ({
  containerStatuses: [{
    name: "main",
    image: "image:1",
    imageID: "",
    ready: false,
    restartCount: 0,
    state: { terminated: { exitCode, finishedAt: "2020-01-01T00:00:00Z" } }
  }]
})

const failed = (exitCode: number): JsonObject => ({ phase: "Failed", ...ended(exitCode) })

const disrupted: JsonObject = {
  ...failed(1),
  conditions: [{ type: "DisruptionTarget", status: "True", reason: "EvictionByEvictionAPI" }]
}

const running: JsonObject = { phase: "Running", ...ended(0), conditions: [{ type: "Ready", status: "True" }] }

const restarted: JsonObject = {
  phase: "Running",
  containerStatuses: [{ name: "main", image: "image:1", imageID: "", ready: true, restartCount: 3, state: {} }]
}

const states: ReadonlyArray<Action> = [
  ["SETTLED", "batch/jobs/story"],
  ["SETTLED", "pods?labelSelector=job-name%3Dstory"]
]

const counts = (random: Random): JsonObject =>
  random.pick<JsonObject>([
    {},
    { completions: 2 },
    { completions: 3, parallelism: 2 },
    { completions: 1, parallelism: 2 },
    { parallelism: 2 }
  ])

const onExit = (random: Random, actions: readonly [string, ...ReadonlyArray<string>]): JsonObject => ({
  action: random.pick(actions),
  onExitCodes: {
    ...(random.chance(0.3) ? { containerName: "main" } : {}),
    operator: random.pick(["In", "In", "NotIn"]),
    values: random.pick([[3], [1, 3]])
  }
})

const failurePolicy = (random: Random, actions: readonly [string, ...ReadonlyArray<string>]): JsonObject => ({
  podFailurePolicy: {
    rules: [
      ...(random.chance(0.4)
        ? [{
          action: random.pick(["Ignore", "Count", "FailJob"]),
          onPodConditions: [{ type: "DisruptionTarget", status: "True" }]
        }]
        : []),
      onExit(random, actions),
      ...(random.chance(0.3) ? [onExit(random, actions)] : [])
    ]
  }
})

const successPolicy = (random: Random): JsonObject => ({
  successPolicy: {
    rules: [
      random.pick<JsonObject>([
        { succeededIndexes: "0" },
        { succeededIndexes: "1-2", succeededCount: 1 },
        { succeededIndexes: "0,2" },
        { succeededCount: 1 },
        { succeededCount: 2 }
      ]),
      ...(random.chance(0.2) ? [{ succeededIndexes: "2" }] : [])
    ]
  }
})

/** The fields of an Indexed Job. */
const indexed = (random: Random): JsonObject => {
  const limits = random.chance(0.5)
  return {
    completionMode: "Indexed",
    completions: 3,
    parallelism: random.pick([1, 2, 3]),
    ...(limits
      ? {
        backoffLimitPerIndex: random.pick([0, 1]),
        ...(random.chance(0.5) ? { maxFailedIndexes: random.pick([0, 1, 2]) } : {})
      }
      : {}),
    ...(random.chance(0.4) ? successPolicy(random) : {}),
    ...(random.chance(0.4)
      ? failurePolicy(random, limits ? ["FailIndex", "FailIndex", "FailJob", "Ignore", "Count"] : ["FailJob", "Ignore"])
      : {})
  }
}

/** A Job whose pods end in many ways. */
export const jobShape = (random: Random): ReadonlyArray<Action> => {
  const isIndexed = random.chance(0.65)
  const shape: JsonObject = isIndexed ? indexed(random) : {
    ...counts(random),
    ...(random.chance(0.4) ? failurePolicy(random, ["FailJob", "Ignore", "Count"]) : {})
  }
  const [bound, again] = [random.chance(0.5), random.chance(0.15) && !("podFailurePolicy" in shape)]
  const isLimited = !("backoffLimitPerIndex" in shape) || random.chance(0.5)
  const create: Action = ["POST", "batch/jobs", {
    metadata: { name: "story" },
    spec: {
      ...shape,
      ...(isLimited ? { backoffLimit: random.pick([0, 1, 2]) } : {}),
      ...(random.chance(0.3)
        ? {
          podReplacementPolicy: "podFailurePolicy" in shape
            ? "Failed"
            : random.pick(["Failed", "TerminatingOrFailed"])
        }
        : {}),
      ...(random.chance(0.15) ? { suspend: true } : {}),
      ...(random.chance(0.04) ? { managedBy: random.pick(["example.com/other", "kubernetes.io/job-controller"]) } : {}),
      template: {
        spec: {
          schedulerName: "none",
          // No kubelet is there, so that a pod of a node terminates until it is removed.
          ...(bound ? { nodeName: "gone" } : {}),
          restartPolicy: again ? "OnFailure" : "Never",
          containers: [{ name: "main", image: "image:1" }]
        }
      }
    }
  }]
  const selected = () =>
    isIndexed ? `job-name=story,${indexKey} in (${random.pick(["0", "1", "2", "0,1,2"])})` : "job-name=story"
  const one = (status: JsonObject): Action => ["PODS", selected(), status, 1]
  const patch = (spec: JsonObject): ReadonlyArray<Action> => [["PATCH", "batch/jobs/story", { spec }, merge], ...states]
  const remove: ReadonlyArray<Action> = [
    ["PODS", "job-name=story", "remove", 9],
    ...states
  ]
  const moves = (): ReadonlyArray<Action> =>
    random.pick<() => ReadonlyArray<Action>>([
      () => [one({ phase: "Succeeded" }), ...states],
      () => [one({ phase: "Succeeded" }), ...states],
      () => [one(failed(1)), ...states],
      () => [one(failed(1)), ...states],
      () => [one(failed(3)), ...states],
      () => [one(failed(3)), ...states],
      () => [one(disrupted), ...states],
      () => [["PODS", "job-name=story", running, 9], ...states],
      () => [one(again ? restarted : running), ...states],
      () => {
        const selector = selected()
        return [
          ["PODS", selector, running, 1],
          ...states,
          ["PODS", selector, "delete", 1],
          ...states,
          ...(random.chance(0.7) ? [["PODS", selector, "stop", 1] as const, ...states] : []),
          ...remove
        ]
      },
      () => patch({ suspend: random.pick([true, false]) }),
      // Of pods of one second that wait, the controller may give up any.
      () => patch({ parallelism: random.pick(isIndexed ? [0, 0, 4] : [0, 1, 3]) }),
      () => patch(random.pick<JsonObject>([{ completions: 2, parallelism: 2 }, { completions: 4, parallelism: 4 }])),
      () => patch({ backoffLimit: random.pick([0, 1]) })
    ])()
  return [
    create,
    ...states,
    ...Array.from({ length: random.pick([2, 3, 4, 5]) }, moves).flat(),
    ...(bound ? remove : [])
  ]
}
