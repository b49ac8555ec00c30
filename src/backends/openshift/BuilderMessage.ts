/**
 * The last output of the builder: the tail of its log, which the kubelet stores as the container's termination message (2 KiB)
 * and the controller in the Build (5 lines of 120 characters).
 */
import type { Build, Pod } from "../../kubernetes/Resources.js"

export interface BuilderMessage {
  /** The builder's error message; empty if it is not known. */
  readonly error: string
  /** The whole output that is known. */
  readonly text: string
}

const containers = ({ status }: Pod) => [...status?.initContainerStatuses ?? [], ...status?.containerStatuses ?? []]

const failed = (pod: Pod | undefined) =>
  pod === undefined ?
    undefined :
    containers(pod).find(({ state }) => state?.terminated !== undefined && state.terminated.exitCode !== 0)

/** The end of the log of the container that failed. */
export const logTail = (pod: Pod | undefined): ReadonlyArray<string> => {
  const message = failed(pod)?.state?.terminated?.message ?? ""
  return message === "" ? [] : message.trimEnd().split("\n")
}

// buildah's copier prints its whole request before the cause, and the request alone nearly fills the stored part of the log.
const request = /error during bulk transfer for copier\.request\{.*?\}\}: /g

export const parse = ({ status }: Build, pod: Pod | undefined): BuilderMessage => {
  const text = (failed(pod)?.state?.terminated?.message || (status?.logSnippet ?? "")).replace(request, "")
  // builder cmd/main.go and pkg/build/builder/cmd/builder.go: `error: `, and `build error: ` for errors of the build.
  const lines = text.split("\n")
  const start = lines.findLastIndex((line) => /^error: /i.test(line))
  const error = start < 0 ? "" : lines.slice(start).join("\n")
  return { error: error.replace(/^error: (?:build error: )?/i, "").trim(), text }
}
