/** Short stories that need controllers: each ends in states that are compared once the controllers have finished. */
import type { Json, JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Action } from "./Action.js"
import { jobShape } from "./JobShapes.js"
import type { Random } from "./Random.js"
import { podTemplate } from "./Subjects.js"

const merge = "application/merge-patch+json"

const running: JsonObject = {
  phase: "Running",
  conditions: [{ type: "Ready", status: "True" }]
}

const propagation = (random: Random): JsonObject =>
  random.pick<JsonObject>([
    {},
    { propagationPolicy: "Background" },
    { propagationPolicy: "Foreground" },
    { propagationPolicy: "Orphan" }
  ])

/** Owners and their dependents, some of them with finalizers or with two owners. */
const ownership = (random: Random): ReadonlyArray<Action> => {
  const owner = (name: string, more: JsonObject = {}): JsonObject => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    name,
    uid: `{uid:ConfigMap/${name}}`,
    ...more
  })
  const made = (name: string, metadata: JsonObject = {}): Action => [
    "POST",
    "configmaps",
    { metadata: { name, labels: { story: "owners" }, ...metadata } }
  ]
  const child = (name: string): Action =>
    made(name, {
      ownerReferences: [
        owner("owner", random.chance(0.5) ? { blockOwnerDeletion: true } : {}),
        ...(random.chance(0.3) ? [owner("other")] : [])
      ],
      ...(random.chance(0.2) ? { finalizers: ["example.com/a"] } : {})
    })
  const state: Action = ["SETTLED", "configmaps?labelSelector=story%3Downers"]
  return [
    made("owner", random.chance(0.2) ? { finalizers: ["example.com/a"] } : {}),
    made("other"),
    child("child-1"),
    ...(random.chance(0.5) ? [child("child-2")] : []),
    state,
    ["DELETE", `configmaps/${random.pick(["owner", "owner", "owner", "other"])}`, propagation(random)],
    state,
    ...(random.chance(0.5)
      ? [["PATCH", "configmaps/child-1", { metadata: { finalizers: null } }, merge] as const, state]
      : [])
  ]
}

const template = (random: Random, image = "image:1"): JsonObject => {
  const { spec, ...rest } = podTemplate(random)
  return {
    ...rest,
    metadata: { labels: { run: "story" } },
    spec: { ...Object(spec), containers: [{ name: "main", image }] }
  }
}

const deploymentStates: ReadonlyArray<Action> = [
  ["SETTLED", "apps/deployments/story"],
  ["SETTLED", "apps/replicasets?labelSelector=run%3Dstory"],
  ["SETTLED", "pods?labelSelector=run%3Dstory"]
]

/** A Deployment whose pods become ready, and a change of it. */
const deployment = (random: Random): ReadonlyArray<Action> => {
  const change = random.pick<Action>([
    ["PATCH", "apps/deployments/story", { spec: { replicas: random.pick([0, 1, 4]) } }, merge],
    ["PATCH", "apps/deployments/story/scale", { spec: { replicas: random.pick([0, 1, 4]) } }, merge],
    ["PATCH", "apps/deployments/story", { spec: { template: template(random, "image:2") } }, merge],
    ["PATCH", "apps/deployments/story", { spec: { paused: true, template: template(random, "image:2") } }, merge],
    ["DELETE", "apps/deployments/story", propagation(random)]
  ])
  return [
    [
      "POST",
      "apps/deployments",
      {
        metadata: { name: "story" },
        spec: {
          replicas: random.pick([0, 1, 2, 3]),
          selector: { matchLabels: { run: "story" } },
          template: template(random),
          ...(random.chance(0.3) ? { strategy: { type: "Recreate" } } : {}),
          ...(random.chance(0.1) ? { paused: true } : {})
        }
      }
    ],
    ...deploymentStates,
    ...(random.chance(0.7)
      ? [["PODS", "run=story", running, random.pick([1, 9])] as const, ...deploymentStates]
      : []),
    change,
    ...deploymentStates,
    ...(random.chance(0.5) ? [["PODS", "run=story", running, 9] as const, ...deploymentStates] : [])
  ]
}

const replicaSetStates: ReadonlyArray<Action> = [
  ["SETTLED", "apps/replicasets/story"],
  ["SETTLED", "pods?labelSelector=run%3Dstory"]
]

