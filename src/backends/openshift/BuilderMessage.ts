/**
 * What the builder said at its end: the tail of its log, which the kubelet keeps as the termination message of the container
 * (2 KiB), and the controller in the Build (5 lines of 120 characters).
 */
import type { Build, Pod } from "../../kubernetes/Resources.js"

export interface BuilderMessage {
  /** The error in which it ended, as the builder words it; empty if that is not known. */
  readonly error: string
  /** All that is known of its end. */
  readonly text: string
}

const containers = ({ status }: Pod) => [...status?.initContainerStatuses ?? [], ...status?.containerStatuses ?? []]

export const parse = ({ status }: Build, pod: Pod | undefined): BuilderMessage => {
  const failed = pod === undefined ?
    undefined :
    containers(pod).find(({ state }) => state?.terminated !== undefined && state.terminated.exitCode !== 0)
  const text = failed?.state?.terminated?.message || (status?.logSnippet ?? "")
  // builder cmd/main.go and pkg/build/builder/cmd/builder.go: `error: `, and `build error: ` for what the build met.
  const lines = text.split("\n")
  const start = lines.findLastIndex((line) => /^error: /i.test(line))
  const error = start < 0 ? "" : lines.slice(start).join("\n")
  return { error: error.replace(/^error: (?:build error: )?/i, "").trim(), text }
}
