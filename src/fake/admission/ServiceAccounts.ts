/**
 * Rejects pods without an existing service account. As in k8s.io/kubernetes plugin/pkg/admission/serviceaccount (v1.37).
 *
 * @since 0.1.0
 */
import * as Either from "effect/Either"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import { type Plugin, spokenName } from "./Admission.js"

const tokenVolume = "kube-api-access"

const token = (name: string): JsonObject => ({
  name,
  projected: {
    defaultMode: 420,
    sources: [
      { serviceAccountToken: { expirationSeconds: 3607, path: "token" } },
      { configMap: { name: "kube-root-ca.crt", items: [{ key: "ca.crt", path: "ca.crt" }] } },
      {
        downwardAPI: { items: [{ path: "namespace", fieldRef: { apiVersion: "v1", fieldPath: "metadata.namespace" } }] }
      }
    ]
  }
})

const tokenPath = "/var/run/secrets/kubernetes.io/serviceaccount"

/** Mounts the token in the containers that mount nothing at its path, from a volume that a copied pod may have already. */
const mountToken = (spec: JsonObject, generated: string): JsonObject => {
  const existing = Json.objects(spec, "volumes").map((volume) => Json.text(volume, "name") ?? "").find((name) =>
    name.startsWith(`${tokenVolume}-`)
  )
  const volume = existing ?? generated
  const mount = { name: volume, readOnly: true, mountPath: tokenPath }
  const needs = (container: JsonObject): boolean =>
    !Json.objects(container, "volumeMounts").some((one) => one["mountPath"] === tokenPath)
  const lists = ["initContainers", "containers"].filter((key) => Json.objects(spec, key).some(needs))
  const mounted = lists.map((key) => [
    key,
    Json.objects(spec, key).map((one) =>
      needs(one) ? { ...one, volumeMounts: [...Json.list(one, "volumeMounts"), mount] } : one
    )
  ])
  const volumes = existing === undefined && lists.length > 0
    ? { volumes: [...Json.list(spec, "volumes"), token(volume)] }
    : {}
  return { ...spec, ...Object.fromEntries(mounted), ...volumes }
}

/** @since 0.1.0 @category plugins */
export const serviceAccounts: Plugin = {
  operations: ["create"],
  change: (attempt) => {
    const { kind, namespace, object, store } = attempt
    if (kind.kind !== "Pod" || kind.group !== "") {
      return Either.right(object)
    }
    const spec = Json.object(object, "spec")
    const name = Json.text(spec, "serviceAccountName") ?? "default"
    const account = store.get({ resource: "serviceaccounts", namespace, name })
    // The real server waits for the default account of a new namespace; here it is created at once.
    if (account === undefined && name !== "default") {
      return Either.left(Status.forbidden(
        kind,
        spokenName(attempt),
        `error looking up service account ${namespace}/${name}: serviceaccount "${name}" not found`
      ))
    }
    const secrets = Json.list(spec, "imagePullSecrets").length > 0
      ? Json.list(spec, "imagePullSecrets")
      : Json.list(account, "imagePullSecrets")
    const filled = {
      ...spec,
      serviceAccountName: name,
      serviceAccount: name,
      ...(secrets.length === 0 ? {} : { imagePullSecrets: secrets })
    }
    const mounts = spec["automountServiceAccountToken"] ?? Json.at(account, "automountServiceAccountToken") ?? true
    const next = mounts === true ? mountToken(filled, `${tokenVolume}-${store.nextSuffix()}`) : filled
    return Either.right({ ...object, spec: next })
  }
}
