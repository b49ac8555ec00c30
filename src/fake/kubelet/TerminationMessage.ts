/**
 * The termination message of a container that has ended: its own, or the tail of its log where the spec asks for that.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"
import type { End } from "./ContainerStates.js"
import type { Output } from "./LogStore.js"

// pkg/kubelet/container/runtime.go (v1.37), MaxContainerTerminationMessageLogLength and …LogLines: bytes and lines.
const fallbackBytes = 2048
const fallbackLines = 80

/** The log tail that is the termination message of a failed container without a message of its own. */
const fallback = (output: Output): string =>
  Buffer.from(output.lines.slice(-fallbackLines).map((line) => `${line.text}\n`).join(""))
    .subarray(-fallbackBytes).toString()

/** `output` is that of the run which has ended. @since 0.1.0 @category getters  */
export const of = (
  spec: JsonObject,
  { exitCode, message = "" }: End,
  output: Output | undefined
): string | undefined => {
  const falls = exitCode !== 0 && Json.text(spec, "terminationMessagePolicy") === "FallbackToLogsOnError"
  const text = falls && message === "" && output !== undefined ? fallback(output) : message
  return text === "" ? undefined : text
}
