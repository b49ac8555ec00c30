/**
 * The Secrets and ConfigMaps that a pod requires.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Json from "../Json.js"

/** @since 0.1.0 @category models */
export interface VolumeReference {
  readonly plural: "secrets" | "configmaps"
  readonly name: string
}

const need = (plural: VolumeReference["plural"], source: JsonObject, key: string): ReadonlyArray<VolumeReference> => {
  const name = Json.text(source, key)
  return name === undefined || source["optional"] === true ? [] : [{ plural, name }]
}

const named = (holder: JsonObject, secret: string, configMap: string): ReadonlyArray<VolumeReference> => [
  ...need("secrets", Json.object(holder, secret), "name"),
  ...need("configmaps", Json.object(holder, configMap), "name")
]

/** The mounted objects and their volumes. @since 0.1.0 @category getters  */
export const volumes = (pod: JsonObject): ReadonlyArray<VolumeReference & { readonly volume: string }> =>
  Json.objects(pod, "spec", "volumes").flatMap((volume) =>
    [
      ...need("secrets", Json.object(volume, "secret"), "secretName"),
      ...need("configmaps", Json.object(volume, "configMap"), "name"),
      ...Json.objects(volume, "projected", "sources").flatMap((source) => named(source, "secret", "configMap"))
    ].map((one) => ({ ...one, volume: Json.text(volume, "name") ?? "" }))
  )

/** The objects that a container's environment comes from. @since 0.1.0 @category getters  */
export const environment = (container: JsonObject): ReadonlyArray<VolumeReference> => [
  ...Json.objects(container, "env").flatMap((entry) =>
    named(Json.object(entry, "valueFrom"), "secretKeyRef", "configMapKeyRef")
  ),
  ...Json.objects(container, "envFrom").flatMap((source) => named(source, "secretRef", "configMapRef"))
]
