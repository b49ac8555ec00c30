/**
 * A minimal input, the record of a build and its events.
 */
import { DateTime, Effect, Option } from "effect"
import { BuildInput, BuildRef } from "effect-os-builder"
import type { BuildRecord } from "../../src/backends/record/BuildRecord.js"
import type { Event } from "../../src/kubernetes/Resources.js"

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

export const record = (
  given: BuildInput.BuildInput,
  parts: BuildRecord["parts"] = [],
  backend = "openshift"
): BuildRecord => ({
  ref: new BuildRef.BuildRef({
    backend,
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
  callerMetadata: {},
  outcome: Option.none(),
  input: given,
  parts
})

export const warning = (uid: string, reason: string, message: string): Event => ({
  metadata: { name: "event", uid: "event", resourceVersion: "1" },
  type: "Warning",
  reason,
  message,
  involvedObject: { uid },
  lastTimestamp: at(5)
})
