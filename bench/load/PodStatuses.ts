/**
 * The statuses of a build's pod, one after another, as a kubelet writes them.
 */
import * as TerminationMessage from "../../src/backends/script/TerminationMessage.js"
import type { JsonObject } from "../../src/kubernetes/client/ApiRequest.js"
import type * as Workload from "./Workload.js"

const time = new Date(0).toISOString().replace(".000", "")

const container = (name: string, state: JsonObject): JsonObject => ({
  name,
  image: "builder",
  imageID: "",
  ready: false,
  restartCount: 0,
  state
})

const ended = (message: string) => ({
  terminated: { exitCode: 0, reason: "Completed", startedAt: time, finishedAt: time, message }
})

const waiting = { waiting: { reason: "PodInitializing" } }

const digest = `sha256:${"a".repeat(64)}`

const running = { running: { startedAt: time } }

const succeeded = TerminationMessage.format({ verb: "push", code: 0, digest, text: "" })

export const statusOf: Readonly<Record<Exclude<Workload.Step, "Created">, JsonObject>> = {
  Running: {
    phase: "Pending",
    initContainerStatuses: [container("build", running)],
    containerStatuses: [container("push", waiting)]
  },
  Pushing: {
    phase: "Running",
    initContainerStatuses: [container("build", ended(""))],
    containerStatuses: [container("push", running)]
  },
  Succeeded: {
    phase: "Succeeded",
    initContainerStatuses: [container("build", ended(""))],
    containerStatuses: [container("push", ended(succeeded))]
  }
}

/** The turns of things, in a random order that is the same each time. */
export const shuffled = <A>(items: ReadonlyArray<A>): ReadonlyArray<A> => {
  let seed = 1
  const random = () => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647
  return items.map((item) => ({ item, at: random() })).toSorted((a, b) => a.at - b.at).map(({ item }) => item)
}
