/**
 * What admission gives pods for the scheduler: a priority, and tolerations of a node that is not ready or unreachable. As in
 * k8s.io/kubernetes plugin/pkg/admission/priority and defaulttolerationseconds (v1.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Kind from "../kinds/Kind.js"
import { type Attempt, type Plugin, spokenName } from "./Admission.js"

/** The classes that every cluster has. */
const system: Readonly<Record<string, number>> = {
  "system-cluster-critical": 2_000_000_000,
  "system-node-critical": 2_000_001_000
}

const tolerated = ["node.kubernetes.io/not-ready", "node.kubernetes.io/unreachable"]

const tolerates = (toleration: JsonObject, key: string): boolean =>
  [undefined, "", key].includes(Json.text(toleration, "key"))
  && [undefined, "", "NoExecute"].includes(Json.text(toleration, "effect"))

const tolerations = (spec: JsonObject): JsonObject => {
  const given = Json.objects(spec, "tolerations")
  const added = tolerated.filter((key) => !given.some((one) => tolerates(one, key)))
  return added.length === 0 ? spec : {
    ...spec,
    tolerations: [
      ...given,
      ...added.map((key) => ({ key, operator: "Exists", effect: "NoExecute", tolerationSeconds: 300 }))
    ]
  }
}

const isPod = ({ kind }: Attempt): boolean => kind.kind === "Pod" && kind.group === ""

/** An update keeps the priority that a pod was created with. */
const kept = ({ object, previous }: Attempt): JsonObject =>
  Kind.inside(object, "spec", (spec) =>
    Kind.defaults(
      spec,
      Json.make({
        priority: Json.at(previous, "spec", "priority"),
        preemptionPolicy: Json.at(previous, "spec", "preemptionPolicy")
      })
    ))

/** @since 0.1.0 @category plugins */
export const podPriority: Plugin = {
  operations: ["create", "update"],
  change: (attempt) => {
    const { kind, object, operation, store } = attempt
    if (!isPod(attempt)) return Either.right(object)
    if (operation === "update") return Either.right(kept(attempt))
    const classes = store.list("priorityclasses.scheduling.k8s.io")
    const name = Json.text(object, "spec", "priorityClassName") ?? ""
    const found = name === ""
      ? classes.find((one) => Json.at(one, "globalDefault") === true)
      : classes.find((one) => Json.text(one, "metadata", "name") === name)
    const priority = system[name] ?? Json.number(found, "value") ?? (name === "" ? 0 : undefined)
    if (priority === undefined) {
      return Either.left(Status.forbidden(kind, spokenName(attempt), `no PriorityClass with name ${name} was found`))
    }
    const given = Json.number(object, "spec", "priority")
    if (given !== undefined && given !== priority) {
      return Either.left(Status.forbidden(
        kind,
        spokenName(attempt),
        `the integer value of priority (${given}) must not be provided in pod spec; priority admission controller computed `
          + `${priority} from the given PriorityClass name`
      ))
    }
    const policy = Json.text(found, "preemptionPolicy") ?? "PreemptLowerPriority"
    return Either.right(Kind.inside(object, "spec", (spec) => ({
      ...Kind.defaults(spec, { preemptionPolicy: policy }),
      ...(name === "" && found !== undefined ? { priorityClassName: Json.text(found, "metadata", "name") ?? "" } : {}),
      priority
    })))
  }
}

/** @since 0.1.0 @category plugins */
export const podTolerations: Plugin = {
  operations: ["create", "update"],
  change: (attempt) => Either.right(isPod(attempt) ? Kind.inside(attempt.object, "spec", tolerations) : attempt.object)
}
