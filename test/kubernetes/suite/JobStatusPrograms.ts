/** Programs for {@link "./Recorded.js"}: updates of the status of Jobs that another controller manages. */
import type { JsonObject } from "../../../src/kubernetes/client/ApiRequest.js"
import type { Step } from "../../support/ApiProgram.js"

const job = (name: string, spec: JsonObject = {}): Step => [
  "POST",
  "batch/jobs",
  {
    metadata: { name },
    spec: {
      managedBy: "example.com/other",
      template: { spec: { restartPolicy: "Never", containers: [{ name: "main", image: "image:1" }] } },
      ...spec
    }
  }
]

const status = (name: string, status: JsonObject): Step => [
  "PATCH",
  `batch/jobs/${name}/status`,
  { status },
  "application/merge-patch+json"
]

const conditions = (...types: ReadonlyArray<string>): JsonObject => ({
  conditions: types.map((type) => ({ type, status: "True", lastTransitionTime: "2026-01-01T00:00:00Z" }))
})

const [first, second] = ["2026-01-01T00:00:00Z", "2026-01-01T00:00:09Z"] as const

export const programs: Readonly<Record<string, ReadonlyArray<Step>>> = {
  "Job: the counts of its status": [
    job("a"),
    status("a", { active: -1, failed: -1 }),
    status("a", { ready: 1 }),
    status("a", { active: 1, ready: 1, startTime: first }),
    status("a", { startTime: second }),
    status("a", { startTime: null }),
    status("a", { failed: 2, succeeded: 1 }),
    status("a", { failed: 1, succeeded: 0 }),
    status("a", { uncountedTerminatedPods: { succeeded: ["", "x", "x"], failed: ["x"] } }),
    status("a", { uncountedTerminatedPods: { succeeded: ["x"] } }),
    status("a", { completionTime: second }),
    status("a", { ...conditions("SuccessCriteriaMet", "Complete"), completionTime: second })
  ],
  "Job: how it ends": [
    job("a"),
    status("a", conditions("Complete")),
    status("a", conditions("Failed")),
    status("a", conditions("Complete", "Failed", "FailureTarget", "SuccessCriteriaMet")),
    status("a", { ...conditions("SuccessCriteriaMet", "Complete"), startTime: second, completionTime: first }),
    status("a", {
      ...conditions("SuccessCriteriaMet", "Complete"),
      startTime: first,
      completionTime: second,
      terminating: 1
    }),
    status("a", conditions("SuccessCriteriaMet")),
    status("a", conditions()),
    status("a", { ...conditions("SuccessCriteriaMet", "Complete"), startTime: first, completionTime: second }),
    status("a", { completionTime: first }),
    status("a", { ...conditions("Complete"), completionTime: null }),
    job("b"),
    status("b", { ...conditions("FailureTarget", "Failed"), startTime: first }),
    status("b", conditions())
  ],
  "Job: the indexes of its status": [
    job("a"),
    status("a", { completedIndexes: "0", failedIndexes: "0" }),
    job("b", { completionMode: "Indexed", completions: 5, parallelism: 2, backoffLimitPerIndex: 1 }),
    status("b", { completedIndexes: "0,9", failedIndexes: "x" }),
    status("b", { completedIndexes: "0-2", failedIndexes: "2-3" }),
    status("b", { completedIndexes: "0-2,4", failedIndexes: "3", succeeded: 4 }),
    status("b", { succeeded: 3 })
  ]
}
