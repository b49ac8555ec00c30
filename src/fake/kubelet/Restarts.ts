/**
 * Whether a container that has ended is started again: k8s.io/kubernetes pkg/api/v1/pod/util.go (v1.37), ContainerShouldRestart.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"

/** Whether an init container runs beside the others, as a native sidecar. @since 0.1.0 @category predicates  */
export const isSidecar = (spec: JsonObject, init: boolean): boolean => init && spec["restartPolicy"] === "Always"

const matches = (exitCode: number) => (rule: JsonObject): boolean => {
  const listed = Json.list(rule, "exitCodes", "values").includes(exitCode)
  return rule["action"] === "Restart" && listed === (Json.text(rule, "exitCodes", "operator") === "In")
}

/** `policy` is that of the pod, which counts for containers without their own. @since 0.1.0 @category predicates  */
export const restarts = (spec: JsonObject, init: boolean, policy: string, exitCode: number): boolean => {
  if (init && exitCode === 0 && !isSidecar(spec, init)) return false
  if (Json.objects(spec, "restartPolicyRules").some(matches(exitCode))) return true
  const own = Json.text(spec, "restartPolicy") ?? policy
  return own === "Always" || (own === "OnFailure" && exitCode !== 0)
}
