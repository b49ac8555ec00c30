import type { Observed } from "../../src/backends/controller/Definition.js"
import type { Build, Pod } from "../../src/kubernetes/Resources.js"
import { at, input, name, record } from "./Records.js"

export * from "./Records.js"

/** Created a second after the record, or later with each attempt. */
export const build = (status: Build["status"], attempt = 1): Build => ({
  metadata: {
    name: attempt === 1 ? name : `${name}-a${attempt}`,
    namespace: "ns",
    uid: `build-${attempt}`,
    resourceVersion: "1",
    creationTimestamp: at(attempt),
    labels: { "effect-os-builder/attempt": String(attempt) }
  },
  status
})

export const pod = (status: Pod["status"]): Pod => ({
  metadata: { name: `${name}-build`, namespace: "ns", uid: "pod", resourceVersion: "1" },
  status
})

/** A pod whose builder ended, and the tail of its log. */
export const ended = (...log: ReadonlyArray<string>): Pod =>
  pod({
    phase: "Failed",
    initContainerStatuses: [{ name: "manage-dockerfile", state: { terminated: { exitCode: 0, reason: "Completed" } } }],
    containerStatuses: [{
      name: "docker-build",
      state: { terminated: { exitCode: 1, reason: "Error", message: log.join("\n") } }
    }]
  })

export const seen = (
  child: Build,
  more: Partial<Pick<Observed<Build>, "earlier" | "events" | "pods" | "record">> = {}
): Observed<Build> => ({
  record: record(input()),
  child,
  earlier: [],
  pods: [],
  lostPods: [],
  events: [],
  ...more
})
