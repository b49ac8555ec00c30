/** Programs about LimitRanges, what they admit, PodTemplates and Events. */
import type { Json, JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Action } from "./Action.js"

const merge = "application/merge-patch+json"

const item = (...limits: ReadonlyArray<JsonObject>): Action => [
  "POST",
  "limitranges?dryRun=All",
  { metadata: { name: "a" }, spec: { limits } }
]

const container = (more: JsonObject): Action => item({ type: "Container", ...more })

const limitRules: ReadonlyArray<Action> = [
  ["POST", "limitranges?dryRun=All", { metadata: { name: "a" } }],
  item({}),
  item({ type: "Odd" }),
  item({ type: "a/b/c" }),
  item({ type: "example.com/a", max: { cpu: "1" } }),
  item({ type: "Pod", max: { cpu: "1" } }, { type: "Pod", max: { cpu: "1" } }),
  item({ type: "Pod", default: { cpu: "1" }, defaultRequest: { cpu: "1" } }),
  item({ type: "PersistentVolumeClaim" }),
  item({ type: "PersistentVolumeClaim", max: { storage: "2Gi" }, min: { storage: "1.5Gi" } }),
  container({ max: { odd: "1" } }),
  container({ max: { pods: "1" } }),
  container({ max: { "-/b": "1" } }),
  container({ max: { "example.com/gpu": "1" }, default: { "example.com/gpu": "1" } }),
  container({ max: { "requests.example.com/gpu": "1" } }),
  container({ max: { "node.kubernetes.io/a": "1" } }),
  container({ min: { "hugepages-2Mi": "2Mi" }, default: { "hugepages-2Mi": "4Mi" } }),
  container({ default: { "example.com/gpu": "2" }, defaultRequest: { "example.com/gpu": "1" } }),
  container({ min: { cpu: "2" }, max: { cpu: "1" } }),
  container({ min: { cpu: "2" }, defaultRequest: { cpu: "1" } }),
  container({ max: { cpu: "1" }, defaultRequest: { cpu: "1500m" } }),
  container({ default: { cpu: "0.5" }, defaultRequest: { cpu: "1" } }),
  container({ max: { memory: "1Gi" }, default: { memory: "2Gi" } }),
  container({ min: { memory: "1Gi" }, default: { memory: "0.5Gi" } }),
  container({ maxLimitRequestRatio: { cpu: "0.5" } }),
  container({ min: { cpu: "1" }, max: { cpu: "2" }, maxLimitRequestRatio: { cpu: "3" } }),
  container({ min: { cpu: "100m" }, default: { memory: "1Gi" }, max: { cpu: "1" } }),
  container({ min: { cpu: "100m" }, defaultRequest: {} })
]

const gibi = { requests: { memory: "1Gi" } }

const pod = (...containers: ReadonlyArray<JsonObject>): Action => podOf({ containers: named(containers, "c") })

const named = (containers: ReadonlyArray<JsonObject>, letter: string): ReadonlyArray<JsonObject> =>
  containers.map((one, index) => ({ name: `${letter}${index}`, image: "i", ...one }))

const podOf = (spec: JsonObject): Action => [
  "POST",
  "pods?dryRun=All",
  { metadata: { name: "a" }, spec: { schedulerName: "none", ...spec } }
]

const claim = (storage: string): Action => [
  "POST",
  "persistentvolumeclaims?dryRun=All",
  {
    // The server adds this one.
    metadata: { name: "a", finalizers: ["kubernetes.io/pvc-protection"] },
    spec: { accessModes: ["ReadWriteOnce"], resources: { requests: { storage } } }
  }
]

const range = (...limits: ReadonlyArray<JsonObject>): Action => [
  "POST",
  "limitranges",
  { metadata: { name: "range" }, spec: { limits } }
]

