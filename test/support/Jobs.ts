/**
 * Jobs and pods as an API server returns them.
 */
import { BuildInput } from "effect-os-builder"
import type { Observed } from "../../src/backends/controller/Definition.js"
import type { JobProfile, JobSettings } from "../../src/backends/job/JobSettings.js"
import * as ExitCode from "../../src/backends/script/ExitCode.js"
import * as TerminationMessage from "../../src/backends/script/TerminationMessage.js"
import type { Condition, ContainerStatus, Job, Pod } from "../../src/kubernetes/Resources.js"
import { incompressible } from "./Incompressible.js"
import { at, digest, input, name, record } from "./Records.js"

export * from "./Records.js"

/** The profile of the custom backend, with other settings and other properties. */
export const profile = (settings: JobSettings = {}, more: Partial<JobProfile> = {}): JobProfile => ({
  name: "custom",
  settings,
  resources: BuildInput.defaults.resources,
  tolerations: [],
  takesSlot: false,
  deliversToNode: false,
  ...more
})

/** Created a second after the record, or later with each attempt; it started a second after that. */
export const job = (status: Job["status"] = {}, spec: Job["spec"] = {}, attempt = 1): Job => ({
  metadata: {
    name: attempt === 1 ? name : `${name}-a${attempt}`,
    namespace: "ns",
    uid: `job-${attempt}`,
    resourceVersion: "1",
    creationTimestamp: at(attempt),
    labels: { "effect-os-builder/attempt": String(attempt) }
  },
  spec,
  status: { startTime: at(attempt + 1), ...status }
})

export const condition = (type: string, reason = "", message = ""): Condition => ({
  type,
  status: "True",
  reason,
  message,
  lastTransitionTime: at(100)
})

/** The pod of an attempt, counted from 1, created ten seconds times that after the record. */
export const pod = (status: Pod["status"], attempt = 1): Pod => ({
  metadata: {
    name: `${name}-pod${attempt}`,
    namespace: "ns",
    uid: `pod-${attempt}`,
    resourceVersion: "1",
    creationTimestamp: at(10 * attempt)
  },
  status
})

type State = NonNullable<ContainerStatus["state"]>

const status = (name: string, state: State): ContainerStatus => ({ name, state })

/** A pod by the states of its two containers. */
export const states = (
  build: State,
  push: State = { waiting: { reason: "PodInitializing" } },
  more: Pod["status"] = {},
  attempt = 1
): Pod =>
  pod({
    phase: "Running",
    initContainerStatuses: [status("build", build)],
    containerStatuses: [status("push", push)],
    ...more
  }, attempt)

export const runs: State = { running: { startedAt: at(12) } }

/** The end of the script, as the kubelet reports it. */
export const ended = (exitCode: number, more: Partial<TerminationMessage.TerminationMessage> = {}): State => ({
  terminated: {
    exitCode,
    reason: exitCode === 0 ? "Completed" : "Error",
    startedAt: at(12),
    finishedAt: at(60),
    message: TerminationMessage.format({ verb: "build", code: exitCode, text: "", ...more })
  }
})

export const built = ended(ExitCode.code.succeeded)

export const pushed = ended(ExitCode.code.succeeded, { verb: "push", digest, architecture: "arm64" })

/** A pod that is over because one of its verbs ended so. */
export const failed = (
  verb: "build" | "push",
  exitCode: number,
  more: Partial<TerminationMessage.TerminationMessage> = {},
  attempt = 1
): Pod =>
  verb === "build"
    ? states(ended(exitCode, more), undefined, { phase: "Failed" }, attempt)
    : states(built, ended(exitCode, { verb, ...more }), { phase: "Failed" }, attempt)

export const succeeded = states(built, pushed, { phase: "Succeeded" })

export const seen = (
  child: Job,
  pods: ReadonlyArray<Pod> = [],
  more: Partial<Pick<Observed<Job>, "earlier" | "events" | "lostPods" | "record">> = {}
): Observed<Job> => ({
  record: record(input(), [], "custom"),
  child,
  earlier: [],
  pods,
  lostPods: [],
  events: [],
  ...more
})

/** An input that says everything there is to say. */
export const full = input({
  baseImage: { pullspec: `quay.io/acme/base@sha256:${"0".repeat(64)}`, secretName: "pulls" },
  finalImage: { pullspec: "registry.example.com:5000/acme/os:1", secretName: "pushes" },
  entitlementSecretName: "entitlement",
  buildArgs: { CHANNEL: "stable", EMPTY: "" },
  imageLabels: { "com.example/team": "os & \"friends\"" },
  context: { "motd": "hello", "etc/deep er/c": { content: incompressible(1_500_000), mode: 0o600 } },
  mounts: [
    { kind: "Secret", name: "token", path: "/opt/token" },
    { kind: "ConfigMap", name: "repos", path: "/etc/yum.repos.d" }
  ],
  trustBundle: { configMapName: "authorities", key: "ca.pem" },
  proxy: { http: "http://proxy:3128", https: "http://proxy:3129", noProxy: ".svc,10.0.0.0/8" },
  architecture: "arm64",
  resources: { cpu: "2", memory: "8Gi", ephemeralStorage: "40Gi" },
  placement: {
    nodeSelector: { "example.com/pool": "builds" },
    tolerations: [{ key: "builds", operator: "Equal", value: "yes", effect: "NoExecute", tolerationSeconds: 60 }]
  },
  objectLabels: { team: "os" },
  queueName: "builds",
  timeout: "90500 millis",
  pendingTimeout: "5 minutes",
  retries: 1,
  revision: "2"
})
