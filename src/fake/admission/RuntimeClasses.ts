/**
 * The RuntimeClass of new pods: it has to exist, and gives its overhead and its placement. As in k8s.io/kubernetes
 * plugin/pkg/admission/runtimeclass (v1.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import { type Plugin, spokenName } from "./Admission.js"

/** @since 0.1.0 @category plugins */
export const runtimeClasses: Plugin = {
  operations: ["create"],
  change: (attempt) => {
    const { kind, object, store } = attempt
    const name = Json.text(object, "spec", "runtimeClassName")
    if (kind.kind !== "Pod" || kind.group !== "" || name === undefined) {
      return Either.right(object)
    }
    const refuse = (why: string) => Either.left(Status.forbidden(kind, spokenName(attempt), why))
    const found = store.get({ resource: "runtimeclasses.node.k8s.io", namespace: "", name })
    if (found === undefined) return refuse(`pod rejected: RuntimeClass "${name}" not found`)
    const spec = Json.object(object, "spec")
    const overhead = Json.at(found, "overhead", "podFixed")
    if (overhead !== undefined && spec["overhead"] !== undefined && !Json.equal(overhead, spec["overhead"])) {
      return refuse("pod rejected: Pod's Overhead doesn't match RuntimeClass's defined Overhead")
    }
    const selector = Json.object(found, "scheduling", "nodeSelector")
    const wanted = Json.object(spec, "nodeSelector")
    const key = Object.keys(selector).find((key) => wanted[key] !== undefined && wanted[key] !== selector[key])
    if (key !== undefined) {
      const [theirs, own] = [selector, wanted].map((one) => String(one[key]))
      return refuse(
        `conflict: runtimeClass.scheduling.nodeSelector[${key}] = ${theirs}; pod.spec.nodeSelector[${key}] = ${own}`
      )
    }
    const nodeSelector = { ...wanted, ...selector }
    const tolerations = [...Json.list(spec, "tolerations"), ...Json.list(found, "scheduling", "tolerations")]
    return Either.right({
      ...object,
      spec: {
        ...spec,
        ...(overhead === undefined ? {} : { overhead }),
        ...(Object.keys(nodeSelector).length === 0 ? {} : { nodeSelector }),
        ...(tolerations.length === 0 ? {} : { tolerations })
      }
    })
  }
}
