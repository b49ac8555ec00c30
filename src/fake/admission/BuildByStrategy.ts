/**
 * Creating a Build requires the permission to create builds of its strategy. As in openshift/openshift-apiserver
 * pkg/build/apiserver/admission/strategyrestrictions (February 2026).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Access from "../apiserver/Access.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as BuildDefaults from "../kinds/BuildDefaults.js"
import { type Plugin, spokenName } from "./Admission.js"

/** A Build that asks for fewer layers needs a permission of its own. */
const isOptimized = (build: JsonObject): boolean =>
  !["", "None"].includes(Json.text(build, "spec", "strategy", "dockerStrategy", "imageOptimizationPolicy") ?? "")

/** @since 0.1.0 @category plugins */
export const buildByStrategy: Plugin = {
  operations: ["create", "update"],
  check: (attempt) => {
    const { kind, namespace, object, user } = attempt
    const strategy = kind.kind === "Build" && kind.group === "build.openshift.io"
      ? BuildDefaults.strategy(object)
      : undefined
    if (strategy === undefined || user === undefined) {
      return Either.void
    }
    const allowed = Access.isAllowed(user, {
      verb: "create",
      group: kind.group,
      resource: "builds",
      subresource: `${isOptimized(object) ? "optimized" : ""}${strategy.toLowerCase()}`,
      namespace,
      name: ""
    })
    return allowed
      ? Either.void
      : Either.left(Status.forbidden(kind, spokenName(attempt), `build strategy ${strategy} is not allowed`))
  }
}
