/**
 * Rejects objects in namespaces that do not exist or are terminating, and the deletion of the namespaces of the cluster itself. As
 * in k8s.io/apiserver pkg/admission/plugin/namespace/lifecycle (v0.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import * as Status from "../apiserver/Status.js"
import * as CoreKinds from "../kinds/CoreKinds.js"
import * as Metadata from "../store/Metadata.js"
import { type Plugin, spokenName } from "./Admission.js"

const immortal: ReadonlyArray<string> = ["default", "kube-public", "kube-system"]

/** @since 0.1.0 @category plugins */
export const namespaceLifecycle: Plugin = {
  operations: ["create"],
  remove: (kind, name) =>
    kind === CoreKinds.namespace && immortal.includes(name)
      ? Either.left(Status.forbidden(kind, name, "this namespace may not be deleted"))
      : Either.void,
  change: (attempt) => {
    const { kind, namespace, object, store } = attempt
    const home = namespace === "" ? undefined : store.get({ resource: "namespaces", namespace: "", name: namespace })
    if (namespace === "" || (home !== undefined && !Metadata.isBeingDeleted(home))) {
      return Either.right(object)
    }
    return Either.left(
      home === undefined ? Status.notFound(CoreKinds.namespace, namespace) : Status.forbidden(
        kind,
        spokenName(attempt),
        `unable to create new content in namespace ${namespace} because it is being terminated`,
        [{
          reason: "NamespaceTerminating",
          message: `namespace ${namespace} is being terminated`,
          field: "metadata.namespace"
        }]
      )
    )
  }
}
