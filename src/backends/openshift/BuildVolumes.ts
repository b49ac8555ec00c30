/**
 * The secrets and ConfigMaps for RUN as volumes of a Build: one volume per object, because the controller mounts an object
 * once.
 */
import type { BuildInput } from "../../core/BuildInput.js"
import type { Mount } from "../../core/input/Mount.js"
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"

export interface BuildVolume {
  readonly kind: Mount["kind"]
  readonly name: string
  readonly paths: ReadonlyArray<string>
}

// Where dnf looks. At /run/secrets/etc-pki-entitlement the builder itself mounts the entitlement of a node that has one, and
// fails where there are two: openshift/builder pkg/build/builder/transient_mounts.go.
const entitlementPaths = ["/etc/pki/entitlement"]

export const of = ({ entitlementSecretName, mounts = [] }: BuildInput): ReadonlyArray<BuildVolume> => {
  const volumes = new Map<string, BuildVolume>()
  const add = (kind: Mount["kind"], name: string, paths: ReadonlyArray<string>): void => {
    const key = `${kind}/${name}`
    volumes.set(key, { kind, name, paths: [...volumes.get(key)?.paths ?? [], ...paths] })
  }
  if (entitlementSecretName !== undefined) add("Secret", entitlementSecretName, entitlementPaths)
  for (const { kind, name, path } of mounts) add(kind, name, [path])
  return Array.from(volumes.values())
}

export const manifest = ({ kind, name, paths }: BuildVolume, index: number): JsonObject => ({
  name: `volume-${index + 1}`,
  source: kind === "Secret"
    ? { type: "Secret", secret: { secretName: name } }
    : { type: "ConfigMap", configMap: { name } },
  mounts: paths.map((destinationPath) => ({ destinationPath }))
})
