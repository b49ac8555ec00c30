/** The programs of {@link "./Recorded.js"} about Jobs and pods: what the API server refuses. */
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

const merge = "application/merge-patch+json"

const template: JsonObject = {
  spec: { restartPolicy: "Never", containers: [{ name: "main", image: "registry.example.com/image:1" }] }
}

const job = (name: string, spec: JsonObject, more: JsonObject = {}): JsonObject => ({
  metadata: { name, ...more },
  spec: { template, ...spec }
})

const post = (name: string, spec: JsonObject): Step => ["POST", "batch/jobs?dryRun=All", job(name, spec)]

const cronJob = (name: string, spec: JsonObject): Step => [
  "POST",
  "batch/cronjobs?dryRun=All",
  { metadata: { name }, spec: { schedule: "@hourly", jobTemplate: { spec: { template } }, ...spec } }
]

const scheduled = (schedule: string): Step => cronJob("b", { schedule })

const inTemplate = (spec: JsonObject): Step => cronJob("b", { jobTemplate: { spec: { template, ...spec } } })

const patchCronJob = (spec: JsonObject): Step => ["PATCH", "batch/cronjobs/a?dryRun=All", { spec }, merge]

const indexed = (spec: JsonObject): Step => post("b", { completionMode: "Indexed", completions: 4, ...spec })

const success = (...rules: ReadonlyArray<JsonObject>): Step => indexed({ successPolicy: { rules } })

const failure = (...rules: ReadonlyArray<JsonObject>): Step => indexed({ podFailurePolicy: { rules } })

const patch = (spec: JsonObject): Step => ["PATCH", "batch/jobs/a?dryRun=All", { spec }, merge]

const image = "registry.example.com/image:1"

const pod = (name: string, spec: JsonObject): Step => [
  "POST",
  "pods",
  { metadata: { name }, spec: { containers: [{ name: "main", image }], ...spec } }
]

const restarting = (restartPolicy: string | null, ...restartPolicyRules: ReadonlyArray<JsonObject>): Step =>
  pod("b", { containers: [{ name: "main", image, restartPolicy, restartPolicyRules }] })

const before = (more: JsonObject): Step => pod("b", { initContainers: [{ name: "first", image, ...more }] })

const sleeps = { preStop: { sleep: { seconds: 1 } } }

const runtimeClasses = "/apis/node.k8s.io/v1/runtimeclasses"

const asked = { namespace: "other", verb: "list", resource: "pods" }