/** What pods and claims get of a range in their namespace. */
const admissions: ReadonlyArray<ReadonlyArray<Action>> = [
  [
    range({ type: "Container", default: { cpu: "1", memory: "1Gi" }, defaultRequest: { cpu: "100m" } }),
    pod({}),
    pod({ resources: { limits: { cpu: "2" } } }, { resources: { requests: { cpu: "1", memory: "1Gi" } } }),
    podOf({ containers: named([{}], "c"), initContainers: named([{ resources: { limits: { memory: "2Gi" } } }], "i") })
  ],
  [
    range({ type: "Container", max: { cpu: "2" }, min: { cpu: "200m" } }),
    pod({}),
    pod({ resources: { requests: { cpu: "100m" } } }),
    pod({ resources: { limits: { cpu: "3" } } }),
    pod({ resources: { limits: { cpu: "100m" } } })
  ],
  [
    range({ type: "Container", maxLimitRequestRatio: { cpu: "2" } }),
    pod({}),
    pod({ resources: { requests: { cpu: "0" }, limits: { cpu: "1" } } }),
    pod({ resources: { requests: { cpu: "1" } } }),
    pod({ resources: { requests: { cpu: "300m" }, limits: { cpu: "1" } } }),
    pod({ resources: { requests: { cpu: "500m" }, limits: { cpu: "1" } } })
  ],
  [
    range({ type: "Pod", max: { memory: "2Gi" } }),
    pod({}),
    pod({ resources: { limits: { memory: "1Gi" } } }, { resources: { limits: { memory: "1500Mi" } } }),
    pod({ resources: { limits: { memory: "1Gi" } } }, { resources: { limits: { memory: "1000Mi" } } }),
    podOf({
      containers: named([{ resources: { limits: { memory: "1Gi" } } }], "c"),
      initContainers: named(
        [{ restartPolicy: "Always", resources: { limits: { memory: "512Mi" } } }, {
          resources: { limits: { memory: "1.75Gi" } }
        }],
        "i"
      )
    }),
    podOf({
      containers: named([{ resources: { limits: { memory: "1Gi" } } }], "c"),
      resources: { limits: { memory: "3Gi" } }
    })
  ],
  [
    range({ type: "Pod", min: { memory: "1Gi" } }),
    pod({ resources: { requests: { memory: "512Mi" } } }, { resources: { requests: { memory: "500M" } } }),
    pod({ resources: gibi }, {})
  ],
  [
    range({ type: "PersistentVolumeClaim", min: { storage: "1Gi" }, max: { storage: "2Gi" } }),
    ...["1Gi", "2G", "3Gi", "1M"].map(claim)
  ],
  [
    range({ type: "Container", default: { cpu: "1" } }),
    ["PATCH", "limitranges/range", { spec: { limits: [{ type: "Container", max: { cpu: "500m" } }] } }, merge],
    ["PATCH", "limitranges/range", { spec: { limits: null } }, merge],
    ["PUT", "limitranges/other", { metadata: { name: "other" }, spec: { limits: [] } }],
    ["GET", "limitranges"],
    ["DELETE", "limitranges/other"]
  ]
]

const template = (template: Json): Action => ["POST", "podtemplates?dryRun=All", { metadata: { name: "a" }, template }]

const templates: ReadonlyArray<Action> = [
  ["POST", "podtemplates?dryRun=All", { metadata: { name: "a" } }],
  template({}),
  template({ metadata: { labels: { "-": "?" } }, spec: { containers: [{ name: "a", image: "i" }] } }),
  template({ spec: { containers: [{ name: "a", image: "i" }], restartPolicy: "Never", activeDeadlineSeconds: 0 } }),
  template({
    spec: { containers: [{ name: "a", image: "i" }], ephemeralContainers: [{ name: "b", image: "i" }] }
  })
]

const templateChanges: ReadonlyArray<Action> = [
  ["POST", "podtemplates", {
    metadata: { name: "a" },
    template: { spec: { containers: [{ name: "a", image: "i" }] } }
  }],
  ["PATCH", "podtemplates/a", { metadata: { labels: { a: "b" } } }, merge],
  ["PATCH", "podtemplates/a", { template: { spec: { restartPolicy: "Never" } } }, merge],
  ["GET", "podtemplates/a"],
  ["DELETE", "podtemplates/a"]
]

const inEvents = "events.k8s.io:v1/events"

const subject = { kind: "Pod", name: "p", namespace: "{ns}" }

const core = (more: JsonObject = {}): JsonObject => ({ metadata: { name: "a" }, involvedObject: subject, ...more })

const time = "2026-01-02T03:04:05.678901Z"

const strict: JsonObject = {
  metadata: { name: "a" },
  ...{ regarding: subject, eventTime: time, type: "Normal", reason: "Read", action: "Reading", note: "It was read." },
  ...{ reportingController: "example.com/a", reportingInstance: "a-1" }
}

const coreRules: ReadonlyArray<Action> = [
  core(),
  core({ involvedObject: {} }),
  core({ involvedObject: { namespace: "other" } }),
  core({ metadata: { name: "A b" } }),
  core({ metadata: { name: "a/b", labels: { "-": "?" } } }),
  core({ metadata: { name: "a", labels: { "-": "?" }, finalizers: ["a"] } }),
  core({ eventTime: "2026-01-02T03:04:05Z" }),
  core({ eventTime: "2026-01-02T03:04:05.678901+01:00" }),
  core({ eventTime: time, reportingComponent: "a/b/c", reason: "a".repeat(129), reportingInstance: "a" }),
  core({ ...{ eventTime: time, action: "a", reason: "b", reportingInstance: "a" }, reportingComponent: "c" }),
  core({ firstTimestamp: "2026-01-02T03:04:05.6Z", lastTimestamp: "odd" }),
  core({ series: { count: 1 }, source: { component: "a" }, related: { kind: "Pod" } })
].map((body): Action => ["POST", "events?dryRun=All", body])