/** A ReplicaSet that adopts, replaces and removes pods. */
const replicaSet = (random: Random): ReadonlyArray<Action> => [
  ...(random.chance(0.3)
    ? [
      [
        "POST",
        "pods",
        {
          // Which of two pods goes is any, if nothing but their uids tells them apart.
          metadata: {
            name: "orphan",
            labels: { run: "story" },
            annotations: { "controller.kubernetes.io/pod-deletion-cost": "-1" }
          },
          spec: { schedulerName: "none", containers: [{ name: "main", image: "image:1" }] }
        }
      ] as const,
      ["SETTLED", "pods?labelSelector=run%3Dstory"] as const
    ]
    : []),
  [
    "POST",
    "apps/replicasets",
    {
      metadata: { name: "story" },
      spec: {
        replicas: random.pick([0, 1, 2]),
        selector: { matchLabels: { run: "story" } },
        template: template(random)
      }
    }
  ],
  ...replicaSetStates,
  ["PODS", "run=story", random.pick([running, { phase: "Failed" }, { phase: "Succeeded" }]), random.pick([1, 9])],
  ...replicaSetStates,
  random.pick<Action>([
    ["PATCH", "apps/replicasets/story", { spec: { replicas: random.pick([0, 1, 3]) } }, merge],
    ["DELETE", "apps/replicasets/story", propagation(random)],
    ["DELETE", "pods?labelSelector=run%3Dstory"]
  ]),
  ...replicaSetStates
]

const jobStates: ReadonlyArray<Action> = [
  ["SETTLED", "batch/jobs/story"],
  ["SETTLED", "pods?labelSelector=job-name%3Dstory"]
]

/** A Job whose pods end. A Job that repeats failed pods waits for ten seconds, so that these do not. */
const job = (random: Random): ReadonlyArray<Action> => {
  const counts = random.pick<JsonObject>([
    {},
    { completions: 2 },
    { completions: 2, parallelism: 2 },
    { completions: 1, parallelism: 3 },
    { parallelism: 2 },
    { completions: 0 },
    { parallelism: 0 }
  ])
  // A controller that sees the first of several failed pods may delete the others before they fail.
  const ends = (): Action =>
    random.pick<Action>([
      ["PODS", "job-name=story", { phase: "Succeeded" }, 1],
      ["PODS", "job-name=story", { phase: "Succeeded" }, 9],
      ["PODS", "job-name=story", { phase: "Failed" }, 1]
    ])
  return [
    [
      "POST",
      "batch/jobs",
      {
        metadata: { name: "story" },
        spec: {
          ...counts,
          backoffLimit: 0,
          template: {
            spec: { schedulerName: "none", restartPolicy: "Never", containers: [{ name: "main", image: "image:1" }] }
          },
          ...(random.chance(0.2) ? { suspend: true } : {})
        }
      }
    ],
    ...jobStates,
    ends(),
    ...jobStates,
    random.pick<Action>([
      ends(),
      ends(),
      ["PATCH", "batch/jobs/story", { spec: { suspend: random.pick([true, false]) } }, merge],
      ["PATCH", "batch/jobs/story", { spec: { parallelism: random.pick([0, 1, 3]) } }, merge],
      ["DELETE", "batch/jobs/story", propagation(random)]
    ]),
    ...jobStates,
    ...(random.chance(0.5) ? [ends(), ...jobStates] : [])
  ]
}

const statefulSetStates: ReadonlyArray<Action> = [
  ["SETTLED", "apps/statefulsets/story"],
  ["SETTLED", "apps/controllerrevisions?labelSelector=run%3Dstory"],
  ["SETTLED", "pods?labelSelector=run%3Dstory"]
]

/** A StatefulSet whose pods become ready, and changes of it. */
const statefulSet = (random: Random): ReadonlyArray<Action> => {
  const change = (): Action =>
    random.pick<Action>([
      ["PATCH", "apps/statefulsets/story", { spec: { replicas: random.pick([0, 1, 4]) } }, merge],
      ["PATCH", "apps/statefulsets/story/scale", { spec: { replicas: random.pick([0, 1, 4]) } }, merge],
      ["PATCH", "apps/statefulsets/story", { spec: { template: template(random, "image:2") } }, merge],
      ["PATCH", "apps/statefulsets/story", { spec: { template: template(random, "image:3") } }, merge],
      [
        "PATCH",
        "apps/statefulsets/story",
        { spec: { updateStrategy: { rollingUpdate: { partition: random.pick([0, 1, 2]) } } } },
        merge
      ],
      ["PATCH", "apps/statefulsets/story", { spec: { ordinals: { start: random.pick([0, 2]) } } }, merge],
      ["DELETE", `pods/story-${random.pick([0, 1])}`],
      ["DELETE", "apps/statefulsets/story", propagation(random)]
    ])
  const move = (): ReadonlyArray<Action> =>
    random.chance(0.8) ? [["PODS", "run=story", running, random.pick([1, 9])], ...statefulSetStates] : []
  const rolling = {
    type: "RollingUpdate",
    rollingUpdate: Object.fromEntries([
      ...(random.chance(0.4) ? [["partition", random.pick([0, 1, 2])]] : []),
      ...(random.chance(0.4) ? [["maxUnavailable", random.pick<Json>([1, 2, "50%", "10%"])]] : [])
    ])
  }
  return [
    [
      "POST",
      "apps/statefulsets",
      {
        metadata: { name: "story" },
        spec: {
          replicas: random.pick([0, 1, 2, 3]),
          serviceName: "a",
          selector: { matchLabels: { run: "story" } },
          template: template(random),
          updateStrategy: random.pick<JsonObject>([{}, rolling, rolling, { type: "OnDelete" }]),
          ...(random.chance(0.4) ? { podManagementPolicy: "Parallel" } : {}),
          ...(random.chance(0.2) ? { ordinals: { start: 3 } } : {}),
          ...(random.chance(0.2) ? { revisionHistoryLimit: random.pick([0, 1]) } : {})
        }
      }
    ],
    ...statefulSetStates,
    ...move(),
    ...move(),
    change(),
    ...statefulSetStates,
    ...move(),
    change(),
    ...statefulSetStates,
    ...move(),
    ...move()
  ]
}

