/**
 * The Secrets and ConfigMaps that a pod cannot do without.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as J from "../Json.js"

/** @since 0.1.0 @category models */
export interface VolumeReference {
  readonly plural: "secrets" | "configmaps"
  readonly name: string
}

const need = (plural: VolumeReference["plural"], source: JsonObject, key: string): ReadonlyArray<VolumeReference> => {
  const name = J.text(source, key)
  return name === undefined || source["optional"] === true ? [] : [{ plural, name }]
}

const named = (holder: JsonObject, secret: string, configMap: string): ReadonlyArray<VolumeReference> => [
  ...need("secrets", J.object(holder, secret), "name"),
  ...need("configmaps", J.object(holder, configMap), "name")
]

/** What it mounts, and under which volume. @since 0.1.0 @category getters */
export const volumes = (pod: JsonObject): ReadonlyArray<VolumeReference & { readonly volume: string }> =>
  J.objects(pod, "spec", "volumes").flatMap((volume) =>
    [
      ...need("secrets", J.object(volume, "secret"), "secretName"),
      ...need("configmaps", J.object(volume, "configMap"), "name"),
      ...J.objects(volume, "projected", "sources").flatMap((source) => named(source, "secret", "configMap"))
    ].map((one) => ({ ...one, volume: J.text(volume, "name") ?? "" }))
  )

/** What a container takes its environment from. @since 0.1.0 @category getters */
export const environment = (container: JsonObject): ReadonlyArray<VolumeReference> => [
  ...J.objects(container, "env").flatMap((entry) =>
    named(J.object(entry, "valueFrom"), "secretKeyRef", "configMapKeyRef")
  ),
  ...J.objects(container, "envFrom").flatMap((source) => named(source, "secretRef", "configMapRef"))
]