export const programs: Readonly<Record<string, ReadonlyArray<Step>>> = {
  "Job: refusals of indexes": [
    post("b", { completionMode: "Other" }),
    post("b", { completionMode: "Indexed" }),
    post("b", { completionMode: "Indexed", parallelism: 2 }),
    post("b", { backoffLimitPerIndex: 1, maxFailedIndexes: 1 }),
    post("b.c", { completionMode: "Indexed", completions: 4 }),
    post("b", { completionMode: "NonIndexed", successPolicy: { rules: [{ succeededIndexes: "0" }] } }),
    indexed({ maxFailedIndexes: 1 }),
    indexed({ backoffLimitPerIndex: -1, maxFailedIndexes: 5 }),
    indexed({ parallelism: 100_001 }),
    indexed({ completions: 100_001, backoffLimitPerIndex: 1, parallelism: 10_001 }),
    indexed({ completions: 100_001, backoffLimitPerIndex: 1, maxFailedIndexes: 10_001 }),
    indexed({ podReplacementPolicy: "Other" }),
    indexed({ podReplacementPolicy: "TerminatingOrFailed", podFailurePolicy: { rules: [] } }),
    ...["", "controller", "/x", "example.com/", "Example.com/x", `example.com/${"x".repeat(60)}`].map((managedBy) =>
      post("b", { managedBy })
    )
  ],
  "Job: refusals of successPolicy": [
    indexed({ successPolicy: { rules: [] } }),
    success({}),
    success({ succeededIndexes: "" }),
    success({ succeededIndexes: "0,4" }),
    success({ succeededIndexes: "2-1" }),
    success({ succeededIndexes: "2,1" }),
    success({ succeededIndexes: "1-2-3" }),
    success({ succeededIndexes: "a" }),
    success({ succeededIndexes: "1-b" }),
    success({ succeededCount: -1 }),
    success({ succeededCount: 5 }),
    success({ succeededIndexes: "0-2", succeededCount: 4 }),
    success(...Array.from({ length: 21 }, () => ({ succeededCount: 1 })))
  ],
  "Job: refusals of podFailurePolicy": [
    failure({ onExitCodes: { operator: "In", values: [1] } }),
    failure({ action: "Other", onExitCodes: { operator: "In", values: [1] } }),
    failure({ action: "FailIndex", onExitCodes: { operator: "In", values: [1] } }),
    failure({ action: "FailJob" }),
    failure({ action: "FailJob", onExitCodes: { operator: "In", values: [] } }),
    failure({ action: "FailJob", onExitCodes: { operator: "In", values: [3, 0, 3], containerName: "none" } }),
    failure({ action: "FailJob", onExitCodes: { values: [1] } }),
    failure({ action: "FailJob", onExitCodes: { operator: "Above", values: [1] } }),
    failure({ action: "FailJob", onPodConditions: [{ type: "", status: "Maybe" }] }),
    failure({
      action: "FailJob",
      onPodConditions: [{ type: "a" }],
      onExitCodes: { operator: "In", values: [1] }
    })
  ],
  "Job: what may change": [
    [
      "POST",
      "batch/jobs",
      job("a", { completionMode: "Indexed", completions: 2, parallelism: 2, suspend: true, managedBy: "example.com/x" })
    ],
    patch({ completions: 3, parallelism: 3 }),
    patch({ completions: 3 }),
    patch({ completions: null }),
    patch({ completionMode: "NonIndexed" }),
    patch({ managedBy: null }),
    patch({ backoffLimitPerIndex: 1 }),
    patch({ podReplacementPolicy: "Failed", suspend: false, backoffLimit: 3, activeDeadlineSeconds: 5 }),
    patch({ template: { metadata: { labels: { more: "yes" } }, spec: { nodeSelector: { a: "b" } } } })
  ],
  "Job: refusals of selectors": [
    post("b", { manualSelector: true }),
    post("b", { manualSelector: true, selector: { matchLabels: { a: "b" } } }),
    post("b", { selector: { matchLabels: { a: "b" } } }),
    post("b", { template: { ...template, metadata: { labels: { "job-name": "other" } } } })
  ],
  "pods: scheduling gates and RuntimeClass": [
    pod("a", { automountServiceAccountToken: false, schedulingGates: [{ name: "example.com/wait" }] }),
    pod("b", { automountServiceAccountToken: false, runtimeClassName: "none" }),
    ["POST", runtimeClasses, {
      metadata: { name: "suite" },
      handler: "runc",
      overhead: { podFixed: { cpu: "100m" } },
      scheduling: { nodeSelector: { sandbox: "yes" } }
    }],
    pod("b", { automountServiceAccountToken: false, runtimeClassName: "suite", schedulerName: "none" }),
    pod("c", { runtimeClassName: "suite", nodeSelector: { sandbox: "no" } }),
    pod("c", { runtimeClassName: "suite", overhead: { cpu: "1" } }),
    ["DELETE", `${runtimeClasses}/suite`]
  ],
  "access reviews: refusals": [
    ["POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec: { user: "jane" } }],
    ["POST", "/apis/authorization.k8s.io/v1/subjectaccessreviews", { spec: { resourceAttributes: asked } }],
    [
      "POST",
      "/apis/authorization.k8s.io/v1/subjectaccessreviews",
      { spec: { user: "jane", resourceAttributes: asked, nonResourceAttributes: { path: "/x", verb: "get" } } }
    ],
    ["POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", { spec: {} }],
    ["POST", "authorization/localsubjectaccessreviews", { spec: { user: "jane", resourceAttributes: asked } }],
    [
      "POST",
      "authorization/localsubjectaccessreviews",
      { spec: { user: "jane", nonResourceAttributes: { path: "/x", verb: "get" } } }
    ]
  ],
  "CronJob: defaults, updates and refusals": [
    cronJob("a", {}),
    ["POST", "batch/cronjobs", {
      metadata: { name: "a" },
      spec: {
        schedule: "*/5 0-12/2 ? jan-MAR mon,fri",
        timeZone: "Europe/Berlin",
        suspend: true,
        jobTemplate: { metadata: { labels: { a: "b" } }, spec: { backoffLimit: 1, template } }
      }
    }],
    patchCronJob({ concurrencyPolicy: "Replace", startingDeadlineSeconds: 10 }),
    patchCronJob({ schedule: "TZ=UTC 0 0 * * *" }),
    patchCronJob({ timeZone: "Nowhere/Else" }),
    ["PATCH", "batch/cronjobs/a/status?dryRun=All", { status: { lastScheduleTime: "2026-01-01T00:00:00Z" } }, merge],
    ...["", "x", "* * * *", "60 * * * *", "5-1 * * * *", "1-2-3 * * * *", "*/0 * * * *", "*/1/2 * * * *"].map(
      scheduled
    ),
    ...[
      "* * 0 * *",
      "* * * foo *",
      "* * * * -1",
      "@never",
      "@every 1h30m",
      "@every 1",
      "CRON_TZ=UTC 0 0 * * *",
      "0/20 * * * 7"
    ]
      .map(scheduled),
    ...["", "Local", "Nowhere/Else", "../x"].map((timeZone) => cronJob("b", { timeZone })),
    cronJob("b", { concurrencyPolicy: "Never" }),
    cronJob("b", { startingDeadlineSeconds: -1, successfulJobsHistoryLimit: -1, failedJobsHistoryLimit: -1 }),
    cronJob("b".repeat(53), {}),
    inTemplate({ manualSelector: true, selector: { matchLabels: { a: "b" } } }),
    inTemplate({ parallelism: -1, completionMode: "Indexed" }),
    cronJob("b", { jobTemplate: { spec: {} } }),
    ["DELETE", "batch/cronjobs/a"]
  ],
  "pods: refusals of restart policies": [
    restarting("Sometimes"),
    restarting(null, { action: "Restart", exitCodes: { operator: "In", values: [1] } }),
    restarting("Never", { action: "Stop", exitCodes: { operator: "In", values: [1] } }),
    restarting("Never", { action: "Restart" }),
    restarting("Never", { action: "Restart", exitCodes: { operator: "Above", values: [1] } }),
    before({ restartPolicy: "Sometimes" }),
    before({ lifecycle: sleeps }),
    before({ readinessProbe: { exec: { command: ["true"] } }, restartPolicy: "OnFailure" })
  ]
}