const daemonSetStates: ReadonlyArray<Action> = [
  ["SETTLED", "apps/daemonsets/story"],
  ["SETTLED", "apps/controllerrevisions?labelSelector=run%3Dstory"]
]

/** The history of a DaemonSet without nodes. */
const daemonSet = (random: Random): ReadonlyArray<Action> => {
  const image = (): Action => [
    "PATCH",
    "apps/daemonsets/story",
    { spec: { template: template(random, random.pick(["image:1", "image:2", "image:3"])) } },
    merge
  ]
  return [
    [
      "POST",
      "apps/daemonsets",
      {
        metadata: { name: "story" },
        spec: {
          selector: { matchLabels: { run: "story" } },
          template: template(random),
          revisionHistoryLimit: random.pick([0, 1, 2])
        }
      }
    ],
    ...daemonSetStates,
    ...[image(), image(), image()].flatMap((action) => [action, ...daemonSetStates]),
    ["DELETE", "apps/daemonsets/story", propagation(random)],
    ...daemonSetStates
  ]
}

/** Evictions with a budget. */
const eviction = (random: Random): ReadonlyArray<Action> => [
  [
    "POST",
    "apps/replicasets",
    {
      metadata: { name: "story" },
      spec: {
        replicas: random.pick([1, 2, 3]),
        selector: { matchLabels: { run: "story" } },
        template: template(random)
      }
    }
  ],
  ...replicaSetStates,
  ["PODS", "run=story", running, random.pick([1, 2, 9])],
  ...replicaSetStates,
  [
    "POST",
    "policy/poddisruptionbudgets",
    {
      metadata: { name: "story" },
      spec: {
        [random.pick(["minAvailable", "maxUnavailable"])]: random.pick([0, 1, 2, "50%"]),
        selector: random.pick<JsonObject>([{ matchLabels: { run: "story" } }, {}, { matchLabels: { run: "z" } }])
      }
    }
  ],
  ["SETTLED", "policy/poddisruptionbudgets/story"],
  ["EVICT", "run=story", random.pick<JsonObject>([{}, {}, { deleteOptions: { dryRun: ["All"] } }])],
  ["SETTLED", "policy/poddisruptionbudgets/story"],
  ...replicaSetStates
]

/** Pages of a list that changes meanwhile. */
const pages = (random: Random): ReadonlyArray<Action> => {
  const path = random.pick(["configmaps", "secrets", "coordination/leases"])
  const made = (
    name: string
  ): Action => ["POST", path, { metadata: { name, labels: { app: random.pick(["x", "y"]) } } }]
  const limit = `limit=${random.pick([1, 2])}`
  const select = random.pick(["", "", "&labelSelector=app%3Dx"])
  const between = (): ReadonlyArray<Action> =>
    random.pick<ReadonlyArray<Action>>([
      [],
      [made("page-4")],
      [["DELETE", `${path}/page-3`]],
      [["PATCH", `${path}/page-2`, { metadata: { labels: { app: "x" } } }, merge]]
    ])
  return [
    ...["page-1", "page-2", "page-3"].map(made),
    ["GET", `${path}?${limit}${select}`],
    ...between(),
    ["GET", `${path}?${limit}&continue={continue}${select}`],
    ...between(),
    ["GET", `${path}?${random.pick([limit, "limit=5", ""])}&continue={continue}${select}`],
    ["WATCH", `${path}?resourceVersion={first}${select}`]
  ]
}

const reviews = (random: Random): ReadonlyArray<Action> => [
  [
    "POST",
    "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews",
    {
      spec: random.pick<JsonObject>([
        { resourceAttributes: { verb: "get", resource: "pods", namespace: "{ns}" } },
        { resourceAttributes: { verb: "*", resource: "*", group: "*" } },
        { nonResourceAttributes: { path: "/healthz", verb: "get" } },
        { resourceAttributes: { verb: "get" }, nonResourceAttributes: { path: "/healthz", verb: "get" } },
        {}
      ])
    }
  ]
]

const scenarios = [
  ownership,
  ownership,
  deployment,
  replicaSet,
  job,
  jobShape,
  jobShape,
  statefulSet,
  statefulSet,
  daemonSet,
  eviction,
  pages,
  pages,
  reviews
] as const

export const scenario = (random: Random): ReadonlyArray<Action> => random.pick(scenarios)(random)
