import { DateTime, Effect, Option } from "effect"
import { BuildInput, BuildRef } from "effect-os-builder"
import type { BuildRecord } from "../../../src/backends/BuildRecord.js"
import type { Event, Observed } from "../../../src/backends/Definition.js"
import type { Build, Pod } from "../../../src/cluster/Resources.js"

export const fingerprint = "abcdefghijklmnopqrstuvwxyz"

export const name = `os-build-${fingerprint}-1-00000000`

export const digest = `sha256:${"0a".repeat(32)}`

export const input = (options: Partial<BuildInput.Options> = {}): BuildInput.BuildInput =>
  Effect.runSync(BuildInput.make({
    dockerfile: "ARG BASE_IMAGE\nFROM ${BASE_IMAGE}\nRUN true\n",
    baseImage: { pullspec: "registry.example.com/base:1" },
    finalImage: { pullspec: "registry.example.com/os:1" },
    ...options
  }))

export const at = (seconds: number): string => DateTime.formatIso(DateTime.unsafeMake(seconds * 1000))

export const record = (given: BuildInput.BuildInput, parts: BuildRecord["parts"] = []): BuildRecord => ({
  ref: new BuildRef.BuildRef({
    backend: "openshift",
    namespace: "ns",
    name: `os-build-${fingerprint}-1`,
    uid: "00000000-0000-4000-8000-000000000000"
  }),
  number: 1,
  fingerprint,
  finalImage: given.finalImage.pullspec,
  createdAt: DateTime.unsafeMake(0),
  resourceVersion: "1",
  stop: Option.none(),
  outcome: Option.none(),
  input: given,
  parts
})

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

export const warning = (uid: string, reason: string, message: string): Event => ({
  metadata: { name: "event", uid: "event", resourceVersion: "1" },
  type: "Warning",
  reason,
  message,
  involvedObject: { uid },
  lastTimestamp: at(5)
})

export const seen = (
  child: Build,
  more: Partial<Pick<Observed<Build>, "earlier" | "events" | "pods" | "record">> = {}
): Observed<Build> => ({ record: record(input()), child, earlier: [], pods: [], events: [], ...more })
