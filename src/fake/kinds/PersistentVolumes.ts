/**
 * PersistentVolumes, by k8s.io/kubernetes pkg/apis/core (v1.37): stored, and bound to no claim. Their sources are not validated.
 *
 * @since 0.1.0
 */
import type { JsonObject } from "../../kubernetes/client/ApiRequest.js"
import * as Status from "../apiserver/Status.js"
import * as Json from "../Json.js"
import * as Columns from "./Columns.js"
import { any, each, keptText, list, map, quantity, struct, text } from "./Fields.js"
import * as Kind from "./Kind.js"
import { object, objectReference } from "./ObjectFields.js"

const sources = [
  ...["awsElasticBlockStore", "azureDisk", "azureFile", "cephfs", "cinder", "csi", "fc", "flexVolume", "flocker"],
  ...["gcePersistentDisk", "glusterfs", "hostPath", "iscsi", "local", "nfs", "photonPersistentDisk", "portworxVolume"],
  ...["quobyte", "rbd", "scaleIO", "storageos", "vsphereVolume"]
]
const accessModes = ["ReadOnlyMany", "ReadWriteMany", "ReadWriteOnce", "ReadWriteOncePod"]
const reclaimPolicies = ["Delete", "Recycle", "Retain"]

const validate = (volume: JsonObject): Status.FieldErrors => {
  const spec = Json.object(volume, "spec")
  const modes = Json.texts(spec, "accessModes")
  const policy = Json.text(spec, "persistentVolumeReclaimPolicy") ?? "Retain"
  const capacity = Json.object(spec, "capacity")
  const given = sources.filter((source) => spec[source] !== undefined)
  return [
    ...(modes.length === 0 ? [Status.required("spec.accessModes")] : []),
    ...modes.flatMap((mode) =>
      accessModes.includes(mode) ? [] : [Status.unsupportedValue("spec.accessModes", mode, accessModes)]
    ),
    ...(Object.keys(capacity).length === 0 ? [Status.required("spec.capacity")] : []),
    ...(Object.keys(capacity).join() === "storage"
      ? []
      : [Status.unsupportedValue("spec.capacity", spec["capacity"] ?? null, ["storage"])]),
    ...(reclaimPolicies.includes(policy)
      ? []
      : [Status.unsupportedValue("spec.persistentVolumeReclaimPolicy", policy, reclaimPolicies)]),
    ...given.slice(1).map((source) =>
      Status.forbiddenField(`spec.${source}`, "may not specify more than 1 volume type")
    ),
    ...(given.length === 0 ? [Status.required("spec", "must specify a volume type")] : [])
  ]
}

/** @since 0.1.0 @category kinds */
export const persistentVolume = Kind.make({
  group: "",
  version: "v1",
  plural: "persistentvolumes",
  kind: "PersistentVolume",
  shortNames: ["pv"],
  namespaced: false,
  status: true,
  columns: Columns.persistentVolume,
  fields: object({
    spec: struct({
      capacity: map(quantity),
      accessModes: list(text),
      mountOptions: list(text),
      claimRef: objectReference,
      ...each(text, "persistentVolumeReclaimPolicy", "storageClassName"),
      ...each(keptText, "volumeMode", "volumeAttributesClassName"),
      nodeAffinity: any,
      ...each(any, ...sources)
    }),
    status: struct(each(text, "phase", "message", "reason", "lastPhaseTransitionTime"))
  }),
  fill: (volume) =>
    Kind.inside(
      volume,
      "spec",
      (spec) => Kind.defaults(spec, { persistentVolumeReclaimPolicy: "Retain", volumeMode: "Filesystem" })
    ),
  prepare: (volume) => ({ ...volume, status: { phase: "Pending" } }),
  validate
})
