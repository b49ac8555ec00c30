/**
 * The pod programs of the containers that talk to a Git repository.
 *
 * @since 0.1.0
 */
import type * as Stream from "effect/Stream"
import { createHash } from "node:crypto"
import { code } from "../backends/script/ExitCode.js"
import * as TerminationMessage from "../backends/script/TerminationMessage.js"
import * as Json from "../fake/Json.js"
import * as Program from "../fake/kubelet/Program.js"
import type { JsonObject } from "../kubernetes/client/ApiRequest.js"

const ends = (verb: string, more: Partial<TerminationMessage.TerminationMessage> = {}): Stream.Stream<Program.Step> =>
  Program.exit(code.succeeded, {
    message: TerminationMessage.format({ verb, code: code.succeeded, text: "", ...more })
  })

/**
 * The init container that fetches a commit: the fake has no repositories, so it only succeeds.
 *
 * @since 0.1.0
 * @category constructors
 */
export const context: Program.ContainerProgram = { steps: ends("context") }

/**
 * The program of a pod that finds the commit of a ref: one that depends on the URL and the ref alone. Undefined for other pods.
 *
 * @since 0.1.0
 * @category constructors
 */
export const resolve = (pod: JsonObject): Program.PodProgram | undefined => {
  const [container] = Json.objects(pod, "spec", "containers")
  if (container === undefined || Json.text(container, "name") !== "resolve") return undefined
  const variable = (name: string) =>
    Json.text(Json.objects(container, "env").find((one) => Json.text(one, "name") === name), "value")
  const url = variable("OSB_GIT_URL")
  if (url === undefined) return undefined
  const commit = createHash("sha1").update(`${url} ${variable("OSB_GIT_REF") ?? "HEAD"}`).digest("hex")
  return () => ({ steps: ends("resolve", { commit }) })
}