const strictRules: ReadonlyArray<Action> = [
  strict,
  {},
  { ...strict, eventTime: null },
  { ...strict, type: "Odd" },
  { ...strict, type: null, series: { count: 1 } },
  { ...strict, series: { count: 2, lastObservedTime: time } },
  { ...strict, deprecatedCount: 1, deprecatedSource: { host: "a" } },
  { ...strict, deprecatedFirstTimestamp: "2026-01-02T03:04:05Z", deprecatedLastTimestamp: "2026-01-02T03:04:05Z" },
  { ...strict, note: "a".repeat(1025) },
  { ...strict, reportingController: "-", regarding: null },
  { ...strict, metadata: { name: "A b" } },
  { ...strict, wrong: 1 }
].map((body): Action => ["POST", `${inEvents}?dryRun=All&fieldValidation=Strict`, { metadata: { name: "a" }, ...body }])

const change = (body: JsonObject, path = `${inEvents}/a`): Action => ["PATCH", path, body, merge]

const eventChanges: ReadonlyArray<ReadonlyArray<Action>> = [
  [
    ["POST", inEvents, strict],
    ["POST", inEvents, strict],
    ["GET", "events/a"],
    ["GET", "events"],
    ["GET", `${inEvents}?fieldSelector=regarding.name%3Dp%2CreportingController%3Dexample.com/a`],
    ["GET", "events?fieldSelector=source%3Dexample.com/a"],
    ["GET", `${inEvents}?fieldSelector=source%3Da`],
    change({ series: { count: 2, lastObservedTime: time } }),
    change({ series: { count: 1 } }),
    change({ note: "Other.", action: "b", reason: "c", type: "Warning" }),
    change({ regarding: { name: "q" }, related: { kind: "Pod" } }),
    change({ deprecatedCount: 3, deprecatedSource: { component: "a" }, eventTime: "2027-01-02T03:04:05.678901Z" }),
    change({ reportingController: "b", reportingInstance: "b" }),
    change({ message: "Changed.", count: 3, firstTimestamp: "2026-01-02T03:04:05Z" }, "events/a"),
    ["GET", `${inEvents}/a`],
    ["WATCH", `${inEvents}?resourceVersion={first}`],
    ["DELETE", `${inEvents}/a`],
    ["GET", `${inEvents}/a`],
    ["PUT", `${inEvents}/b`, { ...strict, metadata: { name: "b" } }],
    ["DELETE", `${inEvents}?fieldSelector=type%3DNormal`]
  ],
  [
    ["POST", "events", core({ reason: "Read", message: "It was read. ", type: "Normal", source: { component: "a" } })],
    [
      "POST",
      "events",
      core({ ...core({ involvedObject: { kind: "Pod", namespace: "{ns}" } }), metadata: { name: "b" } })
    ],
    ["GET", inEvents],
    change({ note: "Other." }),
    change({ message: "Other." }, "events/a"),
    ["GET", `${inEvents}/a`],
    ["DELETE", "events/a"]
  ]
]

const debug = (...containers: ReadonlyArray<JsonObject>): Action => [
  "PATCH",
  "pods/a/ephemeralcontainers",
  { spec: { ephemeralContainers: containers } },
  "application/strategic-merge-patch+json"
]

const debugging = (more: JsonObject = {}): JsonObject => ({ name: "debug", image: "i", ...more })

const ephemeral: ReadonlyArray<Action> = [
  ["POST", "pods", { metadata: { name: "a" }, spec: { schedulerName: "none", containers: named([{}], "c") } }],
  ["GET", "pods/a/ephemeralcontainers"],
  debug(debugging({ name: "c0" })),
  debug(debugging({ image: "" }), { image: "i" }),
  debug(debugging({ targetContainerName: "odd" })),
  debug(debugging({ ports: [{ containerPort: 80 }], resources: { limits: { cpu: "1" } }, livenessProbe: {} })),
  debug(debugging({ lifecycle: {}, restartPolicy: "Always" })),
  debug(debugging({ volumeMounts: [{ name: "none", mountPath: "/a", subPath: "b" }] })),
  debug(debugging({ targetContainerName: "c0", stdin: true, tty: true })),
  ["PATCH", "pods/a/ephemeralcontainers", { metadata: { labels: { a: "b" } }, spec: { hostNetwork: true } }, merge],
  debug(debugging({ image: "j" })),
  ["PATCH", "pods/a/ephemeralcontainers", { spec: { ephemeralContainers: null } }, merge],
  ["PATCH", "pods/a", { spec: { ephemeralContainers: null } }, merge],
  ["PATCH", "pods/a", { metadata: { labels: { a: "b" } } }, merge],
  debug({ name: "other", image: "i" }),
  ["GET", "pods/a"],
  ["POST", "pods/a/ephemeralcontainers", {}],
  ["DELETE", "pods/a/ephemeralcontainers"]
]

/** The programs, each for a namespace of its own. */
export const programs: ReadonlyArray<ReadonlyArray<Action>> = [
  ...[...limitRules, ...templates, ...coreRules, ...strictRules].map((step) => [step]),
  ...admissions,
  templateChanges,
  ephemeral,
  ...eventChanges
]
